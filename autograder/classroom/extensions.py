"""Who may hand in later, and until when: the table `course/extensions.csv`, a row a student.

Its columns are `id`, `assignment` (empty: every one), and `due` or `days`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from autograder.basics.refused import Refused
from autograder.classroom import roster, timestamp
from autograder.classroom.table import Table, read_table

NAME = "extensions.csv"  # in the folder `course`
PLACE = f"course/{NAME}"
ID, ASSIGNMENT, DUE, DAYS = ("id", "student", "student_id"), ("assignment",), ("due", "until"), ("days",)
NUMBER = re.compile(r"[1-9]\d{0,2}")
SHOWN = 3  # faults that are named at once


@dataclass(frozen=True)
class Extension:
    """One row: a new due date, in the words of the table, or so many days.

    Attributes:
        assignment: which one it is for; empty for every one.
    """

    student: str
    assignment: str
    until: str = ""
    days: int = 0

    def due(self, due: datetime) -> datetime:
        """When it is due then. What the row leaves out, a time of day or a zone, is that of the usual due date."""
        if self.days:
            return due + timedelta(days=self.days)  # on the clock of its zone, also where that is put forward or back
        until = timestamp.said(self.until)
        if ":" not in self.until:
            until = datetime.combine(until, due.timetz())
        return until if until.tzinfo else until.replace(tzinfo=due.tzinfo)


class Extensions:
    """All of them."""

    def __init__(self, rows: Iterable[Extension] = ()) -> None:
        self._rows = {(one.student, one.assignment): one for one in rows}

    def due(self, student: str, assignment: str, due: datetime) -> datetime:
        """When a student's hand-in is due. A row for this assignment comes before one for all."""
        found = self._rows.get((student, assignment)) or self._rows.get((student, ""))
        return found.due(due) if found else due

    def unknown(self, known: Collection[str]) -> list[str]:
        """The ids that are none of these."""
        return sorted({student for student, _ in self._rows} - set(known))

    def demand(self, assignments: Collection[str], assignment: str, due: datetime | None) -> None:
        """See that they name these assignments only, and put off this one.

        Raises:
            Refused: they do not.
        """
        faults = [
            f"{student!r} has the assignment {name!r}: choose from {', '.join(sorted(assignments))}"
            for student, name in self._rows
            if name and name not in assignments
        ]
        for (student, name), one in self._rows.items():
            if due and name in (assignment, "") and one.due(due) <= due:
                faults.append(f"the new due date of {student!r}, {one.until}, is not after {due:%Y-%m-%d %H:%M %Z}")
        _refuse(faults)


def load(course: Path) -> Extensions | None:
    """Those of the course in this folder; None if it has no such table.

    Raises:
        Refused: it cannot be read, or a row says nothing that can be done.
    """
    path = course / "course" / NAME
    if not path.exists():
        return None
    table = read_table(path, _recognised)
    people, rows, faults = roster.load(course), list[Extension](), list[str]()
    for cells in _cells(table):
        person = people.find(cells[0])
        one, fault = _row(person.id if person else cells[0], *cells[1:])
        if fault or any((one.student, one.assignment) == (other.student, other.assignment) for other in rows):
            faults.append(fault or f"{one.student!r} stands there twice")
        rows.append(one)
    _refuse(faults)
    return Extensions(rows)


def _recognised(header: Iterable[str]) -> bool:
    titles = {title.strip().casefold() for title in header}
    return bool(titles & set(ID)) and bool(titles & {*DUE, *DAYS})


def _cells(table: Table) -> Iterator[tuple[str, ...]]:
    return zip(*(table.cells(*titles) for titles in (ID, ASSIGNMENT, DUE, DAYS)), strict=True)


def _row(student: str, assignment: str, until: str, days: str) -> tuple[Extension, str]:
    """A row, and what is wrong with it."""
    one = Extension(student, assignment, until, int(days) if NUMBER.fullmatch(days) else 0)
    if not student:
        return one, "a row has no id"
    if bool(until) == bool(days):
        return one, f"{student!r} needs a new due date or a number of days, and not both"
    if days and not one.days:
        return one, f"{days!r} for {student!r} is no number of days from 1 to 999"
    if until and not _is_time(until):
        return one, f"{until!r} for {student!r} is no time such as 2026-11-12 23:59"
    return one, ""


def _is_time(text: str) -> bool:
    try:
        return bool(timestamp.moment(text))
    except (ValueError, OverflowError):
        return False


def _refuse(faults: list[str]) -> None:
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise Refused(f"{PLACE}: {'; '.join(faults[:SHOWN])}{more}")
