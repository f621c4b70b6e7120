"""What is lent is lent to the last worker of a hand-in, when all else is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.grader import Grader
from autograder.handin.handin import read
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Exercise, Report
from autograder.sandbox.launch import WarmProcess
from tests.conftest import QUICK
from tests.recorder import Recorder, recorded
from tests.sample_class import Maker

BROKEN = {
    "predict": "def predict(x, a):\n    return x @ a + 1",
    "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()",
}
OWN = [("fork", 1), ("run", 1), ("ask", 1), ("reap", 1)]
OVERHEARD = """
from autograder.sandbox import wire
receive, heard = wire.receive, []
def overhear(connection):
    header, body = receive(connection)
    if header["op"] == "define":
        heard.append(header["source"])
        @THEN@
    return header, body
wire.receive = overhear
"""
Judged = Callable[..., tuple[Report, Recorder]]


@pytest.fixture
def judged(lesson: Lesson, maker: Maker, warm: WarmProcess, tmp_path: Path) -> Judged:
    """Grades a notebook with these answers, and what became of its workers meanwhile."""

    def judge(kill: str | None = None, cell: str = "", **answers: str) -> tuple[Report, Recorder]:
        path = tmp_path / "sgd.ipynb"
        path.write_text(maker.text(answers=answers, insert=[cell], bare=True), "utf-8")
        with recorded(warm, kill) as recorder:
            return Grader(lesson, recorder, QUICK).grade(read(path, lesson)).report, recorder

    return judge


def helped(report: Report) -> list[str]:
    return [one.id for one in report.exercises if "it was graded with the lesson's" in (one.note or "")]


def of(report: Report, exercise: str) -> Exercise:
    return next(one for one in report.exercises if one.id == exercise)


@pytest.mark.slow
def test_nothing_of_a_hand_in_runs_beside_or_after_the_one_that_is_lent_something(judged: Judged) -> None:
    report, recorder = judged(**BROKEN)
    assert helped(report) == ["gradient", "fit", "plot_fit"]
    assert recorder.story == [*OWN, ("fork", 2), ("run", 2), *[("lend", 2), ("ask", 2)] * 3, ("reap", 2)]


def test_nobody_is_asked_for_what_was_lent(judged: Judged) -> None:
    _, recorder = judged(**BROKEN, gradient="def gradient(x, y, a):\n    return -2 * x.T @ (predict(x, a) - y)")
    for number, name in recorder.called:
        assert name not in set().union(*recorder.lent[:number])
    assert {"predict", "mse"} <= set().union(*recorder.lent)


def test_who_needs_nothing_is_lent_nothing(judged: Judged) -> None:
    for answers in ({}, {"gradient": "def gradient(x, y, a):\n    return a"}):
        _, recorder = judged(**answers)
        assert recorder.story == OWN


def test_what_was_lent_works_by_itself(judged: Judged) -> None:
    """The lesson's `gradient` calls the lesson's `predict` and `mse`, which nobody needs otherwise."""
    fit = """
def fit(x, y, a, lr, epochs, batch_size):
    losses = []
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            a.grad = gradient(x[rows], y[rows], a)
            sgd_step(a, lr)
        losses.append(((x @ a - y) ** 2).mean().item())
    return losses
"""
    report, _ = judged(gradient="def gradient(x, y, a):\n    return -2 * x.T @ (x @ a - y) / len(y)", fit=fit)
    note = "Your `fit` is right: it was graded with the lesson's `gradient`, because yours broke it."
    assert (of(report, "fit").score, of(report, "fit").note) == (10, note)
    assert of(report, "gradient").score < 8


def test_no_attempt_begins_once_something_was_lent(judged: Judged) -> None:
    report, recorder = judged(kill="define", **BROKEN)
    assert helped(report) == [] and report.score < 53
    assert recorder.story == [*OWN, ("fork", 2), ("run", 2), ("lend", 2), ("reap", 2)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "then",
    ["__import__('os')._exit(0)", "__import__('os').abort()", "raise MemoryError",
     "__import__('signal').signal(2, lambda *_: None), __import__('time').sleep(60)"],
)  # fmt: skip
def test_one_that_ends_when_it_was_lent_something_has_what_it_had(then: str, judged: Judged) -> None:
    report, recorder = judged(cell=OVERHEARD.replace("@THEN@", then), **BROKEN)
    assert helped(report) == [] and report.score < 53
    assert [what for what, _ in recorder.story].count("fork") == 2
    assert recorder.story[-1] == ("reap", 2)


def test_one_that_ends_later_keeps_what_it_has_got(judged: Judged) -> None:
    then = "len(heard) > 1 and __import__('os')._exit(0)"
    report, recorder = judged(cell=OVERHEARD.replace("@THEN@", then), **BROKEN)
    assert helped(report) == ["gradient"]
    assert recorder.story == [*OWN, ("fork", 2), ("run", 2), ("lend", 2), ("ask", 2), ("lend", 2), ("reap", 2)]


def test_what_was_overheard_is_in_nobodys_feedback(judged: Judged) -> None:
    """Printed, raised, returned and drawn: by all that is asked once something was lent."""
    tell = "def mse(y_hat, y):\n    raise ValueError(heard)"
    gradient = "def gradient(x, y, a):\n    print(heard)\n    if heard:\n        raise ValueError(heard[0])\n    mse(predict(x, a), y)"
    report, recorder = judged(cell=OVERHEARD.replace("@THEN@", "pass"), mse=tell, gradient=gradient)
    assert recorder.lent[0] == {"mse"} and "y_hat.shape != y.shape" not in report.to_json()
