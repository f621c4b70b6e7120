"""Diagnosis and rendering are advice: each function of theirs may fail, and it costs no mark and no page."""

from __future__ import annotations

import copy
import importlib
import inspect
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.basics.advice import Advice
from autograder.classroom.nbgrading import write_outputs
from autograder.cli import main
from autograder.grading import diagnosis
from autograder.grading.grader import Grader, Grading
from autograder.handin import handin
from autograder.handin.handin import HandIn
from autograder.handin.notebook import KEY, is_checks
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.modules import load
from autograder.lesson.report import Exercise
from autograder.sandbox.launch import WarmProcess
from tests.conftest import QUICK
from tests.sample_class import Maker

CATALOGUE = load(shelf.hidden("sgd"), "misconceptions.predict").__name__.removeprefix("autograder.")
DIAGNOSIS = (
    "grading.diagnosis", "grading.imitation", "grading.misconceptions", "graders.difference", "graders.show",
    "graders.catalogue", "graders.common", "graders.errors", CATALOGUE,
)  # fmt: skip
RENDER = ("render.curve", "render.html", "render.words")
TERMINAL = ("render.terminal", "render.words")
LAST_RESORT = {"graders.show.show", "render.html.render_plain", "render.terminal.say", "render.terminal.write"}
MARKERS = {"wrong", "also", "sign", "retold"}  # what catalogues are written with: not called any more when there is one
WRONG = {
    "predict": "def predict(x, a):\n    return x @ a + 1",
    "fit": "def fit(x, y, a, lr, epochs, batch_size):\n    return [1.0] * epochs",
    "plot_fit": "def plot_fit(x, y, a, ax):\n    ax.scatter(y, x[:, 0])",
}


def functions(*modules: str) -> Iterator[str]:
    """The functions that are defined in these modules, by their full names."""
    for name in modules:
        module = importlib.import_module(f"autograder.{name}")
        for attribute, value in vars(module).items():
            own = callable(value) and not inspect.isclass(value) and getattr(value, "__module__", "") == module.__name__
            if own and (full := f"{name}.{attribute}") not in LAST_RESORT and attribute not in MARKERS:
                yield full


def fail(*arguments: Any, **more: Any) -> Any:
    raise MemoryError("on purpose")


def spoil(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a function raise, wherever it was imported."""
    module, _, attribute = name.rpartition(".")
    function = getattr(importlib.import_module(f"autograder.{module}"), attribute)
    for remembered in (diagnosis._deviations, diagnosis._imitated):
        remembered.cache_clear()
    for place in [one for key, one in sys.modules.items() if key.startswith("autograder")]:
        for key in [key for key, value in vars(place).items() if value is function]:
            monkeypatch.setattr(place, key, fail)


@pytest.fixture(scope="module")
def hand_in(lesson: Lesson, maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> HandIn:
    path = tmp_path_factory.mktemp("advice") / "sgd.ipynb"
    path.write_text(maker.text(answers=WRONG, bare=True), "utf-8")
    found = handin.read(path, lesson)
    found.notebook["metadata"][KEY] = {}
    return found


@pytest.fixture(scope="module")
def graded(lesson: Lesson, hand_in: HandIn, warm: WarmProcess) -> Grading:
    return Grader(lesson, warm, QUICK).grade(hand_in)


def marks(exercise: Exercise) -> list[tuple[str, float]]:
    return [(one.name, one.score) for one in exercise.criteria]


@pytest.mark.slow
@pytest.mark.parametrize("name", list(functions(*DIAGNOSIS)))
def test_diagnosis_that_fails_costs_no_mark(
    name: str,
    lesson: Lesson,
    hand_in: HandIn,
    graded: Grading,
    warm: WarmProcess,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoil(name, monkeypatch)
    (found,) = Grader(lesson, warm, QUICK).grade(hand_in, only="predict").report.exercises
    assert marks(found) == marks(graded.report.exercises[0])
    assert "The grader of" not in caplog.text


@pytest.mark.parametrize("name", list(functions(*RENDER)))
def test_rendering_that_fails_costs_no_page(
    name: str, lesson: Lesson, hand_in: HandIn, graded: Grading, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(name, monkeypatch)
    ours = copy.deepcopy(hand_in)
    write_outputs(ours, graded, lesson)
    checks = [cell["outputs"] for cell in ours.notebook["cells"] if is_checks(cell)]
    scores = [repr(one.score) for one in graded.report.exercises]
    assert [output[1]["data"]["text/plain"] for output in checks] == scores
    assert all(" points" in output[0]["data"]["text/html"] for output in checks)


@pytest.mark.parametrize("name", list(functions(*TERMINAL)))
def test_report_that_cannot_be_shown_in_a_terminal_is_its_marks(
    name: str, graded: Grading, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "sgd.ipynb").touch()
    spoil(name, monkeypatch)
    monkeypatch.setattr("autograder.learning.commands._check", lambda *_: graded.report)
    assert main(["check", str(tmp_path / "sgd.ipynb")]) == 1
    marks = f"{graded.report.score:g} of 53 points"
    assert capsys.readouterr().out.splitlines()[-1] == marks


def test_complex_argument_is_a_lost_exercise_and_no_lost_hand_in(
    lesson: Lesson, maker: Maker, warm: WarmProcess, tmp_path: Path
) -> None:
    answer = "def sgd_step(a, lr):\n    a.data = (a.data - lr * a.grad).to(torch.complex64)\n    a.grad = None"
    (tmp_path / "sgd.ipynb").write_text(maker.text(answers={"sgd_step": answer}, bare=True), "utf-8")
    grading = Grader(lesson, warm, QUICK).grade(handin.read(tmp_path / "sgd.ipynb", lesson), only="sgd_step")
    (found,) = grading.report.exercises
    assert (found.score < found.max_score, len(found.criteria)) == (True, 7)


def test_pictures_that_cannot_be_made_cost_neither_words_nor_marks(
    lesson: Lesson, hand_in: HandIn, graded: Grading
) -> None:
    graded.pictures["plot_fit"] = [fail]
    write_outputs(hand_in, graded, lesson)
    (page,) = (
        cell["outputs"][0]["data"]["text/html"]
        for cell in hand_in.notebook["cells"]
        if is_checks(cell) and "plot_fit" in cell["source"]
    )
    assert "shows the data" in page


def test_one_who_listens_to_verdicts_and_fails_costs_nothing(
    lesson: Lesson, hand_in: HandIn, graded: Grading, warm: WarmProcess
) -> None:
    found = Grader(lesson, warm, QUICK).grade(hand_in, only="predict", seen=fail)
    assert found.report.exercises[0].score == graded.report.exercises[0].score


@pytest.mark.parametrize("kind", [ZeroDivisionError, MemoryError, RecursionError])
def test_what_is_left_out_is_logged(kind: type[Exception], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), Advice("a hint"):
        raise kind("on purpose")
    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info and record.exc_info[0]) == ("a hint failed and is left out", kind)


def test_what_ends_the_process_goes_on() -> None:
    with pytest.raises(KeyboardInterrupt), Advice("a hint"):
        raise KeyboardInterrupt
