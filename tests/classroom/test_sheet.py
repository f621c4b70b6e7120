"""The table of marks that `nbgrader export` writes: for a spreadsheet nothing in it is a formula, and no cell splits."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.classroom.sheet import harmless
from tests.conftest import run

NAMES = {  # as they are in the gradebook, and as a cell has them
    "=1+1,x": "'=1+1,x",
    "+41 79": "'+41 79",
    "-2": "'-2",
    "@SUM(A1)": "'@SUM(A1)",
    "＝1": "'＝1",
    'a"b': 'a"b',
    "a,b;c": "a,b;c",
    "a;=1+1, -2": "a;'=1+1, '-2",
    "Åsa 李": "Åsa 李",
    "1-1": "1-1",
}


@pytest.mark.parametrize("blank", ["\t", "\r", "\n", " ", "\u00a0", "\x0b"])
def test_a_formula_behind_a_blank_is_harmless_too(blank: str) -> None:
    assert harmless(f"{blank}=1+1{blank}2") == "'=1+1 2"


def test_numbers_and_nothing_are_what_they_are() -> None:
    assert [harmless(value) for value in (-1.5, 0.0, None, 53.0)] == ["-1.5", "0.0", "", "53.0"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # about nbgrader's own tables
def test_export_is_a_table_that_every_spreadsheet_reads(course: Path) -> None:
    with Gradebook(f"sqlite:///{course}/course/gradebook.db", "sgd-from-scratch") as gradebook:
        for name in NAMES:
            gradebook.add_student(name, first_name=name, last_name="@x", email=None)
        submission = gradebook.add_submission("sgd", "-2", timestamp="2026-11-05 08:30")
        submission.notebooks[0].grades[0].auto_score = 6.0
        gradebook.db.commit()
    done = run(course, "nbgrader", "export", "--to", "marks.csv")
    assert done.returncode == 0, done.stderr
    assert (course / "marks.csv").read_bytes().startswith(b"\xef\xbb\xbfassignment,duedate,timestamp,student_id,")
    with (course / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {key: row["first_name"] for key, row in rows.items()} == {cell: cell for cell in NAMES.values()}
    assert {row["last_name"] for row in rows.values()} == {"'@x"}
    shown = [(row["score"], row["raw_score"], row["max_score"], row["timestamp"]) for row in rows.values()]
    assert sorted(set(shown)) == [("0.0", "0.0", "53.0", ""), ("6.0", "6.0", "53.0", "2026-11-05 08:30:00")]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_export_of_one_student_goes_to_grades_csv(course: Path) -> None:
    with Gradebook(f"sqlite:///{course}/course/gradebook.db", "sgd-from-scratch") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_student("bob")
    assert run(course, "nbgrader", "export", "--student", "['bob']", "--assignment", "['sgd']").returncode == 0
    lines = (course / "grades.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[3] for line in lines] == ["student_id", "bob"]
