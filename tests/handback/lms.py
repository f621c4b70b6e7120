"""The LMSs' side: the sheets that they make of a class, and what they read when one is given back to them.

Each reader keeps to what its documentation or its source says, which `autograder/handback/layouts.py` names.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.handback.cohort import CLASS, Student

Marks = dict[str, float]
STRANGER = Student("zoe", "Zoë", "Dropped", number="1000099")  # on the LMS's list, and nobody here has heard of her
LISTED = [*reversed(CLASS), STRANGER]
LAST = "Monday, 2 November 2026, 9:00 AM"


def written(rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",", *, quoted: bool = False) -> bytes:
    file = io.StringIO()
    style: Any = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(file, delimiter=delimiter, quoting=style).writerows(rows)
    return file.getvalue().encode(encoding)


def rows_of(content: bytes, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def canvas_id(one: Student) -> str:
    return one.number.removeprefix("1000")


def canvas_sheet() -> bytes:
    """A gradebook with another assignment in it, a row of muted ones, a test student and what Canvas adds up."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework 0 (41)", "SGD from scratch (42)"]
    rows = [[*head, "Current Score", "Final Score"]]
    rows += [["", "", "", "", "", "", "Manual Posting", "", ""]]
    rows += [["    Points Possible", "", "", "", "", "10.00", "53.00", "(read only)", "(read only)"]]
    for one in LISTED:
        who = [f"{one.last}, {one.first}", canvas_id(one), f"s{one.number}", one.id, f"{one.section}, and B"]
        rows.append([*who, "9.50", "41.00" if one.id in ("eve", "zoe") else "", "88.1", "88.1"])
    rows.append(["Student, Test", "77", "", "f00", "A", "", "", "", ""])
    return written(rows)


def canvas_reads(content: bytes) -> Marks:
    """`GradebookImporter`: the header, rows by ID, then by SIS ids, then by name; the column by its id or its title."""
    header, *rows = rows_of(content, "utf-8")
    assert "Student" in header[0] and "ID" in header[1] and len(header) > 3
    titles = {"SGD from scratch": "42", "sgd": "42"}
    last = header.index("Section")
    marks = {}
    for place, title in list(enumerate(header))[last + 1 :]:
        found = re.fullmatch(r"(.*) \((\d+)\)", title)
        if (found[2] if found else titles.get(title)) != "42":
            continue
        for row in rows:
            if "Points Possible" in row[0]:
                assert float(row[place]) == 53
            elif (one := _canvas_student(dict(zip(header, row, strict=True)))) and row[place].strip():
                marks[one.id] = float(row[place])
    return marks


def _canvas_student(row: dict[str, str]) -> Student | None:
    by: dict[str, Callable[[Student], str]] = {
        "ID": canvas_id,
        "SIS User ID": lambda one: f"s{one.number}",
        "SIS Login ID": lambda one: one.id,
    }
    for title, key in by.items():
        if row.get(title) and (one := next((one for one in LISTED if key(one) == row[title]), None)):
            return one
    return next((one for one in LISTED if row["Student"] == f"{one.last}, {one.first}"), None)


def moodle_sheet(maximum: str = "53.00", locked: str = "") -> bytes:
    head = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed"]
    rows = [[*head, "Last modified (submission)", "Last modified (grade)", "Feedback comments"]]
    for one in LISTED:
        status = "No submission" if one.state == "missing" else "Submitted for grading - "
        old = "41.00" if one.id in ("eve", "zoe") else ""
        who = [f"Participant {one.number}", f"{one.first} {one.last}", one.email, status]
        rows.append([*who, old, maximum, "No" if one.id == locked else "Yes", LAST, "-", '<p>=1+1,\n"well"</p>'])
    return written(rows, "utf-8-sig")


