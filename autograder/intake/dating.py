"""When an attempt was handed in, and what else a program's own notes say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from autograder.handin.notebook import decoded
from autograder.intake import blackboard, clone
from autograder.intake.attempt import Attempt
from autograder.intake.programs import Who
from autograder.intake.reading import Kind
from autograder.intake.times import moment


@dataclass(frozen=True)
class Date:
    """When an attempt was handed in.

    Attributes:
        when: in UTC; None if nothing says it.
        naive: whether what says it names no zone.
        unread: a time that could not be read.
    """

    when: datetime | None = None
    naive: bool = False
    unread: str = ""


def date(attempt: Attempt, zone: tzinfo) -> Date:
    """The time that the first of what says one says; the name's is the last, since it names no zone."""
    said = [text for text in (*_noted(attempt), attempt.when) if text]
    found = [(moment(text, zone), text) for text in said]
    for (when, naive), _ in found:
        if when is not None:
            return Date(when, naive)
    return Date(unread=said[-1] if said else "")


def signed(attempt: Attempt) -> tuple[Who, ...]:
    """Whom it names, also in what Blackboard has written beside it."""
    for text in _records(attempt):
        key, name = blackboard.person(text)
        if key:
            return tuple(replace(one, keys=(key, *one.keys), name=name, id=key) for one in attempt.who)
    return attempt.who


def _noted(attempt: Attempt) -> list[str]:
    """What others than a student's own files say: a `timestamp.txt` may be anybody's."""
    clones = [piece.file.place for piece in attempt.pieces if piece.file.kind is Kind.CLONE]
    return [*map(blackboard.date, _records(attempt)), *(clone.committed(place) for place in clones if place)]


def _records(attempt: Attempt) -> list[str]:
    """What Blackboard has written of it."""
    return [
        decoded(piece.file.content) for piece in attempt.pieces if attempt.program == "Blackboard" and not piece.called
    ]
