"""The sample class gets exactly the verdicts that its files expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Exercise, Report, Status, Verdict
from tests.conftest import PATIENT, Grade, maker_of
from tests.sample_class import Sample, hand_in, load

LESSONS = [Lesson.load(name) for name in shelf.names()]
CLASS = [pytest.param(lesson, sample, id=sample.name) for lesson in LESSONS for sample in load(lesson)]


def verdicts(exercise: Exercise) -> dict[str, Any]:
    """An exercise in the form of the sample files."""
    found: dict[str, Any] = {"status": str(exercise.status), "score": exercise.score}
    if exercise.status not in (Status.ERROR, Status.NOT_ATTEMPTED):
        found["failed"] = [one.name for one in exercise.criteria if one.status is not Verdict.PASSED]
    return found


def found_in(report: Report) -> dict[str, Any]:
    """A Report in the form of the sample files: what is not simply right."""
    if not report.exercises:
        return {"note": report.note}
    return {exercise.id: verdicts(exercise) for exercise in report.exercises if exercise.status is not Status.PASSED}


@pytest.mark.parametrize(("lesson", "sample"), CLASS)
def test_sample_gets_its_verdicts(lesson: Lesson, sample: Sample, grade: Grade) -> None:
    assert found_in(grade(maker_of(lesson).of(sample), PATIENT, lesson).report) == sample.expected


def test_class_is_not_mixed_into_a_real_one(lesson: Lesson, tmp_path: Path) -> None:
    (tmp_path / "course" / "submitted" / "ada" / lesson.assignment).mkdir(parents=True)
    with pytest.raises(
        SystemExit, match=r"^course/submitted holds hand-ins of others \(ada\): no sample class is added$"
    ):
        hand_in(tmp_path, lesson)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.assignment)
def test_class_is_worth_grading(lesson: Lesson) -> None:
    everybody = load(lesson)
    assert len(everybody) >= 24
    assert all(sample.about and sample.name == f"student-{index:02}" for index, sample in enumerate(everybody, 1))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.assignment)
def test_every_exercise_is_got_wrong_by_somebody(lesson: Lesson) -> None:
    wrong = {exercise for sample in load(lesson) for exercise in sample.expected}
    assert wrong >= {task.id for task in lesson.tasks}
