"""What is lent is lent to the last worker of a hand-in, when all else is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.grader import Grader
from autograder.handin.handin import read
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Exercise, Report, Status
from autograder.sandbox.launch import WarmProcess
from tests.conftest import QUICK
from tests.recorder import Recorder, recorded
from tests.sample_class import Maker

BROKEN = {
    "predict": "def predict(x, a):\n    return x @ a + 1",
    "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()",
}
LOOP = """
    losses = []
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            @LOSS@(@MODEL@(x[rows], a), y[rows]).backward()
            @STEP@(a, lr)
        losses.append(@LOSS@(@MODEL@(x, a), y).item())
    return losses
"""


def loop(model: str = "predict", loss: str = "mse", step: str = "sgd_step", indent: str = "") -> str:
    text = LOOP.replace("@LOSS@", loss).replace("@MODEL@", model).replace("@STEP@", step)
    return text.replace("\n", f"\n{indent}").rstrip()


HEAD = "def fit(x, y, a, lr, epochs, batch_size"
WAYS = {  # in which a right `fit` may call what comes before it
    "by name": f"{HEAD}):{loop()}",
    "other names": f"net, loss, step = predict, mse, sgd_step\n{HEAD}):{loop('net', 'loss', 'step')}",
    "defaults": f"{HEAD}, model=predict, loss=mse, step=sgd_step):{loop('model', 'loss', 'step')}",
    "in a dictionary": f"parts = dict(m=predict, l=mse, s=sgd_step)\n{HEAD}):{loop(*(f'parts[{one!r}]' for one in 'mls'))}",
    "globals()": f"{HEAD}):{loop(*(f'globals()[{one!r}]' for one in ('predict', 'mse', 'sgd_step')))}",
    "a partial": f"from functools import partial\ndef train(m, l, s, x, y, a, lr, epochs, batch_size):{loop('m', 'l', 's')}\n"
    "fit = partial(train, predict, mse, sgd_step)",
    "a closure": f"def make(m, l, s):\n    {HEAD}):{loop('m', 'l', 's', '    ')}\n    return fit\nfit = make(predict, mse, sgd_step)",
    "an object": f"class Fitter:\n    def __call__(self, x, y, a, lr, epochs, batch_size):{loop(indent='    ')}\nfit = Fitter()",
    "a method": f"class Fitter:\n    def run(self, x, y, a, lr, epochs, batch_size):{loop(indent='    ')}\nfit = Fitter().run",
    "a method that keeps them": "class Fitter:\n    def __init__(self, m, l, s):\n        self.m, self.l, self.s = m, l, s\n"
    f"    def run(self, x, y, a, lr, epochs, batch_size):{loop('self.m', 'self.l', 'self.s', '    ')}\n"
    "fit = Fitter(predict, mse, sgd_step).run",
    "a lambda": f"def train(x, y, a, lr, epochs, batch_size):{loop()}\nfit = lambda *args, **kwargs: train(*args, **kwargs)",
    "an if": f"if __name__ == '__main__':\n    {HEAD}):{loop(indent='    ')}",
    "a try": f"try:\n    {HEAD}):{loop(indent='    ')}\nexcept NameError:\n    pass",
    "a cell that is indented": "\n".join("    " + line for line in f"{HEAD}):{loop()}".splitlines()),
    "another last cell": f"{HEAD}):{loop()}",
}
WRONG = {
    "predict": "def predict(x, a):\n    return (x * a).mean(1)",
    "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()",
    "sgd_step": "def sgd_step(a, lr):\n    with torch.no_grad():\n        a -= lr * a.grad",
}
OWN = [("fork", 1), ("run", 1), ("ask", 1), ("reap", 1)]
NOTICED = """
noticed = [name for name in ("predict", "mse") if name in globals()]  # before a cell of its own has defined any
if noticed:
    @THEN@
