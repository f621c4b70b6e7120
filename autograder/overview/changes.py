"""What has changed since an earlier grading: whose marks rose or fell, in which criteria, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.classroom.history import Change, Moved
from autograder.overview.reader import Group, Reader
from autograder.render import words

NEW = "the first time"


@dataclass(frozen=True)
class Shift:
    """A criterion, and how many have got it or lost it since."""

    exercise: str
    criterion: str
    got: int
    lost: int


@dataclass(frozen=True)
class Changes:
    """Of a class.

    Attributes:
        since: what the instructor has asked for, a date or a run.
        groups: whose marks rose, fell, stayed though their verdicts moved, or are new: with what they are about.
        shifts: criteria that have moved, most first.
        reasons: why hand-ins were graded again, and how many were for it.
    """

    since: str
    groups: Sequence[tuple[str, Group]]
    shifts: Sequence[Shift]
    reasons: Sequence[tuple[str, int]]


def changes(since: str, found: Iterable[Change], known: set[str], reader: Reader) -> Changes:
    """Of those who are `known` still."""
    here = [one for one in found if one.after.student in known]
    again = [one for one in here if one.before is not None]
    kinds = {
        "rose": [one for one in again if one.gained > 0],
        "fell": [one for one in again if one.gained < 0],
        "the same, by other criteria": [one for one in again if not one.gained],
        "new": [one for one in here if one.before is None],
    }
    groups = [(about, _group(those, reader)) for about, those in kinds.items() if len(those) >= reader.least]
    reasons = Counter(", ".join(one.why) or NEW for one in here)
    said = [(why, number) for why, number in reasons.most_common() if number >= reader.least]
    return Changes(since, groups, [one for one in _shifts(again) if max(one.got, one.lost) >= reader.least], said)


def _group(those: Sequence[Change], reader: Reader) -> Group:
    return reader.group(
        (one.after.student for one in those), {one.after.student: _note(one) if one.before else None for one in those}
    )


def _note(one: Change) -> str:
    """From what to what, and by which criteria."""
    before = one.before.final if one.before else None
    marks = f"{_marks(before)} → {_marks(one.after.final)}"
    moved = [f"{each.exercise}: {each.criterion}" for each in one.moved if _got(each) is not None]
    return f"{marks} ({'; '.join(moved)})" if moved else marks


def _marks(number: float | None) -> str:
    return "none" if number is None else words.points(number)


def _shifts(found: Iterable[Change]) -> Iterator[Shift]:
    got: Counter[tuple[str, str]] = Counter()
    lost: Counter[tuple[str, str]] = Counter()
    for one in (moved for change in found for moved in change.moved):
        if (gained := _got(one)) is not None:
            (got if gained else lost)[one.exercise, one.criterion] += 1
    for name, _ in (got + lost).most_common():
        yield Shift(*name, got[name], lost[name])


def _got(one: Moved) -> bool | None:
    """Whether a criterion was got that was lost before, or the other way round; None if neither."""
    before, after = (not isinstance(points, str) and points is not None for points in (one.before, one.after))
    return None if before == after else after
