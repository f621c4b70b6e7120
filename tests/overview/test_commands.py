"""`autograder report`, as an instructor runs it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import cli
from autograder.classroom.course import Course
from autograder.lesson.report import Exercise
from tests.overview import hostile
from tests.overview.made import keep, report, right

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command in the course, in this process; its status, and what it prints."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("COLUMNS", "80")

    def command(*arguments: str) -> tuple[int, str]:
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return command


def test_before_anything_was_graded_it_says_what_comes_first(say: Say) -> None:
    assert say("report") == (2, "autograder: nothing has been graded yet: `autograder grade sgd` comes first\n")


def test_it_writes_the_page_and_two_tables_and_says_where(say: Say, course: Path) -> None:
    hostile.members(course)
    folder = course / "course" / "class"
    assert say("report", "sgd") == (
        0,
        f"page:   {folder}/sgd.html\ntables: {folder}/sgd.csv, {folder}/sgd-criteria.csv\n",
    )
    assert sorted(os.listdir(folder)) == ["sgd-criteria.csv", "sgd.csv", "sgd.html"]
    rows = (folder / "sgd.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["id", "<b>stranger", *hostile.IDS, "odd", "zz9999"]


def test_for_the_class_it_writes_one_page_and_nothing_else(say: Say, course: Path) -> None:
    hostile.members(course)
    folder = course / "course" / "class"
    assert say("report", "--anonymous") == (0, f"page for the class: {folder}/sgd-anonymous.html\n")
    assert os.listdir(folder) == ["sgd-anonymous.html"]


def test_nobody_is_named_in_any_spelling_on_the_page_for_the_class(say: Say, course: Path) -> None:
    hostile.members(course)
    assert say("report", "--anonymous")[0] == 0
    page = (course / "course" / "class" / "sgd-anonymous.html").read_text("utf-8")
    words = [word for name in (*hostile.NAMES, "Zita Missing") for word in re.findall(r"\w{3,}", name)]
    for word in [*words, "groning", "groening", *hostile.IDS, "8811", "uni.example", "stranger", "feedback/", "odd"]:
        assert not re.search(rf"(?<![a-z]){word}(?![a-z])", page, re.IGNORECASE), word
    assert page.startswith("<!DOCTYPE html>")
    assert "return squares.sum()" in re.sub("<[^>]*>", "", page)  # there is an example that tells nobody
    assert "5</b> of 6" in page


@pytest.mark.filterwarnings("ignore")  # SQLAlchemy's about nbgrader
def test_due_dates_and_extensions_of_the_gradebook_say_who_is_late(say: Say, course: Path) -> None:
    for student in ("ann", "bob", "cyd"):
        keep(course, student, report(Exercise.of("mse", (right("a"),))))
    found = Course(course).directory()
    with Gradebook(found.db_url, found.course_id) as gradebook:
        gradebook.update_or_create_assignment("sgd", duedate=datetime(2026, 11, 3, 10))
        for student, hour in (("ann", 9), ("bob", 12), ("cyd", 12)):
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission("sgd", student, timestamp=datetime(2026, 11, 3, hour))
        gradebook.grant_extension("sgd", "cyd", hours=1)
    assert say("report")[0] == 0
    rows = (course / "course" / "class" / "sgd.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[4] for row in rows[1:]] == ["", "2.0", "1.0"]


def test_the_same_class_gives_the_same_files(say: Say, course: Path) -> None:
    hostile.members(course)
    folder = course / "course" / "class"
    texts = []
    for _ in range(2):
        assert say("report")[0] == 0
        texts.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert texts[0] == texts[1]


def test_what_cannot_be_read_or_written_is_one_line(say: Say, course: Path) -> None:
    keep(course, "ann", report(Exercise.of("mse", (right("a"),))))
    (course / "course" / "class" / "sgd.html").mkdir(parents=True)
    assert say("report") == (2, f"autograder: {course}/course/class/sgd.html cannot be written: Is a directory\n")
    (course / "course" / "students.csv").write_text("id\nann\nANN\n")
    status, said = say("report")
    assert (status, said.splitlines()[0]) == (
        2,
        f"autograder: {course}/course/students.csv: two rows have the id 'ann'",
    )


def test_a_gradebook_that_is_none_is_named(say: Say, course: Path) -> None:
    keep(course, "ann", report(Exercise.of("mse", (right("a"),))))
    (course / "course" / "gradebook.db").write_bytes(b"no database" * 1000)
    status, said = say("report")
    assert (status, said) == (
        2, f"autograder: the gradebook cannot be opened: {course}/course/gradebook.db: file is not a database\n"
    )  # fmt: skip
