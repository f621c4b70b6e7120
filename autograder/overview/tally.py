"""How a class did in each exercise and each criterion."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograder.lesson.report import Exercise, Report, Status
from autograder.overview.losses import Kind, kind

LEAST = 15  # hand-ins, for a correlation that means anything


class Item(NamedTuple):
    """What marks are given for: an exercise, or one criterion of it."""

    exercise: str
    criterion: str = ""


class Mark(NamedTuple):
    """What one student has got for an item; `rest` is all else that they have."""

    score: float
    most: float
    attempted: bool
    rest: float


@dataclass(frozen=True)
class Tally:
    """One item over the class.

    Attributes:
        points: what it is worth.
        hand_ins: in how many it was graded.
        full: how many have all of its marks, and how many wrote nothing for it.
        lost: the marks that the class has lost with it.
        discrimination: see `discrimination`.
    """

    item: Item
    points: float
    hand_ins: int
    full: int
    not_attempted: int
    lost: float
    discrimination: float | None

    @property
    def gain(self) -> float:
        """What the class would gain on average if everybody had all of its marks."""
        return self.lost / self.hand_ins

    @property
    def remark(self) -> str:
        """What is odd about it, if anything."""
        if self.full == self.hand_ins:
            return "nobody loses it"
        if self.full == 0:
            return "nobody gets it"
        return "lost by those who do well" if self.discrimination is not None and self.discrimination < 0 else ""


def tallies(reports: Iterable[Report]) -> list[Tally]:
    """Of every item, that first which would gain the class most; otherwise in the order of the lesson."""
    found: dict[Item, list[Mark]] = {}
    for report in reports:
        for item, mark in marks(report):
            found.setdefault(item, []).append(mark)
    all_ = [_tally(item, those) for item, those in found.items()]
    return sorted(all_, key=lambda one: -one.gain)


def discrimination(marks: Sequence[Mark]) -> float | None:
    """How an item's marks go with the rest of the total: from -1 to 1; None for few hand-ins, or where all are alike.

    This is the corrected item-total correlation: the item itself is taken out of the total, since it goes with itself
    in any case (S. Henrysson, Correction of item-total correlations in item analysis, Psychometrika 28, 1963, 211-218).
    """
    if len(marks) < LEAST:
        return None
    try:
        return statistics.correlation([mark.score for mark in marks], [mark.rest for mark in marks])
    except statistics.StatisticsError:
        return None


def criteria(exercise: Exercise) -> Iterator[str]:
    """The names of an exercise's criteria; one that comes again has a number."""
    seen: list[str] = []
    for one in exercise.criteria:
        seen.append(one.name)
        number = seen.count(one.name)
        yield one.name if number == 1 else f"{one.name} ({number})"


def marks(report: Report) -> Iterator[tuple[Item, Mark]]:
    """What one student has got for every item."""
    for exercise in report.exercises:
        wrote = exercise.status is not Status.NOT_ATTEMPTED
        yield Item(exercise.id), Mark(exercise.score, exercise.max_score, wrote, report.score - exercise.score)
        for name, one in zip(criteria(exercise), exercise.criteria, strict=True):
            wrote = kind(exercise, one) is not Kind.UNANSWERED
            yield Item(exercise.id, name), Mark(one.score, one.max_score, wrote, report.score - one.score)


def _tally(item: Item, marks: Sequence[Mark]) -> Tally:
    return Tally(
        item,
        points=max(mark.most for mark in marks),
        hand_ins=len(marks),
        full=sum(mark.score >= mark.most for mark in marks),
        not_attempted=sum(not mark.attempted for mark in marks),
        lost=sum(mark.most - mark.score for mark in marks),
        discrimination=discrimination(marks),
    )


def items(reports: Iterable[Report]) -> list[Item]:
    """All items, in the order of the lesson."""
    return list(dict.fromkeys(item for report in reports for item, _ in marks(report)))