"""
Judged = Callable[..., tuple[Report, Recorder]]


@pytest.fixture
def judged(lesson: Lesson, maker: Maker, warm: WarmProcess, tmp_path: Path) -> Judged:
    """Grades a notebook with these answers, and what became of its workers meanwhile."""

    def judge(kill: str | None = None, cell: str = "", last: str = "", **answers: str) -> tuple[Report, Recorder]:
        path = tmp_path / "sgd.ipynb"
        path.write_text(maker.text(answers=answers, insert=[cell], append=[last], bare=True), "utf-8")
        with recorded(warm, kill) as recorder:
            return Grader(lesson, recorder, QUICK).grade(read(path, lesson)).report, recorder

    return judge


def helped(report: Report) -> list[str]:
    return [one.id for one in report.exercises if "it was graded with the lesson's" in (one.note or "")]


def of(report: Report, exercise: str) -> Exercise:
    return next(one for one in report.exercises if one.id == exercise)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("way", WAYS)
def test_a_mistake_is_punished_once_however_the_later_answer_is_written(way: str, wrong: str, judged: Judged) -> None:
    last = WRONG[wrong] if way == "another last cell" else ""
    report, _ = judged(fit=WAYS[way], last=last, **{wrong: "" if last else WRONG[wrong]})
    note = f"Your `fit` is right: it was graded with the lesson's `{wrong}`, because yours broke it."
    assert of(report, wrong).score < of(report, wrong).max_score
    assert (of(report, "fit").score, of(report, "fit").note) == (10, note)
    assert {one.id for one in report.exercises if one.score < one.max_score} == {wrong}


@pytest.mark.slow
def test_an_answer_that_could_not_be_made_of_a_missing_one_is_judged_with_the_lessons(judged: Judged) -> None:
    report, _ = judged(mse="def mse(y_hat, y)\n    return ((y_hat - y) ** 2).mean()", fit=WAYS["a partial"])
    assert (of(report, "mse").status, of(report, "mse").score) == (Status.ERROR, 0)
    note = "Your `fit` is right: it was graded with the lesson's `mse`, because yours broke it."
    assert (of(report, "fit").score, of(report, "fit").note) == (10, note)


def test_only_what_broke_it_is_named(judged: Judged) -> None:
    """`predict` is wrong for tables of three columns only, which no plot has."""
    predict = "def predict(x, a):\n    return x[:, 0] * a[0] + x[:, 1] * a[1]"
    gradient = "def gradient(x, y, a):\n    return torch.autograd.grad(mse(x @ a, y), a)[0]"
    report, _ = judged(predict=predict, mse=WRONG["mse"], gradient=gradient)
    note = "Your `gradient` is right: it was graded with the lesson's `mse`, because yours broke it."
    assert (of(report, "predict").score, of(report, "gradient").note) == (5, note)


@pytest.mark.slow
def test_one_worker_after_another_is_lent_something_once_all_has_been_judged(judged: Judged) -> None:
    report, recorder = judged(**BROKEN)
    assert helped(report) == ["gradient", "fit", "plot_fit"]
    forks = [number for what, number in recorder.events if what == "fork"]
    rest = [(what, number) for number in forks[1:] for what in ("fork", "lend", "run", "ask", "reap")]
    assert recorder.story == [*OWN, *rest]


def test_nobody_is_asked_for_what_was_lent(judged: Judged) -> None:
    _, recorder = judged(**BROKEN, gradient="def gradient(x, y, a):\n    return -2 * x.T @ (predict(x, a) - y)")
    for number, name in recorder.called:
        assert name not in set().union(*recorder.lent[:number])
    assert {"predict", "mse"} <= set().union(*recorder.lent)


def test_who_needs_nothing_is_lent_nothing(judged: Judged) -> None:
    for answers in ({}, {"gradient": "def gradient(x, y, a):\n    return a"}):
        _, recorder = judged(**answers)
        assert recorder.story == OWN, answers


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


def test_who_was_killed_when_it_was_lent_something_is_not_replaced(judged: Judged) -> None:
    report, recorder = judged(kill="define", **BROKEN)
    assert helped(report) == ["fit", "plot_fit"]  # which need something else, in workers of their own
    assert recorder.story[:7] == [*OWN, ("fork", 2), ("lend", 2), ("reap", 2)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "then",
    ["__import__('os')._exit(0)", "__import__('os').abort()",
     "__import__('signal').signal(2, lambda *_: None), __import__('time').sleep(60)"],
)  # fmt: skip
def test_one_that_ends_when_it_was_lent_something_has_what_it_had(then: str, judged: Judged) -> None:
    report, recorder = judged(cell=NOTICED.replace("@THEN@", then), **BROKEN)
    assert helped(report) == [] and report.score < 53
    assert [what for what, _ in recorder.story].count("fork") == 4  # its own, and one each for three exercises
    assert recorder.story[-1] == ("reap", 4)


def test_one_that_ends_later_keeps_what_it_has_got(judged: Judged) -> None:
    fit = f"{HEAD}):\n    noticed and __import__('os')._exit(0){loop()}"
    report, _ = judged(cell=NOTICED.replace("@THEN@", "pass"), fit=fit, **BROKEN)
    assert helped(report) == ["gradient", "plot_fit"]


def test_what_was_lent_is_in_nobodys_feedback(judged: Judged) -> None:
    """Printed, raised, returned and drawn: by all that is asked once something was lent."""
    gradient = """
def gradient(x, y, a):
    print(mse.__code__.co_filename)
    if noticed:
        raise ValueError(mse.__code__.co_filename)
    return mse(predict(x, a), y)
"""
    report, recorder = judged(cell=NOTICED.replace("@THEN@", "pass"), mse=WRONG["mse"], gradient=gradient)
    assert recorder.lent[0] == {"mse"} and "<helpers>" not in report.to_json()
