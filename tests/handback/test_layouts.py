"""Which column of an LMS's sheet has the marks: the one that can be meant, and otherwise nobody guesses."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from autograder.basics.refused import Refused
from autograder.classroom.table import Table
from autograder.handback.layouts import LAYOUTS, column
from autograder.lesson.manifest import Lesson

SHEET = Path("sheet.csv")
TITLES = {  # a title of each LMS for an assignment of this name that is out of so many marks
    "canvas": "{name} (42)",
    "blackboard": "{name} [Total Pts: {most} Score] |_123_1",
    "brightspace": "{name} Points Grade <Numeric MaxPoints:{most} Weight:1>",
}
WHO = {
    "canvas": ["Student", "ID", "SIS Login ID", "Section"],
    "blackboard": ["Last Name", "First Name", "Username"],
    "brightspace": ["OrgDefinedId", "Username"],
}


def sheet(to: str, *columns: tuple[str, str]) -> Table:
    """One of these columns: names, and what each is out of."""
    header = [*WHO[to], *(TITLES[to].format(name=name, most=most) for name, most in columns)]
    row = [*[""] * len(WHO[to]), *(most for _, most in columns)]
    row[0] = "    Points Possible" if to == "canvas" else "Lovelace"
    return Table(header, [row])


def chosen(to: str, lesson: Lesson, *columns: tuple[str, str], wanted: str | None = None) -> str:
    table = sheet(to, *columns)
    return table.header[column(SHEET, table, LAYOUTS[to], lesson, wanted)]


@pytest.mark.parametrize("to", TITLES)
@pytest.mark.parametrize("name", ["sgd", "SGD", "SGD from scratch"])
def test_the_assignments_name_or_the_lessons_title_is_found(to: str, name: str, lesson: Lesson) -> None:
    found = chosen(to, lesson, ("Homework 0", "53"), (name, "53.00"), ("Exam", "53"))
    assert found == TITLES[to].format(name=name, most="53.00")


@pytest.mark.parametrize("to", TITLES)
def test_the_only_one_is_taken_if_it_is_out_of_the_lessons_marks(to: str, lesson: Lesson) -> None:
    assert chosen(to, lesson, ("Homework (1) [x]", "53,0")) == TITLES[to].format(name="Homework (1) [x]", most="53,0")


@pytest.mark.parametrize("to", TITLES)
def test_of_several_none_is_guessed(to: str, lesson: Lesson) -> None:
    one, two = (TITLES[to].format(name=name, most="53") for name in ("A", "B"))
    expected = f"sheet.csv: no column is the one for sgd: say which with --column, of these: {one}; {two}"
    with pytest.raises(Refused, match=f"^{re.escape(expected)}$"):
        chosen(to, lesson, ("A", "53"), ("B", "53"))
    assert chosen(to, lesson, ("A", "53"), ("B", "53"), wanted="b") == two
    assert chosen(to, lesson, ("A", "53"), ("B", "53"), wanted=one) == one


@pytest.mark.parametrize("to", TITLES)
@pytest.mark.parametrize("wanted", ["C", "Username", "ID"])
def test_a_column_that_is_wanted_is_there_and_has_no_names(to: str, wanted: str, lesson: Lesson) -> None:
    expected = f"sheet.csv: no column is called {wanted!r}: say which with --column, of these: "
    with pytest.raises(Refused, match=re.escape(expected)):
        chosen(to, lesson, ("A", "53"), wanted=wanted)


@pytest.mark.parametrize("to", TITLES)
def test_a_sheet_without_any_says_so(to: str, lesson: Lesson) -> None:
    with pytest.raises(Refused, match=r"say which with --column, of these: none that looks like it$"):
        chosen(to, lesson)


@pytest.mark.parametrize("to", TITLES)
@pytest.mark.parametrize("wanted", [None, "sgd"])
def test_one_that_is_out_of_other_marks_is_refused(to: str, wanted: str | None, lesson: Lesson) -> None:
    with pytest.raises(
        Refused, match="is out of 100 there, and the lesson's marks are out of 53: change that in the LMS"
    ):
        chosen(to, lesson, ("sgd", "100"), wanted=wanted)


def test_a_title_without_maximum_is_taken_by_its_name_only(lesson: Lesson) -> None:
    table = Table(["Username", "sgd Points Grade"], [])
    assert column(SHEET, table, LAYOUTS["brightspace"], lesson, None) == 1
    with pytest.raises(Refused, match="no column is the one for sgd"):
        column(
            SHEET,
            dataclasses.replace(table, header=["Username", "A Points Grade"]),
            LAYOUTS["brightspace"],
            lesson,
            None,
        )


def test_what_an_lms_adds_up_is_no_column_for_marks(lesson: Lesson) -> None:
    header = [*WHO["canvas"], "Final Score", "Total [Total Pts: up to 53 Score] |1", "Final Points"]
    for to in LAYOUTS.keys() - {"moodle", "gradescope"}:
        with pytest.raises(Refused, match="none that looks like it"):
            column(SHEET, Table(header, []), LAYOUTS[to], lesson, None)
