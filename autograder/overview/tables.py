"""The class as two tables for a spreadsheet: a row a student, and a row a criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograder.basics.text import plain
from autograder.classroom.sheet import harmless
from autograder.classroom.table import Table
from autograder.overview.members import Member
from autograder.overview.tally import Item, Tally, marks

ABOUT = ("id", "name", "section", "status", "late (hours)", "total", "total in the gradebook")
COUNTED = (
    "exercise", "criterion", "points", "graded", "have it", "share", "not attempted", "lost on average",
    "discrimination", "remark",
)  # fmt: skip


def students(members: Iterable[Member], items: Sequence[Item]) -> bytes:
    """Everybody, also who handed nothing in; a column for each criterion."""
    criteria = [item for item in items if item.criterion]
    titles = [*ABOUT, *(f"{item.exercise}: {item.criterion}" for item in criteria)]
    return _file(titles, (_student(member, criteria) for member in members))


def criteria(tallies: Iterable[Tally]) -> bytes:
    """What the page says of each criterion, in the same order."""
    return _file(COUNTED, (_criterion(one) for one in tallies if one.item.criterion))


def _student(member: Member, criteria: Iterable[Item]) -> Iterator[Any]:
    report, entry = member.report, member.entry
    yield from (member.id, member.name, member.section, member.standing.value)
    yield max(0.1, round(member.late.total_seconds() / 3600, 1)) if member.late else None
    yield from (report.score if report else None, entry.final if entry and member.handed_in else None)
    found: Mapping[Item, Any] = dict(marks(report)) if report else {}
    yield from (found[item].score if item in found else None for item in criteria)


def _criterion(one: Tally) -> Iterator[Any]:
    yield from (one.item.exercise, one.item.criterion, one.points, one.hand_ins, one.full)
    yield from (round(one.full / one.hand_ins, 3), one.not_attempted, round(one.gain, 3))
    yield from (None if one.discrimination is None else round(one.discrimination, 3), one.remark)


def _file(titles: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """As spreadsheets read it, and without a cell that they would compute."""
    return Table([_cell(title) for title in titles], [[_cell(cell) for cell in row] for row in rows]).written()


def _cell(value: Any) -> str:
    return harmless(plain(value, keep="\n\t") if isinstance(value, str) else value)
