"""The class for a spreadsheet: exact cells, all that is known, and no formula."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from autograder.lesson.report import Exercise, Report
from autograder.overview import tables
from autograder.overview.tally import items, tallies
from tests.overview.made import empty, entry, member, report, right, wrong

DUE = datetime(2026, 11, 3, 10)
ANN = report(Exercise.of("mse", (right("a"), wrong("b", points=0.5))), empty("fit", "c"))
BOB = report(Exercise.of("mse", (right("a"), right("b", 0.5))), Exercise.of("fit", (right("c"),)))
MEMBERS = [
    member("ann", ANN, name="Ann Lee", section="A", entry=entry(2.0, by_hand=True, penalty=0.5, timestamp=DUE + timedelta(hours=1.5), deadline=DUE)),
    member("bob", BOB),
    member("cyd", Report.unreadable("sgd", 53.0, "no", isolation="none"), entry=entry(0.0)),
    member("dov", name="Dov", handed_in=False, entry=entry(0.0)),
    member("eve"),
]  # fmt: skip


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_student_has_a_row_and_every_criterion_a_column() -> None:
    assert read(tables.students(MEMBERS, items([ANN, BOB]))) == [
        ["id", "name", "section", "status", "late (hours)", "total", "total in the gradebook", "mse: a", "mse: b", "fit: c"],
        ["ann", "Ann Lee", "A", "graded", "1.5", "1.0", "1.5", "1.0", "0.0", "0.0"],
        ["bob", "bob", "", "graded", "", "2.5", "", "1.0", "0.5", "1.0"],
        ["cyd", "cyd", "", "unreadable", "", "0.0", "0.0", "", "", ""],
        ["dov", "Dov", "", "not handed in", "", "", "", "", "", ""],
        ["eve", "eve", "", "not graded", "", "", "", "", "", ""],
    ]  # fmt: skip


def test_every_criterion_has_its_numbers() -> None:
    assert read(tables.criteria(tallies([ANN, BOB]))) == [
        ["exercise", "criterion", "points", "graded", "have it", "share", "not attempted", "lost on average", "discrimination", "remark"],
        ["fit", "c", "1.0", "2", "1", "0.5", "1", "0.5", "", ""],
        ["mse", "b", "0.5", "2", "1", "0.5", "0", "0.25", "", ""],
        ["mse", "a", "1.0", "2", "2", "1.0", "0", "0.0", "", "nobody loses it"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x")', "+1", "-1", "@x", "＝1", "\t=1", "a\nb\r=1", "\u202e=1", "\ud800"]
)
def test_no_cell_is_a_formula_or_breaks_a_row(name: str) -> None:
    odd = report(Exercise.of("mse", (right(name),)))
    rows = read(tables.students([member(name, odd, name=f"{name} x", section=name)], items([odd])))
    assert len(rows) == 2 and len(rows[1]) == len(rows[0])
    assert [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@", "＝")) or "\n" in cell] == []
    assert [row[1][:1] for row in read(tables.criteria(tallies([odd])))[1:]] != ["="]


def test_whoever_is_late_by_a_minute_is_late() -> None:
    late = member("ann", ANN, entry=entry(2.0, timestamp=DUE + timedelta(minutes=1), deadline=DUE))
    assert read(tables.students([late], []))[1][4] == "0.1"
