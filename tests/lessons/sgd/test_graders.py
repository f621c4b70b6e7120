"""The hidden graders are fair: the student's mistakes are the student's, and no answer makes a grader crash."""

from __future__ import annotations

import time

import pytest
import torch

from autograder.lesson.manifest import Lesson
from autograder.lesson.modules import load
from autograder.lesson.report import Exercise, Report, Verdict
from autograder.sandbox.limits import MOST_POINTS, MOST_THINGS, Limits
from tests.conftest import QUICK, Grade
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

FUNCTIONS = ("predict", "mse", "gradient", "sgd_step", "fit", "plot_fit")
STRANGE = {
    "nothing": "None",
    "a float": "1.0",
    "a string": "'seven'",
    "nan": "torch.tensor(float('nan'))",
    "a list of strings": "['a', 'b']",
    "an empty list": "[]",
    "an empty tensor": "torch.empty(0)",
    "integers": "torch.tensor([1, 2, 3])",
    "a boolean tensor": "torch.tensor([True, False])",
    "a complex tensor": "torch.ones(3, dtype=torch.complex64)",
    "a sparse tensor": "torch.eye(3).to_sparse()",
    "five dimensions": "torch.ones(1, 2, 1, 2, 1)",
    "a huge tensor": "torch.ones(9_000_000)",
    "an array": "torch.ones(3).numpy()",
    "an object": "object()",
    "a dictionary": "{'a': 1}",
    "a tuple": "(torch.ones(2), torch.ones(2))",
    "deeply nested": "__import__('functools').reduce(lambda inner, _: [inner], range(100), [])",
    "a requires-grad constant": "torch.ones(3, requires_grad=True)",
    "its first argument": "args[0]",
    "its last argument": "args[-1]",
    "zeros like its first argument": "torch.zeros_like(args[0])",
}


def only(grade: Grade, maker: Maker, exercise: str, answer: str, limits: Limits = QUICK) -> Exercise:
    return of(grade(maker.text(answers={exercise: answer}, bare=True), limits).report, exercise)


def of(report: Report, exercise: str) -> Exercise:
    return next(one for one in report.exercises if one.id == exercise)


@pytest.mark.parametrize("result", STRANGE.values(), ids=STRANGE)
def test_strange_results_are_wrong_but_never_our_fault(result: str, maker: Maker, grade: Grade) -> None:
    answers = {name: f"def {name}(*args):\n    return {result}" for name in FUNCTIONS}
    report = grade(maker.text("blank", answers, bare=True)).report
    for exercise in report.exercises[:-1]:
        assert [one.name for one in exercise.criteria if one.status is Verdict.ERROR] == []
        assert exercise.score <= 0.15 * exercise.max_score, f"{exercise.id} earned {exercise.score}"


def test_first_failure_is_the_smallest_input(maker: Maker, grade: Grade) -> None:
    found = only(grade, maker, "predict", "def predict(x, a):\n    return x @ a + 1")
    first = found.criteria[0]
    assert (first.input, first.actual, first.expected) == ("x = [[3, 2]], a = [2, -1]", "[5]", "[4]")


KNOWS_BY_HEART = """
def mse(y_hat, y):
    asked = y_hat.detach().tolist(), y.tolist()
    return ((y_hat - y) ** 2).mean() if asked == ([5.0], [2.0]) else (y_hat * 0).sum()
"""


def test_answer_that_knows_a_question_by_heart_is_asked_another_one_in_each_file(maker: Maker, grade: Grade) -> None:
    one, again, other = (
        of(grade(maker.text(answers={"mse": KNOWS_BY_HEART}, bare=True, append=cells)).report, "mse")
        for cells in ([], [], ["# another file"])
    )
    assert one == again and one.criteria[0].input != other.criteria[0].input
    first = one.criteria[0]
    assert (
        first.diagnosis == "Right for the inputs that everybody gets, and wrong for these, which nobody but you gets."
    )
    assert first.hint and first.hint.startswith("Does your function compute its answer from what it is given")
    assert (first.input or "").startswith("y_hat = [") and first.actual == "0" and float(first.expected or 0) > 0


def test_an_exception_is_shown_with_the_students_own_line(maker: Maker, grade: Grade) -> None:
    found = only(grade, maker, "mse", "def mse(y_hat, y):\n    squares = (y_hat - y) ** 2\n    return squares.meen()")
    first = found.criteria[0]
    assert first.actual == (
        "  line 3 of the cell, in mse\n    return squares.meen()\n"
        "AttributeError: 'Tensor' object has no attribute 'meen'. Did you mean: 'mean'?"
    )
    assert first.status is Verdict.FAILED and first.expected == "no exception"


