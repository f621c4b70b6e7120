"""Tables for people: in a spreadsheet marks are numbers, and nothing that a student has written is computed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]
import pytest
from openpyxl import load_workbook

from autograder.classroom.roster import Person
from autograder.handback.people import as_csv, as_workbook, table
from autograder.handback.results import Result, Status
from autograder.lesson.manifest import Lesson
from tests.handback.cohort import MARKS
from tests.handback.conftest import Export

NAMES = [
    "=1+1", "+41 79", "-2", "@SUM(A1)", "\t=1", "＝1", "#N/A", "a,b;c\n=2", 'a"b', "\x00\x1b[31m\ufffe", "\udcff", "李" * 100, "🎉",
    "TRUE", "1e5", "x" * 40_000, "'", "",
]  # fmt: skip


def of(name: str, lesson: Lesson) -> Result:
    person = Person(name, name, name, name, name)
    return Result(
        name, person, Status.GRADED, 52.5, 52.5, scores={task.id: task.points for task in lesson.tasks}, note=name
    )


@pytest.fixture
def cells(lesson: Lesson) -> tuple[list[str], list[list[str | float | None]]]:
    return table([of(name, lesson) for name in NAMES], lesson)


Cells = tuple[list[str], list[list[str | float | None]]]


def test_a_workbook_holds_texts_and_numbers_and_no_formula(cells: Cells) -> None:
    sheet = load_workbook(io.BytesIO(as_workbook(*cells))).active
    header, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == cells[0] and len(rows) == len(NAMES)
    for name, row in zip(NAMES, rows, strict=True):
        assert {cell.data_type for cell in row} <= {"s", "n"} and row[-3].value == 52.5
        texts = [row[place].value or "" for place in (0, 1, 2, 3, 4, -1)]
        assert len(set(texts)) == 1
        assert (
            texts[0] == name
            or len(name) > 1000
            or any(ord(one) < 32 or "\ud800" <= one <= "\udfff" or one == "\ufffe" for one in name)
        )
        assert row[0].quotePrefix is texts[0].startswith(("=", "+", "-", "@", "＝"))


def test_no_cell_of_a_csv_is_a_formula_wherever_a_spreadsheet_cuts_it(cells: Cells) -> None:
    text = as_csv(*cells).decode("utf-8-sig")
    for delimiter in ",;\t":
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        assert not [cell for row in rows for cell in row if cell.strip().startswith(("=", "+", "-", "@", "＝"))]


def test_pandas_reads_the_marks_as_numbers(export: Export, graded: Path) -> None:
    export("--to", "csv")
    export("--to", "xlsx")
    folder = graded / "course" / "export"
    read = pd.read_csv(folder / "sgd-csv.csv"), pd.read_excel(folder / "sgd-xlsx.xlsx")
    for frame in read:
        marks = frame.set_index("id")["score"]
        assert marks.dtype == float and marks.dropna().to_dict() == {**MARKS, "joe": 52.0}
        assert frame["status"].tolist()[3:5] == ["unreadable", "not handed in"]
    assert [frame["first_name"].tolist()[4] for frame in read] == ["'@Eve", "@Eve"]


def test_gradescopes_columns_have_a_mark_an_exercise(export: Export, graded: Path) -> None:
    export("--to", "gradescope")
    frame = pd.read_csv(graded / "course" / "export" / "sgd-gradescope.csv").set_index("SID")
    assert frame.loc["bea", ["1: predict (6.0 pts)", "5: fit (10.0 pts)", "Max Points"]].tolist() == [6, 4.5, 53]
    assert frame.loc["fay", ["Lateness (H:M:S)", "Status", "Total Score"]].tolist() == ["25:00:05", "Graded", 47.25]
    assert frame.loc["eve", "Status"] == "Missing" and frame.loc["hal", "Status"] == "Ungraded"
