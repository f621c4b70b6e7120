"""One hand-in: its one deadline, its second attempt, and who hears of a verdict when."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest

from autograder.grading.grader import Grader, Grading
from autograder.handin.handin import HandIn, read
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Status
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from tests.conftest import QUICK, Grade
from tests.recorder import recorded
from tests.sample_class import Maker

SLOW = Limits(cell=1, call=0.5, submission=3, grace=1)
MARGIN = 8.0  # seconds that a slow machine may take for what is not the hand-in's
SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
LAZY = {
    "predict": "def predict(x, a):\n    time.sleep(0.2)\n    return x @ a + 1",
    "mse": "def mse(y_hat, y):\n    time.sleep(0.2)\n    return ((y_hat - y) ** 2).sum()",
}


@pytest.fixture
def hand_in(lesson: Lesson, maker: Maker, tmp_path: Path) -> HandIn:
    return made(lesson, maker, tmp_path)


def made(lesson: Lesson, maker: Maker, folder: Path, cells: tuple[str, ...] = (), **answers: str) -> HandIn:
    (folder / "sgd.ipynb").write_text(maker.text(answers=answers, insert=list(cells), bare=True), "utf-8")
    return read(folder / "sgd.ipynb", lesson)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "kill"), [((), "call"), (("time.sleep(60)",) * 4, None)], ids=["calls", "cells and calls"]
)
def test_hand_in_has_one_deadline(
    cells: tuple[str, ...], kill: str | None, lesson: Lesson, maker: Maker, warm: WarmProcess, tmp_path: Path
) -> None:
    slow = made(lesson, maker, tmp_path, ("import time", *cells), **LAZY)
    began = time.monotonic()
    with recorded(warm, kill) as recorder:
        grading = Grader(lesson, recorder, SLOW).grade(slow)
    assert time.monotonic() - began < SLOW.submission + SLOW.grace + MARGIN
    assert len(grading.report.exercises) == 7
    assert grading.report.exercises[-2].criteria[-1].actual == "the whole notebook was stopped after 3 s"


def test_worker_that_somebody_killed_costs_nothing(lesson: Lesson, hand_in: HandIn, warm: WarmProcess) -> None:
    with recorded(warm, "call") as recorder:
        assert Grader(lesson, recorder, QUICK).grade(hand_in).report.score == 53
    assert [number for what, number in recorder.events if what == "fork"] == [1, 2, 3]


def test_each_verdict_is_told_once_and_in_order(
    lesson: Lesson, maker: Maker, warm: WarmProcess, tmp_path: Path
) -> None:
    """What may yet be helped is told when it was; all before it while the first worker is at work."""
    with recorded(warm) as recorder:
        told: list[tuple[str, Status, int]] = []
        grader = Grader(lesson, recorder, QUICK)
        grading = grader.grade(
            made(lesson, maker, tmp_path, mse=SUM),
            seen=lambda one: told.append((one.id, one.status, recorder.events[-1][1])),
        )
    assert [(name, status) for name, status, _ in told] == [(one.id, one.status) for one in grading.report.exercises]
    assert [number for _, _, number in told] == [1, 1, 2, 2, 2, 2, 2]


def test_verdict_that_a_killed_worker_spoilt_is_not_told(lesson: Lesson, hand_in: HandIn, warm: WarmProcess) -> None:
    with recorded(warm, "call") as recorder:
        told: list[Status] = []
        Grader(lesson, recorder, QUICK).grade(hand_in, seen=lambda one: told.append(one.status))
    assert told == [Status.PASSED] * 7


def test_one_exercise_is_graded_with_those_that_it_uses(
    lesson: Lesson, maker: Maker, warm: WarmProcess, tmp_path: Path
) -> None:
    grading: Grading = Grader(lesson, warm, QUICK).grade(made(lesson, maker, tmp_path, mse=SUM), only="gradient")
    (found,) = grading.report.exercises
    assert (found.id, found.score) == ("gradient", 8)


@pytest.mark.slow
def test_nothing_of_a_hand_in_stays_until_the_next_one(
    lesson: Lesson, maker: Maker, warm: WarmProcess, tmp_path: Path
) -> None:
    canary = "canary" + "4711"
    answers = {
        "mse": f"def mse(y_hat, y):\n    {canary} = (y_hat - y) ** 2\n    return {canary}.sum()",
        "plot_fit": f"def plot_fit(x, y, a, ax):\n    raise ValueError('{canary}')",
    }
    handed = made(lesson, maker, tmp_path, (f"{canary} = 1",), **answers)
    assert any(canary in text for text in texts())
    assert 0 < Grader(lesson, warm, QUICK).grade(handed).report.score < 53
    del handed, answers
    gc.collect()
    assert [text for text in texts() if canary in text and text != canary] == []


def texts() -> list[str]:
    """Every text that something in this process holds: sources, names in syntax trees, messages."""
    return [one for one in gc.get_referents(*gc.get_objects()) if type(one) is str]


TAKEN = "After your last cell `mse` is no function of yours any more: the last one of that name was graded."
MEAN, RAISES = "return ((y_hat - y) ** 2).mean()", "raise ValueError"


@pytest.mark.parametrize(
    ("body", "end", "taken"),
    [
        (MEAN, "mse = mse(torch.ones(2), torch.ones(2))", True), (MEAN, "mse = 3", True), (MEAN, "del mse", True),
        (RAISES, "mse = 3", True), (RAISES, "del mse", True), (RAISES, "mse = mse(torch.ones(2), torch.ones(2))", False),
    ],
)  # fmt: skip
def test_who_took_the_name_of_an_answer_is_told_so_whatever_the_answer_does(
    body: str, end: str, taken: bool, maker: Maker, grade: Grade
) -> None:
    text = maker.text(answers={"mse": f"def mse(y_hat, y):\n    {body}"}, append=(end,), bare=True)
    mse = grade(text).report.exercises[1]
    assert (mse.note or "").startswith(TAKEN) == taken and "Several cells" not in (mse.note or "")
    assert (mse.status is Status.PASSED) == (body == MEAN)


@pytest.mark.parametrize("end", ["%reset -f", "del torch, POWER"])
def test_what_the_end_of_a_notebook_deletes_costs_nothing(end: str, maker: Maker, grade: Grade) -> None:
    answer = "POWER = 2\n\ndef mse(y_hat, y):\n    return torch.mean((y_hat - y) ** POWER)"
    assert grade(maker.text(answers={"mse": answer}, append=(end, "1 + 1"), bare=True)).report.score == 53