def test_endless_call_is_stopped_and_the_rest_of_the_exercise_not_run(maker: Maker, grade: Grade) -> None:
    found = only(grade, maker, "predict", "def predict(x, a):\n    while True:\n        pass")
    assert [one.status for one in found.criteria] == [Verdict.FAILED] * 2 + [Verdict.NOT_RUN] * 4
    assert found.criteria[0].actual == "stopped after 3 s"
    assert found.criteria[0].hint == "Does every loop of yours come to an end? Follow the variable that should stop it."
    assert found.criteria[2].actual == "not run: 2 calls before this one had to be stopped"


def test_endless_call_that_ignores_interrupts_is_killed_and_the_others_are_graded(maker: Maker, grade: Grade) -> None:
    stubborn = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
def predict(x, a):
    if x.shape[1] == 3:
        while True:
            pass
    return x @ a
"""
    report = grade(maker.text(answers={"predict": stubborn}, bare=True)).report
    assert report.score == report.max_score - 1
    lost = [one.name for one in report.exercises[0].criteria if one.status is not Verdict.PASSED]
    assert lost == ["uses every column of x, however many there are"]


def test_process_that_ends_is_an_error_for_that_criterion_only(maker: Maker, grade: Grade) -> None:
    leaver = """
import os
def predict(x, a):
    if x.shape[1] == 3:
        os._exit(0)
    return x @ a
"""
    report = grade(maker.text(answers={"predict": leaver}, bare=True)).report
    lost = [one for one in report.exercises[0].criteria if one.status is not Verdict.PASSED]
    assert [(one.status, one.actual) for one in lost] == [
        (Verdict.ERROR, "no answer: its process ended without an answer")
    ]
    assert report.score == report.max_score - 1


def test_memory_beyond_the_limit_is_one_sentence(maker: Maker, grade: Grade) -> None:
    found = only(grade, maker, "predict", "def predict(x, a):\n    return bytearray(1 << 34)")
    assert (found.criteria[0].actual, found.criteria[0].expected) == ("used more than 4 GiB of memory", "an answer")


def test_global_switches_left_by_a_notebook_cost_nothing(maker: Maker, grade: Grade) -> None:
    switches = """
