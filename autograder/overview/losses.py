"""What marks were lost to, over a whole class: each lost criterion has a kind, and like ones are one cause."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autograder.lesson.report import ANSWER, DRAWN, UNANSWERED, Criterion, Exercise, Report, Status, Verdict


class Kind(enum.StrEnum):
    """Why a criterion was lost, as far as a Report knows."""

    EXPLAINED = "explained"  # by an entry of the catalogue
    UNEXPLAINED = "unexplained"
    UNANSWERED = "unanswered"
    CELL = "cell"  # which stops before the answer is defined
    LIMIT = "limit"
    DIED = "died"  # the worker, or it sent what cannot be read
    FAULT = "fault"  # of the kit
    OUTDATED = "outdated"  # the grader's Python, for this notebook
    NOT_REACHED = "not reached"  # because of another of these


class Loss(NamedTuple):
    """What one student has lost to one cause."""

    student: str
    criteria: tuple[Criterion, ...]
    note: str | None

    @property
    def points(self) -> float:
        return sum(one.max_score - one.score for one in self.criteria)


@dataclass(frozen=True)
class Cause:
    """What several students have lost marks to, in the same exercise and in the same way; by student, at least one."""

    kind: Kind
    exercise: str
    losses: tuple[Loss, ...]

    @property
    def students(self) -> tuple[str, ...]:
        return tuple(loss.student for loss in self.losses)

    @property
    def points(self) -> float:
        """All that it has cost the class."""
        return sum(loss.points for loss in self.losses)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What it has cost one of them, with the facts."""
        return self.losses[0].criteria


def kind(exercise: Exercise, one: Criterion) -> Kind | None:
    """Why an exercise's criterion was lost; None if it was not."""
    match one:
        case Criterion(status=Verdict.PASSED):
            return None
        case _ if exercise.outdated:
            return Kind.OUTDATED
        case _ if exercise.status is Status.NOT_ATTEMPTED or one.actual == UNANSWERED:
            return Kind.UNANSWERED
        case Criterion(status=Verdict.NOT_RUN):
            stopped = all(other.status is Verdict.NOT_RUN and other.actual is None for other in exercise.criteria)
            return Kind.CELL if stopped else Kind.NOT_REACHED
        case Criterion(status=Verdict.ERROR):
            return Kind.FAULT if one.at_fault else Kind.DIED
        case Criterion(misconception=str()):
            return Kind.EXPLAINED
    return Kind.LIMIT if one.expected == ANSWER else Kind.UNEXPLAINED


def causes(reports: Mapping[str, Report]) -> list[Cause]:
    """All of them, those first that most students have; of as many, what has cost the class most."""
    found: dict[tuple[Kind, str, Hashable], list[Loss]] = {}
    for student, report in sorted(reports.items()):
        for exercise in report.exercises:
            for what, way, criteria in _parts(exercise):
                found.setdefault((what, exercise.id, way), []).append(Loss(student, criteria, exercise.note))
    all_ = [Cause(what, exercise, tuple(losses)) for (what, exercise, _), losses in found.items()]
    return sorted(all_, key=lambda one: (-len(one.losses), -one.points))


def blank(report: Report) -> bool:
    """Whether nothing was answered at all."""
    return bool(report.exercises) and all(map(_empty, report.exercises))


def end(report: Report) -> str | None:
    """The first exercise that was left empty; none of a blank one, which says of no exercise that it is too hard."""
    return None if blank(report) else next((one.id for one in report.exercises if _empty(one)), None)


def _empty(exercise: Exercise) -> bool:
    return exercise.status is Status.NOT_ATTEMPTED


def _parts(exercise: Exercise) -> Iterator[tuple[Kind, Hashable, tuple[Criterion, ...]]]:
    """An exercise's lost criteria by kind, and by the way in which they were lost."""
    parts: dict[tuple[Kind, Hashable], list[Criterion]] = {}
    for one in exercise.criteria:
        if what := kind(exercise, one):
            parts.setdefault((what, _way(what, one)), []).append(one)
    for (what, way), criteria in parts.items():
        if what is Kind.UNEXPLAINED:
            way = tuple((one.name, behaviour(one)) for one in criteria)
        yield what, way, tuple(criteria)


def _way(what: Kind, one: Criterion) -> Hashable:
    match what:
        case Kind.EXPLAINED:
            return one.misconception, one.diagnosis
        case Kind.LIMIT | Kind.DIED:
            return one.actual
        case Kind.FAULT:
            return one.name
    return None


def behaviour(one: Criterion) -> str | None:
    """What an answer gave, if others were asked the same; of an exception not the lines that led there."""
    lines = (one.actual or "").rstrip().splitlines()
    return lines[-1] if lines and one.input != DRAWN else None
