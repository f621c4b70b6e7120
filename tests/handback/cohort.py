"""A class that was graded, made without grading anybody: gradebook, Reports, pages, roster and what `collect` notes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Exercise, Report, Verdict

DUE = datetime(2026, 11, 5, 12)
HOSTILE = '=HYPERLINK("http://x.org","Ada")'
FULL = {"predict": 6.0, "mse": 8.0, "gradient": 8.0, "sgd_step": 8.0, "fit": 10.0, "plot_fit": 6.0, "vocabulary": 7.0}


@dataclass(frozen=True)
class Student:
    """One of the class; `lost` are marks of `fit`, `hand` is what a person gave for it."""

    id: str
    first: str
    last: str
    section: str = "A"
    lost: float = 0.0
    hand: float | None = None
    extra: float | None = None
    penalty: float = 0.0
    late: timedelta = timedelta()
    state: str = "graded"  # unreadable, open, review, ungraded, missing
    number: str = ""

    @property
    def email(self) -> str:
        return f"{self.id.strip('=+@')}@x.org"

    @property
    def raw(self) -> float:
        """The mark before a penalty."""
        if self.state == "unreadable":
            return 0.0
        given = FULL["fit"] - self.lost if self.hand is None else self.hand
        return sum(FULL.values()) - FULL["fit"] + given + (self.extra or 0.0)

    @property
    def mark(self) -> float | None:
        """What an LMS is to have."""
        return None if self.state in ("open", "review", "ungraded", "missing") else self.raw - self.penalty


CLASS = [
    Student("ada", "Ada", "Lovelace", number="1000001"),
    Student("bea", "Béa", "Ångström", "B", lost=5.5, number="1000002"),
    Student("cyd", "Cyd", HOSTILE, lost=1, number="1000003"),
    Student("dan", "Dan, Jr.", 'O"Neill;', state="unreadable", number="1000004"),
    Student("eve", "@Eve", "-Müller", "B", state="missing", number="1000005"),
    Student("fay", "小龍", "李", "B", lost=0.5, penalty=5.25, late=timedelta(hours=26, seconds=5), number="1000006"),
    Student("gus", "Gus 🎉", "van der Berg", lost=10, hand=7.5, number="1000007"),
    Student("hal", "Hal", "Older", state="open", number="1000008"),
    Student("ivy", "Ivy", "Ungraded", "B", state="ungraded", number="1000009"),
    Student("joe", "Joe", "Again", lost=4, hand=9.0, state="review", number="1000010"),
]
MARKS = {one.id: one.mark for one in CLASS if one.mark is not None}


def build(course: Path, lesson: Lesson, students: list[Student] = CLASS, *, roster: bool = True) -> Path:
    """Put the class into a course folder."""
    top = course / "course"
    with Gradebook(f"sqlite:///{top / 'gradebook.db'}", "sgd-from-scratch") as gradebook:
        gradebook.update_or_create_assignment("sgd", duedate=DUE)
        for one in students:
            if one.state not in ("missing", "ungraded"):
                _enter(gradebook, one)
        gradebook.db.commit()
    for one in students:
        if one.state != "missing":
            _file(top / "submitted" / one.id / "sgd" / "sgd.ipynb", "{}")
        if one.state not in ("missing", "ungraded"):
            _file(top / "reports" / "sgd" / f"{one.id}.json", _report(one, lesson).to_json())
            _file(top / "feedback" / one.id / "sgd" / "sgd.html", page(one))
    if roster:
        lines = ["id,first_name,last_name,email,section"]
        lines += [",".join(map(_quoted, (one.id, one.first, one.last, one.email, one.section))) for one in students]
        _file(top / "students.csv", "\n".join(lines) + "\n")
    return course


def collected(course: Path, program: str, entries: dict[str, str]) -> None:
    """What `collect` notes of where each hand-in was in the archive."""
    found = {student: {"program": program, "entry": entry} for student, entry in entries.items()}
    _file(course / "course" / "collected" / "sgd.json", json.dumps(found))


def page(one: Student) -> str:
    return f'<html><title>{one.id}</title><p class="total"><b>{one.raw:g}</b> of 53 points</p></html>'


def _enter(gradebook: Gradebook, one: Student) -> None:
    gradebook.update_or_create_student(one.id)
    submission = gradebook.update_or_create_submission("sgd", one.id, timestamp=DUE - timedelta(hours=1) + one.late)
    notebook = submission.notebooks[0]
    notebook.late_submission_penalty = one.penalty
    for grade in notebook.grades:
        exercise = grade.cell.name.removesuffix("-checks")
        points = 0.0 if one.state == "unreadable" else FULL[exercise]
        grade.auto_score, grade.needs_manual_grade = points, False
        if exercise == "fit" and one.state != "unreadable":
            grade.auto_score = None if one.state == "open" else points - one.lost
            grade.manual_score, grade.extra_credit = one.hand, one.extra
            grade.needs_manual_grade = one.state in ("open", "review")


def _report(one: Student, lesson: Lesson) -> Report:
    about: dict[str, Any] = {"isolation": "none", "student": one.id}
    if one.state == "unreadable":
        return Report.unreadable("sgd", lesson.max_score, "the file is not JSON: =1+1", **about)
    scores = {**FULL, "fit": FULL["fit"] - one.lost}
    found = [Exercise.of(id, (Criterion("it", Verdict.PASSED, score, FULL[id]),)) for id, score in scores.items()]
    return Report.of("sgd", tuple(found), **about)


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
