"""What `check` grades, `grade` grades: to the end, with the same marks, whatever happened to the notebook."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.classroom import nbgrading
from autograder.classroom.converters import OneStudent, steps
from autograder.classroom.course import Course, load_config
from autograder.grading.grader import Grader, Grading
from autograder.handin.handin import HandIn, read
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Exercise, Report, Verdict
from autograder.sandbox import levels
from autograder.sandbox.launch import WarmProcess
from tests.conftest import QUICK, make_course
from tests.test_fuzz import handed_in, happen, odd, sound, texts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning"),  # of a long text, told one by one
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own, in this process too
]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
pictures = st.dictionaries(
    st.sampled_from(["image/png", "image/jpeg", "image/gif", "x"]), st.just(PIXEL) | odd, max_size=2
)
outputs = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "x"])},
    optional={
        "name": odd,
        "text": texts | odd,
        "data": pictures | odd,
        "metadata": odd,
        "traceback": odd,
        "ename": odd,
    },
)


@st.composite
def edited(draw: st.DrawFn) -> Any:
    """A notebook of which cells, outputs, metadata and attachments are not what they were."""
    notebook = json.loads(sound("solved", draw(st.booleans())))
    for _ in range(draw(st.integers(0, 4))):
        happen(draw, notebook)
    for cell in filter(lambda cell: isinstance(cell, dict), notebook["cells"]):
        match draw(st.integers(0, 9)):
            case 0:
                cell["attachments"] = draw(st.dictionaries(st.sampled_from(["a.png", "b c.png"]), pictures | odd) | odd)
                cell["source"] = "Text ![x](attachment:a.png) ![y](attachment:b%20c.png)"
                cell["cell_type"] = "markdown"
            case 1:
                cell["outputs"] = draw(st.lists(outputs, max_size=3) | odd)
    notebook["metadata"] = draw(odd | st.fixed_dictionaries({"language_info": odd | st.just({"version": "3.13.0"})}))
    return notebook


class Idle:
    """A grader that runs nothing: all is right."""

    def __init__(self, lesson: Lesson, *_: Any) -> None:
        self._lesson = lesson

    def grade(self, handin: HandIn, student: str | None = None) -> Grading:
        if handin.unreadable is not None:
            total = self._lesson.max_score
            return Grading(
                Report.unreadable("sgd", total, handin.unreadable, isolation="none", student=student), [], {}, {}
            )
        right = [Criterion("right", Verdict.PASSED, task.points, task.points) for task in self._lesson.tasks]
        exercises = [Exercise.of(task.id, (one,)) for task, one in zip(self._lesson.tasks, right, strict=True)]
        report = Report.of("sgd", tuple(exercises), isolation="none", student=student)
        return Grading(report, [[] for _ in handin.code], {}, {})


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_course(tmp_path_factory.mktemp("course") / "course-folder")


@pytest.fixture(scope="module")
def both(course: Path) -> tuple[OneStudent, OneStudent]:
    """The steps of `grade`."""
    config = load_config(course)
    config.HiddenGraders.isolation = levels.NONE
    return steps(config, "sgd")


def graded(course: Path, both: tuple[OneStudent, OneStudent], notebook: Any) -> tuple[HandIn, Report]:
    """A hand-in as `check` reads it, and what `grade` reports of it."""
    place = Course(course).hand_in("sgd", "ada")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(notebook), "utf-8")
    handin, here = read(place, Lesson.load("sgd", course)), Path.cwd()
    try:
        os.chdir(course)
        for step in both:
            step.convert("ada")
    finally:
        os.chdir(here)
    assert 'src="attachment:' not in Course(course).feedback("sgd", "ada").read_text("utf-8")
    return handin, Report.from_json(Course(course).report("sgd", "ada").read_text("utf-8"))


@given(notebook=handed_in() | edited())
def test_what_is_read_is_graded_to_the_end(course: Path, both: tuple[OneStudent, OneStudent], notebook: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrading, "Grader", Idle)
        patch.setattr(nbgrading, "shared", lambda *_: None)
        handin, report = graded(course, both, notebook)
    assert report.note == handin.unreadable and bool(report.exercises) == (handin.unreadable is None)


@settings(max_examples=4)
@given(notebook=edited())
def test_whole_ways_give_the_same_report(
    course: Path, both: tuple[OneStudent, OneStudent], warm: WarmProcess, lesson: Lesson, notebook: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrading, "shared", lambda *_: warm)
        handin, report = graded(course, both, notebook)
    checked = Grader(lesson, warm, QUICK).grade(handin).report
    assert [(one.id, one.score, one.status) for one in report.exercises] == [
        (one.id, one.score, one.status) for one in checked.exercises
    ]
