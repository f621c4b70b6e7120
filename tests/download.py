"""What Moodle gives for a class: the zip of hand-ins, its grading worksheet, and a list of who is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.classroom.table import Table
from autograder.lesson.manifest import Lesson
from tests.intake import lms
from tests.intake.lms import Pupil

FIRST = ("Ada", "Béa", "Chidi", "Dunja", "Émile", "Fatima", "Gül", "Hanna", "Ivo", "Jürgen", "Kofi", "Lê", "Mia", "Nuno",
         "Ólafur", "Priya", "Quinn", "Rosa", "Søren", "Tao")  # fmt: skip
LAST = ("Ångström", "Brown", "Çelik", "Dvořák", "Eze", "Fischer", "García", "Hoàng", "Ivanova", "Jansen", "Kaya", "Li",
        "Müller", "Núñez", "O'Brien")  # fmt: skip
SECTIONS = ("A", "B", "C")
HEADER = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip


def pupils(ids: Sequence[str]) -> list[Pupil]:
    """Participants with these ids, up to 300 of them, no two of whom have one name."""
    return [
        Pupil(id, FIRST[place % len(FIRST)], LAST[(place // len(FIRST)) % len(LAST)], 1_000_001 + place)
        for place, id in enumerate(ids)
    ]


def write(folder: Path, lesson: Lesson, handed_in: Mapping[str, str], absent: Sequence[str] = ()) -> None:
    """Put `submissions.zip`, `worksheet.csv` and `students.csv` there; `handed_in` has the notebooks, by id."""
    people = pupils([*handed_in, *absent])
    folder.mkdir(parents=True, exist_ok=True)
    books = {one: handed_in[one.id] for one in people if one.id in handed_in}
    (folder / "submissions.zip").write_bytes(lms.zipped(lms.moodle(books, f"{lesson.assignment}.ipynb")))
    worksheet = Table(list(HEADER), [_row(one, lesson, one in books) for one in people])
    (folder / "worksheet.csv").write_bytes(worksheet.written())
    known = [[one.id, one.first, one.last, one.email, SECTIONS[one.number % 3]] for one in people]
    roster = Table(["id", "first_name", "last_name", "email", "section"], known)
    (folder / "students.csv").write_bytes(roster.written())


def _row(one: Pupil, lesson: Lesson, handed_in: bool) -> list[str]:
    status = "Submitted for grading - Not marked" if handed_in else "No submission - Not marked"
    most = f"{lesson.max_score:.2f}"
    return [f"Participant {one.number}", one.name, one.email, status, "", most, "Yes", "-", "-", ""]
