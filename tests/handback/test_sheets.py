"""Whose a row is: by what the LMS calls somebody, by the name if only one has it, and in doubt nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from autograder.classroom.course import Course
from autograder.classroom.roster import Person
from autograder.classroom.table import Table
from autograder.handback.layouts import LAYOUTS
from autograder.handback.made import make
from autograder.handback.origins import Origin
from autograder.handback.results import Cohort, Result, Status
from autograder.handback.sheets import ABOVE, TWICE, Filled, Sheet
from autograder.lesson.manifest import Lesson
from tests.conftest import make_course

HEADER = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"]


def marked(student: str, first: str = "", last: str = "", email: str = "", score: float = 50.0) -> Result:
    return Result(student, Person(student, first, last, email), Status.GRADED, score, score)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course-folder")


def cohort(root: Path, lesson: Lesson, results: Iterable[Result], **entries: str) -> Cohort:
    origins = {student: Origin("moodle", entry) for student, entry in entries.items()}
    return Cohort(Course(root), lesson, origins, list(results))


def filled(of: Cohort, rows: list[list[str]], **more: bool) -> Filled:
    return Sheet(Table(HEADER, rows), 3, LAYOUTS["moodle"], 53.0, "no row").fill(of, **more)


def row(number: str, name: str, email: str = "") -> list[str]:
    return [f"Participant {number}", name, email, "", "53"]


def grades(found: Filled) -> list[str]:
    return [row[3] for row in found.table.rows]


def test_a_row_is_found_by_number_address_id_or_name(root: Path, lesson: Lesson) -> None:
    people = [
        marked("1001", "A", score=1), marked("bea", "B", email="b@x.org", score=2), marked("c@x.org", score=3),
        marked("dan", "Dán", "O'Neill", score=4), marked("eve", score=5.5),
    ]  # fmt: skip
    rows = [
        row("1005", "Somebody"), row("1004", "O’NEILL dan"), row("1003", "C", "C@X.org"), row("1002", "?", "B@x.org"),
        row("1001", "?"), row("9", "Nobody"),
    ]  # fmt: skip
    found = filled(cohort(root, lesson, people, eve="Eve_1005_assignsubmission_file/sgd.ipynb"), rows)
    assert grades(found) == ["5.5", "4", "3", "2", "1", ""] and found.left == {}


def test_of_two_with_one_name_the_one_with_the_number_gets_the_mark(root: Path, lesson: Lesson) -> None:
    """The other one has not handed in, and nobody here knows of them."""
    people = [marked("1002", "Ada", "Lovelace")]
    assert grades(filled(cohort(root, lesson, people), [row("1001", "Ada Lovelace"), row("1002", "Ada Lovelace")])) == [
        "",
        "50",
    ]


def test_two_rows_of_one_student_get_no_mark(root: Path, lesson: Lesson) -> None:
    ada = marked("ada", "Ada", "Lovelace")
    found = filled(cohort(root, lesson, [ada]), [row("1", "Ada Lovelace"), row("2", "Lovelace, Ada")])
    assert (grades(found), found.left) == (["", ""], {TWICE: [ada]})


def test_two_hand_ins_of_one_student_get_no_mark(root: Path, lesson: Lesson) -> None:
    person = Person("ada", "Ada", "Lovelace", "ada@x.org")
    two = [Result(student, person, Status.GRADED, 50.0, 50.0) for student in ("ADA", "ada@x.org")]
    found = filled(cohort(root, lesson, two), [row("1", "Ada Lovelace", "ada@x.org")])
    assert (grades(found), found.left) == ([""], {TWICE: two})


def test_a_row_whose_cells_mean_two_people_is_nobodys(root: Path, lesson: Lesson) -> None:
    two = [marked("1001", "Ada"), marked("bea", "Bea", email="b@x.org")]
    found = filled(cohort(root, lesson, two), [row("1001", "?", "b@x.org")])
    assert (grades(found), found.left) == ([""], {"no row": two})


def test_more_than_the_maximum_is_named_where_it_would_be_passed_over(root: Path, lesson: Lesson) -> None:
    ada = marked("1001", score=53.5)
    found = filled(cohort(root, lesson, [ada]), [row("1001", "Ada")])
    assert (grades(found), found.left) == ([""], {ABOVE: [ada]})


def test_the_sheet_itself_stays_as_it_was(root: Path, lesson: Lesson) -> None:
    rows = [row("1001", "Ada")]
    assert grades(filled(cohort(root, lesson, [marked("1001")]), rows)) == ["50"] and rows == [row("1001", "Ada")]


@pytest.mark.parametrize(("to", "there"), [("canvas", False), ("blackboard", False), ("brightspace", True)])
def test_an_id_that_is_a_formula_is_in_no_sheet_that_is_made(to: str, there: bool, root: Path, lesson: Lesson) -> None:
    """Brightspace itself writes a `#` before each."""
    table, place = make(to, cohort(root, lesson, [marked("=1+1", "Ada"), marked("bea")]), None)
    assert [row for row in table.rows if any(cell.startswith("=") for cell in row)] == []
    assert len(table.rows) == 2 - (not there) and table.header[place].startswith("sgd")


def test_a_column_that_is_made_is_called_as_it_is_wanted(root: Path, lesson: Lesson) -> None:
    of = cohort(root, lesson, [marked("bea")])
    wanted = {
        ("canvas", "Homework 1 (77)"): "Homework 1 (77)",
        ("brightspace", "Homework 1"): "Homework 1 Points Grade <Numeric MaxPoints:53>",
        ("blackboard", "Homework 1"): "Homework 1",
        ("moodle", None): "Grade",
    }
    for (to, name), title in wanted.items():
        table, place = make(to, of, name)
        assert table.header[place] == title
