"""Classes made by hand: Reports of a few exercises, and members with or without them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from autograder.classroom.marks import Entry
from autograder.classroom.roster import Person
from autograder.lesson.report import Criterion, Exercise, Report, Status, Verdict
from autograder.overview.members import Member

Criteria = tuple[Criterion, ...]


def right(name: str, points: float = 1.0) -> Criterion:
    """A criterion that passed."""
    return Criterion(name, Verdict.PASSED, points, points)


def wrong(name: str, actual: str | None = "38", points: float = 1.0, **more: Any) -> Criterion:
    """One that was lost, without an explanation if none is given."""
    facts = {"input": "y = [0]", "expected": "12", "hint": "Should it grow?", **more}
    return Criterion(name, Verdict.FAILED, 0.0, points, actual=actual, **facts)


def told(name: str, points: float = 1.0, misconception: str = "sum", diagnosis: str = "Nothing divides.") -> Criterion:
    """One that was lost to a misconception."""
    return wrong(name, points=points, misconception=misconception, diagnosis=diagnosis)


def empty(id: str, *names: str) -> Exercise:
    """An exercise for which nothing was written."""
    return Exercise.of(
        id, tuple(Criterion(name, Verdict.NOT_RUN, 0.0, 1.0) for name in names), status=Status.NOT_ATTEMPTED
    )


def report(*exercises: Exercise, student: str | None = None, note: str | None = None) -> Report:
    return Report.of("sgd", exercises, isolation="none", student=student, note=note)


def member(id: str, found: Report | None = None, name: str = "", section: str = "", **more: Any) -> Member:
    """One of the class; with a name, one of the roster."""
    first, _, last = name.rpartition(" ")
    person = Person(id, first, last, section=section) if name or section else None
    return Member(id, person, report=found and dataclasses.replace(found, student=id), **more)


def entry(score: float, **more: Any) -> Entry:
    return Entry(score=score, **more)


def keep(course: Path, student: str, found: Report, **sources: str) -> None:
    """Put a Report into a course as if it had been graded, and a graded notebook with these answers."""
    import json

    path = course / "course" / "reports" / "sgd" / f"{student}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dataclasses.replace(found, student=student).to_json(), "utf-8")
    cells = [
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name}}, "source": source, "outputs": []}
        for name, source in sources.items()
    ]
    notebook = course / "course" / "autograded" / student / "sgd" / "sgd.ipynb"
    notebook.parent.mkdir(parents=True, exist_ok=True)
    notebook.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    (course / "course" / "submitted" / student / "sgd").mkdir(parents=True, exist_ok=True)
