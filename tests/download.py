"""What Moodle gives for a class: the zip of hand-ins, its grading worksheet, and a list of who is in it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.lesson.manifest import Lesson

FIRST = ("Ada", "Béa", "Chidi", "Dunja", "Émile", "Fatima", "Gül", "Hanna", "Ivo", "Jürgen", "Kofi", "Lê", "Mia", "Nuno",
         "Ólafur", "Priya", "Quinn", "Rosa", "Søren", "Tao")  # fmt: skip
LAST = ("Ångström", "Brown", "Çelik", "Dvořák", "Eze", "Fischer", "García", "Hoàng", "Ivanova", "Jansen", "Kaya", "Li",
        "Müller", "Núñez", "O'Brien")  # fmt: skip
SECTIONS = ("A", "B", "C")
HEADER = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip


@dataclass(frozen=True)
class Pupil:
    """A participant of Moodle's course."""

    id: str
    first: str
    last: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


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
    with zipfile.ZipFile(folder / "submissions.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for one in people:
            if one.id in handed_in:
                name = f"{one.name}_{one.number}_assignsubmission_file/{lesson.assignment}.ipynb"
                archive.writestr(name, handed_in[one.id])
    (folder / "worksheet.csv").write_bytes(
        _table([HEADER, *(_row(one, lesson, one.id in handed_in) for one in people)])
    )
    (folder / "students.csv").write_bytes(
        _table(
            [
                ("id", "first_name", "last_name", "email", "section"),
                *((one.id, one.first, one.last, _address(one), SECTIONS[one.number % 3]) for one in people),
            ]
        )
    )


def _row(one: Pupil, lesson: Lesson, handed_in: bool) -> tuple[str, ...]:
    status = "Submitted for grading - Not marked" if handed_in else "No submission - Not marked"
    most = f"{lesson.max_score:.2f}"
    return (f"Participant {one.number}", one.name, _address(one), status, "", most, "Yes", "-", "-", "")


def _address(one: Pupil) -> str:
    return f"{one.id}@example.org"


def _table(rows: Sequence[Sequence[str]]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode("utf-8-sig")
