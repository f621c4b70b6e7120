"""The sample class gets exactly the verdicts that its files expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.lesson import Lesson
from autograder.report import Exercise, Report, Status, Verdict
from tests.conftest import PATIENT, Grade
from tests.sample_class import Maker, Sample, hand_in, load

CLASS = load()


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


@pytest.mark.parametrize("sample", CLASS, ids=lambda sample: sample.name)
def test_sample_gets_its_verdicts(sample: Sample, maker: Maker, grade: Grade) -> None:
    assert found_in(grade(maker.of(sample), PATIENT).report) == sample.expected


def test_class_is_not_mixed_into_a_real_one(tmp_path: Path) -> None:
    (tmp_path / "course" / "submitted" / "ada").mkdir(parents=True)
    with pytest.raises(
        SystemExit, match=r"^course/submitted holds hand-ins of others \(ada\): no sample class is added$"
    ):
        hand_in(tmp_path, CLASS)


def test_class_is_worth_grading() -> None:
    assert len(CLASS) >= 24
    assert all(sample.about and sample.name == f"student-{index:02}" for index, sample in enumerate(CLASS, 1))


def test_every_exercise_is_got_wrong_by_somebody(lesson: Lesson) -> None:
    wrong = {exercise for sample in CLASS for exercise in sample.expected}
    assert wrong >= {task.id for task in lesson.tasks}
