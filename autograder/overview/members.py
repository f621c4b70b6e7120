"""Everybody of a class: what the roster, the folder of hand-ins, the Reports and the gradebook know of each."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from autograder.classroom import names
from autograder.classroom.course import Course
from autograder.classroom.marks import Entry
from autograder.classroom.roster import Person, Roster
from autograder.lesson.report import Report


class Standing(enum.StrEnum):
    """How far somebody's hand-in has come."""

    GRADED = "graded"
    UNREADABLE = "unreadable"
    NOT_GRADED = "not graded"  # it could not be, or nobody has tried
    NOT_HANDED_IN = "not handed in"


@dataclass(frozen=True)
class Member:
    """One of the class.

    Attributes:
        id: the name of their folder; of who has none, the roster's id.
        person: what the roster says.
        page: where their feedback lies, seen from the class's page.
    """

    id: str
    person: Person | None = None
    handed_in: bool = True
    report: Report | None = None
    entry: Entry | None = None
    page: str | None = None

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.id

    @property
    def section(self) -> str:
        return self.person.section if self.person else ""

    @property
    def standing(self) -> Standing:
        if self.report is None:
            return Standing.NOT_GRADED if self.handed_in else Standing.NOT_HANDED_IN
        return Standing.GRADED if self.report.exercises else Standing.UNREADABLE

    @property
    def late(self) -> timedelta:
        return self.entry.late if self.entry and self.handed_in else timedelta()

    @property
    def total(self) -> float:
        """What counts: with marks by hand and penalties, where the gradebook knows this student."""
        if self.entry is not None:
            return self.entry.final
        return self.report.score if self.report else 0.0


def gather(course: Course, assignment: str, entries: Mapping[str, Entry], roster: Roster) -> list[Member]:
    """All of them by id. Whoever has handed in is one, whether the roster knows them or not."""
    reports = course.reports(assignment)
    found = [
        Member(
            student, roster.find(student), report=reports.get(student), entry=entries.get(student),
            page=_page(course, assignment, student),
        )
        for student in sorted({*course.submitted(assignment).students(), *reports})
    ]  # fmt: skip
    known = {member.person.id for member in found if member.person}
    missing = [Member(one.id, one, handed_in=False, entry=entries.get(one.id)) for one in roster if one.id not in known]
    return sorted([*found, *missing], key=lambda member: member.id)


def _page(course: Course, assignment: str, student: str) -> str | None:
    path = course.feedback(assignment, student)
    if names.fault(student) or not path.is_file():
        return None
    return f"../{path.relative_to(course.root / 'course').as_posix()}"