def moodle_reads(content: bytes) -> Marks:
    """`assignfeedback_offline`: commas, UTF-8; a number above the maximum is passed over, one that is none ends it."""
    header, *rows = rows_of(content)
    number, grade, _ = (header.index(title) for title in ("Identifier", "Grade", "Last modified (grade)"))
    participants = {one.number: one.id for one in LISTED}
    found = {participants.get(row[number][len("Participant ") :]): row[grade] for row in rows}
    marks = {student: float(cell) for student, cell in found.items() if student and cell not in ("", "-")}
    return {student: mark for student, mark in marks.items() if 0 <= mark <= 53}


def blackboard_sheet() -> bytes:
    title = "sgd [Total Pts: 53 Score] |123456"
    rows = [
        ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Total [Total Pts: up to 63 Score] |9"]
    ]
    rows[0] += ["Homework 0 [Total Pts: 10 Score] |123455", title]
    for one in LISTED:
        old = "41" if one.id in ("eve", "zoe") else ""
        rows.append([one.last, one.first, one.id, f"00{one.number}", "2026-11-02 09:00:00", "9.5", "9.5", old])
    return written(rows, "utf-16", "\t", quoted=True)


def blackboard_reads(content: bytes) -> Marks:
    """Grade Center: text between tabs, UTF-16; a column by the id in its title, or by its name; a row by the user name."""
    header, *rows = rows_of(content, "utf-16", "\t")
    title = next(title for title in header if title.endswith("|123456") or title == "sgd")
    place, user = header.index(title), header.index("Username")
    known = {one.id for one in LISTED}
    return {row[user]: float(row[place]) for row in rows if row[user] in known and row[place]}


def brightspace_sheet() -> bytes:
    title = "sgd Points Grade <Numeric MaxPoints:53 Weight:10 Category:Homework CategoryWeight:100>"
    rows = [["OrgDefinedId", "Username", "Last Name", "First Name", "Email"]]
    rows[0] += ["Homework 0 Points Grade <Numeric MaxPoints:10>", title, "End-of-Line Indicator"]
    for one in LISTED:
        old = "41" if one.id in ("eve", "zoe") else ""
        rows.append([f"#{one.number}", f"#{one.id}", one.last, one.first, one.email, "9.5", old, "#"])
    return written(rows, "utf-8-sig")


def brightspace_reads(content: bytes) -> Marks:
    """Import Grades: `Username` or `OrgDefinedId`, each perhaps with a `#`; `… Points Grade`; `#` ends each line."""
    header, *rows = rows_of(content)
    assert header[-1] == "End-of-Line Indicator" and {row[-1] for row in rows} == {"#"}
    place = next(place for place, title in enumerate(header) if title.startswith("sgd Points Grade"))
    user = header.index("Username")
    known = {one.id for one in LISTED}
    found = {row[user].removeprefix("#"): row[place] for row in rows}
    return {student: min(float(cell), 53.0) for student, cell in found.items() if student in known and cell}


def gradescope_sheet() -> bytes:
    rows = [["First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Status"]]
    for one in LISTED:
        old = "41.0" if one.id in ("eve", "zoe") else ""
        rows.append([one.first, one.last, one.id, one.email, one.section, old, "53.0", "Ungraded"])
    return written(rows)


def gradescope_reads(content: bytes) -> Marks:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return {row["SID"]: float(row["Total Score"]) for row in rows if row["Total Score"]}


@dataclass(frozen=True)
class Lms:
    """One of them."""

    sheet: Callable[[], bytes]
    reads: Callable[[bytes], Marks]
    column: str
    way: tuple[str, str] = ("utf-8-sig", ",")


LMS = {
    "canvas": Lms(canvas_sheet, canvas_reads, "SGD from scratch (42)"),
    "moodle": Lms(moodle_sheet, moodle_reads, "Grade"),
    "blackboard": Lms(blackboard_sheet, blackboard_reads, "sgd [Total Pts: 53 Score] |123456", ("utf-16", "\t")),
    "brightspace": Lms(
        brightspace_sheet, brightspace_reads,
        "sgd Points Grade <Numeric MaxPoints:53 Weight:10 Category:Homework CategoryWeight:100>",
    ),
    "gradescope": Lms(gradescope_sheet, gradescope_reads, "Total Score"),
}  # fmt: skip
