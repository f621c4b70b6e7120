"""What each student of the class has: a mark, or the reason why there is none. It is all that an export tells."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from autograder.basics.refused import Refused
from autograder.basics.text import brief, plain
from autograder.classroom import names
from autograder.classroom.batch import Batch
from autograder.classroom.course import Course
from autograder.classroom.marks import Entry
from autograder.classroom.roster import Person, Roster
from autograder.classroom.submitted import alike
from autograder.handback.origins import Origin, load
from autograder.lesson.manifest import CHECKS, Lesson
from autograder.lesson.report import Report
from autograder.render import words
from autograder.sandbox import levels


class Status(enum.StrEnum):
    """What became of a hand-in, in the words of a table's cell."""

    GRADED = "graded"
    UNREADABLE = "unreadable"
    REVIEW = "needs a person"
    UNGRADED = "not graded"
    MISSING = "not handed in"


@dataclass(frozen=True)
class Result:
    """One student's.

    Attributes:
        student: the name of the folder with the hand-ins; of who has none, the person's id.
        score: the mark that counts, as the gradebook has it; None if there is none yet.
        raw: the mark before a penalty.
        scores: marks by exercise; none if the hand-in has no mark yet.
    """

    student: str
    person: Person
    status: Status
    score: float | None = None
    raw: float | None = None
    penalty: float = 0.0
    scores: Mapping[str, float] = field(default_factory=dict)
    timestamp: datetime | None = None
    late: timedelta = timedelta()
    note: str = ""

    @property
    def who(self) -> str:
        """As a line on the screen has it."""
        name = brief(plain(self.person.name), names.SHOWN)
        return names.shown(self.student) + (f" ({name})" if name not in (self.student, self.person.id) else "")

    @property
    def said(self) -> str:
        """With the mark."""
        return self.who if self.score is None else f"{self.who}, {marks(self.score)}"


@dataclass(frozen=True)
class Cohort:
    """All that there is to hand back: an assignment's results, in the order of the students' ids.

    Attributes:
        origins: where hand-ins came from, by student.
    """

    course: Course
    lesson: Lesson
    origins: Mapping[str, Origin]
    results: Sequence[Result]

    @classmethod
    def load(cls, course: Course, lesson: Lesson, roster: Roster) -> Cohort:
        """Everybody who has handed in or is on the roster.

        Raises:
            Refused: nothing has been graded yet, or the gradebook cannot be read.
        """
        origins = load(course.root, lesson.assignment)
        found = list(_handed_in(course, lesson, roster, origins))
        there = {alike(one.person.id) for one in found}
        missing = [Result(one.id, one, Status.MISSING) for one in roster if alike(one.id) not in there]
        return cls(course, lesson, origins, sorted(found + missing, key=lambda one: (one.person.id, one.student)))


def _handed_in(course: Course, lesson: Lesson, roster: Roster, origins: Mapping[str, Origin]) -> Iterator[Result]:
    handed_in = set(course.submitted(lesson.assignment).students())
    reports = course.reports(lesson.assignment)
    if not reports:
        raise Refused(f"nothing has been graded yet: `autograder grade {lesson.assignment}` comes first")
    entries = Batch(course, lesson.assignment, levels.NONE).entries()
    for student in handed_in | {student for student, entry in entries.items() if entry.graders}:
        person = roster.find(student) or _stranger(student, origins.get(student))
        yield _result(student, person, entries.get(student), reports.get(student), student in handed_in)


def _stranger(student: str, origin: Origin | None) -> Person:
    """Somebody whom the roster does not have, by the name that an archive has."""
    first, _, last = origin.name.rpartition(" ") if origin else ("", "", "")
    return Person(student, first, last)


def _result(student: str, person: Person, entry: Entry | None, report: Report | None, handed_in: bool) -> Result:
    if entry is None or not entry.graders or (report is None and handed_in):
        return Result(student, person, Status.UNGRADED if handed_in else Status.MISSING)
    status, note = _status(entry, report), (report.note if report else None) or ""
    if entry.unmarked:
        return Result(student, person, status, timestamp=entry.timestamp, late=entry.late, note=note)
    return Result(
        student=student,
        person=person,
        status=status,
        score=entry.final,
        raw=entry.score,
        penalty=entry.penalty,
        scores={cell.removesuffix(CHECKS): score for cell, score in entry.scores.items()},
        timestamp=entry.timestamp,
        late=entry.late,
        note="; ".join(filter(None, ("marks by hand" if entry.by_hand else "", note))),
    )


def _status(entry: Entry, report: Report | None) -> Status:
    if entry.unmarked or entry.review:
        return Status.REVIEW
    return Status.UNREADABLE if report is not None and not report.exercises else Status.GRADED


def number(score: float) -> str:
    """A mark with a decimal point, two decimals at most and no needless zeros, as every program reads it."""
    return f"{score:.2f}".rstrip("0").rstrip(".")


def marks(score: float) -> str:
    """A mark in a sentence."""
    return words.points(round(score, 2))