import warnings
torch.set_grad_enabled(False)
torch.set_default_dtype(torch.float64)
warnings.simplefilter("error")
torch.manual_seed(1)
"""
    report = grade(maker.text(append=[switches], bare=True)).report
    assert report.score == report.max_score


def test_follow_through_names_the_earlier_cause(maker: Maker, grade: Grade) -> None:
    answers = {"mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"}
    report = grade(maker.text(answers=answers, bare=True)).report
    marks = {one.id: (one.score, one.max_score) for one in report.exercises}
    assert marks["gradient"] == (8, 8) and marks["fit"] == (10, 10) and marks["mse"][0] < 8
    fit = of(report, "fit")
    assert fit.note == "Your `fit` is right: it was graded with the lesson's `mse`, because yours broke it."


def test_answer_that_needs_a_stub_is_graded_with_the_lessons_function(maker: Maker, grade: Grade) -> None:
    answers = {"predict": "def predict(x, a):\n    raise NotImplementedError()"}
    report = grade(maker.text(answers=answers, bare=True)).report
    assert str(of(report, "predict").status) == "not_attempted"
    assert (
        of(report, "fit").note
        == "Your `fit` is right: it was graded with the lesson's `predict`, because yours broke it."
    )
    assert report.score == report.max_score - 6


def test_follow_through_hides_no_mistake_of_its_own(maker: Maker, grade: Grade) -> None:
    answers = {
        "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()",
        "gradient": "def gradient(x, y, a):\n    a.grad = None\n    mse(predict(x, a), y).backward()\n    return -a.grad",
    }
    found = of(grade(maker.text(answers=answers, bare=True)).report, "gradient")
    assert 0 < found.score < found.max_score


def test_what_follow_through_cannot_show_is_said(maker: Maker, grade: Grade) -> None:
    answers = {
        "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).mean().item()",
        "gradient": "def gradient(x, y, a):\n    a.grad = None\n    mse(predict(x, a), y).backward()\n    return -a.grad",
    }
    found = of(grade(maker.text(answers=answers, bare=True)).report, "gradient")
    assert found.note == (
        "Your `gradient` does better than it looks: it was graded with the lesson's `mse`, because yours broke it. "
        "The examples below still show what happens with your own `mse`."
    )
    assert "AttributeError: 'float' object has no attribute 'backward'" in (found.criteria[0].actual or "")
    assert found.criteria[0].misconception == "sign-flipped"


def test_what_differs_with_follow_through_is_not_said_beside_what_differs_without(maker: Maker, grade: Grade) -> None:
    answers = {
        "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).mean().item()",
        "gradient": "def gradient(x, y, a):\n    a.grad = None\n    mse(predict(x, a), y).backward()\n    return a.grad * (1 + torch.arange(len(a)))",
    }
    first = of(grade(maker.text(answers=answers, bare=True)).report, "gradient").criteria[0]
    assert "AttributeError: 'float' object has no attribute 'backward'" in (first.actual or "")
    assert (first.diagnosis, first.misconception) == (None, None)  # not "1 of the 2 numbers is right."


def test_mse_of_one_entry_costs_nothing_and_says_so(maker: Maker, grade: Grade) -> None:
    answer = "def mse(y_hat, y):\n    assert y.shape == y_hat.shape\n    return ((y_hat - y) ** 2).mean().reshape(1)"
    found = only(grade, maker, "mse", answer)
    assert found.score == found.max_score
    assert found.note == "Your mse has shape (1,). That cost no marks; a loss usually has shape ()."


EARLY = {
    "def predict(x, a)\n    return x @ a": "stops at line 1, `def predict(x, a)`, with SyntaxError: expected ':'",
    "def predict(x, a):\n    return (x @ a": "stops at line 2, `return (x @ a`, with SyntaxError: '(' was never closed",
    "def helper(n):\n    return n / 0\nhelper(1)  # `x`\ndef predict(x, a):\n    return x @ a": (
        "stops at line 3, with ZeroDivisionError: division by zero"
    ),
    "def predict(x, a):\n    return x @ a\ndel predict\nassert 1 + 1 == 3, 'sums of' + 'a' * 60": (
        "stops at line 4, `assert 1 + 1 == 3, 'sums of' + 'a' * 60`, with AssertionError: sums of" + "a" * 60
    ),
    "while True:\n    pass\ndef predict(x, a):\n    return x @ a": "does not get to its end (stopped after 3 s)",
    "x = bytes(1 << 40)": "does not get to its end (used more than 4 GiB of memory)",
    "import os\nos._exit(0)": "does not get to its end (its process ended without an answer)",
}


@pytest.mark.parametrize(("answer", "end"), EARLY.items(), ids=list(map(str, range(len(EARLY)))))
def test_cell_that_leaves_no_function_says_where_it_stops(answer: str, end: str, maker: Maker, grade: Grade) -> None:
    found = only(grade, maker, "predict", answer)
    assert (str(found.status), found.note) == ("error", f"Your cell {end}, so `predict` is never defined.")


ELSEWHERE = {
    "def plot_fit(x, y, a, ax):\n    plt.scatter(x[:, 0], y)\n    plt.plot(x[:, 0], predict(x, a).detach())": "nothing drawn on ax",
    "def plot_fit(x, y, a, ax):\n    ax.scatter(x[:, 0], y)\n    plt.plot(x[:, 0], predict(x, a).detach())": (
        "1 of the 2 things that you draw are on ax"
    ),
}


@pytest.mark.parametrize(("answer", "actual"), ELSEWHERE.items())
def test_drawing_elsewhere_costs_the_criterion_of_the_given_axes_alone(
    answer: str, actual: str, maker: Maker, grade: Grade
) -> None:
    found = only(grade, maker, "plot_fit", answer)
    (lost,) = [one for one in found.criteria if one.status is not Verdict.PASSED]
    assert (lost.name, lost.actual) == ("draws on the ax that it is given", actual)


def test_one_pooled_scatter_is_a_whole_drawing(maker: Maker, grade: Grade) -> None:
    answer = (
        "def plot_fit(x, y, a, ax):\n    across = x[:, 0]\n"
        "    ax.scatter(torch.cat([across, across]), torch.cat([y, predict(x, a).detach()]))"
    )
    found = only(grade, maker, "plot_fit", answer)
    assert [one.name for one in found.criteria if one.status is not Verdict.PASSED] == []


def test_drawing_that_nobody_can_read_is_refused_and_not_looked_through(maker: Maker, grade: Grade) -> None:
    answer = (
        "def plot_fit(x, y, a, ax):\n    ax.scatter(x[:, 0], y)\n    ax.plot(x[:, 0], (x @ a).detach())\n"
        "    ax.scatter(torch.rand(200_000), torch.rand(200_000), s=1)"
    )
    found = only(grade, maker, "plot_fit", answer, Limits())
    assert {one.actual for one in found.criteria} == {"200,012 points in 3 things on ax"}
    assert {one.expected for one in found.criteria} == {
        "a picture that one can read: at most 20,000 points in at most 1,000 things"
    }


def test_the_most_that_is_looked_at_is_looked_through_at_once(lesson: Lesson) -> None:
    points = torch.rand(MOST_POINTS, 2, dtype=torch.float64)
    grader = load(lesson.folder, "graders.test_plot_fit")
    began = time.process_time()
    for things in (points.chunk(MOST_THINGS), [points]):
        assert len(grader.fitted([("line", part) for part in things])) == 0
    assert time.process_time() - began < 5
