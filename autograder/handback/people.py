"""The marks as a table for people: a row a student, a column an exercise, and a status, since empty is not 0.

`csv` is UTF-8 with the mark by which Excel knows it; in it and in a workbook no cell of a student's is a formula.
`gradescope` has the columns of Gradescope's own export of an assignment, for whatever reads that.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from autograder.basics.text import brief, plain
from autograder.classroom.sheet import FORMULAS, harmless
from autograder.classroom.table import Table
from autograder.handback.results import Result, Status, number
from autograder.lesson.manifest import Lesson

WHO = ("id", "last_name", "first_name", "email", "section", "status", "handed_in_utc")
SUM = ("raw_score", "penalty", "score", "max_score", "note")
LATE = "late"
NOT_XML = re.compile("[\ufffe\uffff]")  # what else no workbook can hold
LONGEST = 1000  # of a cell; Excel takes 32 767 characters
GRADESCOPE = {
    Status.GRADED: "Graded", Status.UNREADABLE: "Graded", Status.REVIEW: "Ungraded", Status.UNGRADED: "Ungraded",
    Status.MISSING: "Missing",
}  # fmt: skip

Cell = str | float | None


def table(found: Sequence[Result], lesson: Lesson) -> tuple[list[str], list[list[Cell]]]:
    """Titles, and a row for everybody."""
    header = [*WHO, *(task.id for task in lesson.tasks), *SUM]
    return header, [_row(one, lesson) for one in found]


def _row(one: Result, lesson: Lesson) -> list[Cell]:
    person = one.person
    status = f"{one.status}, {LATE}" if one.late else str(one.status)
    scores = [one.scores.get(task.id) for task in lesson.tasks]
    penalty = None if one.score is None else one.penalty
    return [
        person.id, person.last, person.first, person.email, person.section, status,
        str(one.timestamp.replace(microsecond=0)) if one.timestamp else "",
        *scores, one.raw, penalty, one.score, lesson.max_score, one.note,
    ]  # fmt: skip


def gradescope(found: Sequence[Result], lesson: Lesson) -> tuple[list[str], list[list[Cell]]]:
    """The same in the columns of Gradescope's export."""
    header = ["First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Status"]
    header += ["Submission ID", "Submission Time", "Lateness (H:M:S)", "View Count", "Submission Count"]
    header += [f"{place}: {task.id} ({task.points} pts)" for place, task in enumerate(lesson.tasks, 1)]
    rows: list[list[Cell]] = []
    for one in found:
        person = one.person
        time = one.timestamp.strftime("%Y-%m-%d %H:%M:%S +0000") if one.timestamp else ""
        rows.append([
            person.first, person.last, person.id, person.email, person.section, one.score, lesson.max_score,
            GRADESCOPE[one.status], "", time, _lateness(one.late) if time else "", "", "",
            *(one.scores.get(task.id) for task in lesson.tasks),
        ])  # fmt: skip
    return header, rows


def _lateness(late: timedelta) -> str:
    minutes, seconds = divmod(int(late.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def as_csv(header: list[str], rows: list[list[Cell]]) -> bytes:
    """A file for every spreadsheet."""
    return Table(header, [list(map(_text, row)) for row in rows]).written()


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return number(cell)
    return harmless(brief(plain(cell or "", keep="\t\n"), LONGEST))


def as_workbook(header: list[str], rows: list[list[Cell]]) -> bytes:
    """A workbook with one sheet: numbers as numbers, and all else as text."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    everything: list[list[Cell]] = [[*header], *rows]
    for place, row in enumerate(everything, 1):
        for column, value in enumerate(row, 1):
            _write(sheet.cell(place, column), value)
    for column, cell in enumerate(sheet[1]):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = _width([row[column] for row in everything])
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write(cell: Any, value: Cell) -> None:
    if value and isinstance(value, str):
        text = NOT_XML.sub("\ufffd", brief(plain(value), LONGEST))
        cell.value, cell.data_type = text, "s"  # whatever it begins with
        cell.quotePrefix = text.startswith(FORMULAS)  # … and if somebody edits it, too
    elif isinstance(value, float):
        cell.value = round(value, 2)


def _width(cells: Sequence[Cell]) -> int:
    return min(40, max(8, *(len(cell) if isinstance(cell, str) else 6 for cell in cells)) + 2)
