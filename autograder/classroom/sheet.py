"""`nbgrader export`: the marks as a CSV file that a spreadsheet may open."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # what a cell begins with that a spreadsheet would compute
INSIDE = re.compile(rf"([,;] ?)(?=[{re.escape(''.join(FORMULAS))}])")  # … where another delimiter would cut it


class Sheet(ExportPlugin):
    """nbgrader's own table, but quoted, in UTF-8 that Excel recognizes, and with no name that is a formula.

    `nbgrader export` knows it by `c.ExportApp.plugin_class`.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file: `grades.csv`, or what `--to` says."""
        path = Path(self.to or "grades.csv")
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows([harmless(row[column]) for column in COLUMNS] for row in self._rows(gradebook))
        self.log.info("The marks are in %s", path)

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        wanted, students = set(map(str, self.assignment)), set(map(str, self.student))
        for assignment in gradebook.assignments:
            if wanted and assignment.name not in wanted:
                continue
            for student in gradebook.students:
                if not students or student.id in students:
                    yield _row(gradebook, assignment, student)


def harmless(value: Any) -> str:
    """A cell's text, which is a number or a text in every spreadsheet."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    cell = INSIDE.sub(r"\1'", " ".join(value.split()))
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    row = {
        "assignment": assignment.name, "duedate": assignment.duedate, "max_score": assignment.max_score,
        "student_id": student.id, "last_name": student.last_name, "first_name": student.first_name,
        "email": student.email, "timestamp": None, "raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0,
    }  # fmt: skip
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:  # nothing was handed in: no marks, and no time
        return row
    penalty = submission.late_submission_penalty
    score = max(0.0, submission.score - penalty)
    about = {"timestamp": submission.timestamp, "raw_score": submission.score, "late_submission_penalty": penalty}
    return {**row, **about, "score": score}
