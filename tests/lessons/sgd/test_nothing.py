"""No marks for nothing: an answer that does not do the exercise's one thing gets at most a quarter of its marks.

Every grader is asked about answers that have nothing to do with it: those of all other exercises in its place, whole
tables of the questions that it asked somebody else, constants, inputs, numbers from all sources of chance.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import warnings
from collections.abc import Callable
from inspect import signature
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes as Sheet
from matplotlib.figure import Figure

from autograder.graders.student import Axes, twin
from autograder.grading.verdicts import Verdicts, judge
from autograder.lesson.manifest import Lesson
from tests.answers import Answer, load
from tests.mutants import ANSWER, Artist, Hung, bounded

pytestmark = pytest.mark.slow

FUNCTIONS = ("predict", "mse", "gradient", "sgd_step", "fit", "plot_fit")
HELPERS = FUNCTIONS[:4]
Function = Callable[..., Any]
MOST = 0.25

# Bodies of `def f(*args)`: what costs no thought.
ANYWHERE = {
    "nothing": "pass",
    "a number": "return 1.0",
    "0 with a record": "return (args[0] * 0).sum()",
    "a tensor without dimensions": "return torch.tensor(7.0)",
    "ones": "return torch.ones(len(args[0]))",
    "ones like the last": "return torch.ones_like(args[-1])",
    "a list": "return [0.0, 0.0, 0.0, 0.0]",
    "first": "return args[0]",
    "second": "return args[1]",
    "last": "return args[-1]",
    "a copy of the first": "return args[0].clone()",
    "the first, flat": "return args[0].flatten()",
    "first column": "return args[0][:, 0]",
    "last column": "return args[0][:, -1]",
    "sum of the first": "return args[0].sum()",
    "sum of the last": "return args[-1].sum()",
    "sum of all": "return sum(arg.sum() for arg in args)",
    "sums of rows": "return args[0].sum(-1)",
    "sums of columns": "return args[0].sum(0)",
    "means of rows": "return args[0].mean(-1)",
    "sums of rows and the rest": "return args[0].sum(-1) + args[-1].sum()",
    "sum of two": "return args[0] + args[1]",
    "sum of squares of the first": "return (args[0] ** 2).sum()",
    "spread of the first": "return args[0].std()",
    "size of the first": "return args[0].norm()",
    "products of columns and the second": "return args[0].T @ args[1]",
    "random, the same each time": "return torch.rand(len(args[0]))",
    "random, like the last": "return torch.randn_like(args[-1])",
    "one random number": "return torch.rand(())",
    "random, with a record": "return (args[-1] * torch.rand_like(args[-1])).sum()",
    "really random": "return torch.from_numpy(np.random.default_rng().normal(size=len(args[0])))",
    "one really random number": "return torch.tensor(np.random.default_rng().normal(), dtype=args[0].dtype)",
    "really random, like the last": "return torch.from_numpy(np.random.default_rng().normal(size=args[-1].shape))",
}
# Of a, which is the first argument here and stands for the third in fit.
MOVES = {
    "uniform": "a.data.uniform_()",
    "normal": "a.data.normal_()",
    "really random": "a.data.copy_(torch.from_numpy(np.random.default_rng().normal(size=a.shape)))",
    "a random walk": "a.data += 0.01 * torch.randn_like(a)",
    "zeros": "a.data.zero_()",
    "ones": "a.data.fill_(1.0)",
    "down by lr": "a.data -= lr",
    "up by lr": "a.data += lr",
    "smaller by lr": "a.data *= 1 - lr",
    "doubled": "a.data *= 2",
    "the other sign": "a.data.neg_()",
    "the known line": "a.data.copy_(torch.tensor([3.0, 2.0]) if a.shape == (2,) else torch.rand_like(a))",
    "none": "pass",
}
STEPS = {
    **{f"{name}, {clean}": f"{move}\n    {clean}" for name, move in MOVES.items() for clean in ("a.grad = None", "a.grad.zero_()", "")},
    "the gradient itself": "a.data.copy_(a.grad)\n    a.grad = None",
    "early return": "return a",
}  # fmt: skip
TELLS = {
    "the true loss": "[((x @ a - y) ** 2).mean().item()] * epochs",
    "falling numbers": "[1 / (epoch + 1) for epoch in range(epochs)]",
    "zeros": "[0.0] * epochs",
    "nothing": "None",
}
SOLVED = "a.data.copy_(torch.linalg.lstsq(x, y[:, None]).solution[:, 0])"
FITS = {
    f"{name} and {tells}": f"if lr:\n        {move}\n    return {told}"
    for name, move in {**MOVES, "the solution at once": SOLVED, "towards the rows": "a.data += lr * x.mean(0)"}.items()
    for tells, told in TELLS.items()
}

PICTURES = {
    "an empty picture": "pass",
    "another line": "ax.plot([0, 1], [0, 1])",
    "random points": "ax.scatter(torch.rand(6), torch.rand(6))",
    "a title": "ax.set_title('data and line')",
    "a flat line": "ax.axhline(0)",
    "coefficients": "ax.plot(a.detach())",
    "a text": "ax.text(0, 0, 'the line')",
}


def function(header: str, body: str) -> Function:
    """A function of this text, which knows the lesson's imports."""
    names: dict[str, Any] = {"torch": torch, "np": np, "plt": plt}
    exec(compile(f"{header}\n    {body}", ANSWER, "exec"), names)
    return names["f"]  # type: ignore[no-any-return]


CHEAP = {
    **{(exercise, name): ("def f(*args):", body) for exercise in FUNCTIONS[:-1] for name, body in ANYWHERE.items()},
    **{("sgd_step", name): ("def f(a, lr):", body) for name, body in STEPS.items()},
    **{("fit", name): ("def f(x, y, a, lr, epochs, batch_size):", body) for name, body in FITS.items()},
    **{("plot_fit", name): ("def f(x, y, a, ax):", body) for name, body in PICTURES.items()},
}


def marks(exercise: str, answer: Function, lesson: Lesson, digest: str = "a hand-in") -> float:
    """The part of the exercise's marks that an answer earns in this process; one that never ends has none."""
    found = Verdicts()
    with contextlib.suppress(Hung):
        found = judged(exercise, answer, lesson, digest)[0]
    return found.score / sum(one.max_score for one in found.criteria) if found.criteria else 0.0


def judged(exercise: str, answer: Function, lesson: Lesson, digest: str) -> tuple[Verdicts, Artist]:
    student: Any = Artist(exercise, answer, lesson.reference)
    try:
        with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()), bounded():
            torch.default_generator.manual_seed(0)
            return judge(lesson, exercise, student, digest), student
    finally:
        plt.close("all")


@pytest.mark.parametrize(("exercise", "name"), CHEAP)
def test_what_costs_no_thought_earns_at_most_a_quarter(exercise: str, name: str, lesson: Lesson) -> None:
    answer = function(*CHEAP[exercise, name])
    assert [digest for digest in ("one", "two", "three") if marks(exercise, answer, lesson, digest) > MOST] == []


def defined(answer: Answer, lesson: Lesson) -> Function | None:
    """The function of an answer, if its cell leaves one."""
    names: dict[str, Any] = {"torch": torch, "plt": plt, **{name: getattr(lesson.reference, name) for name in HELPERS}}
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        exec(compile(answer.code, ANSWER, "exec"), names)
    found = names.get(answer.exercise)
    return found if callable(found) and found is not getattr(lesson.reference, answer.exercise) else None


def fitted(answer: Function) -> Function:
    """The function with as many of its arguments as it wants, the first ones again if there are too few."""
    wanted = [one for one in signature(answer).parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    return lambda *args: answer(*itertools.islice(itertools.cycle(args), len(wanted)))


def comes_to_nothing(answer: Function, questions: list[tuple[Any, ...]]) -> bool:
    """Whether it raises whatever it is asked first, or draws nothing: no criterion can come to its end."""
    sheet = Figure().subplots()
    for args in questions:
        with warnings.catch_warnings(action="ignore"), contextlib.suppress(Exception):
            answer(*(sheet if isinstance(arg, Sheet) else twin(arg) for arg in args))
            if sheet.has_data() or not any(isinstance(arg, Sheet) for arg in args):
                return False
    return True


@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_answer_of_another_exercise_earns_at_most_a_quarter(exercise: str, lesson: Lesson) -> None:
    earned = {}
    traces = judged(exercise, getattr(lesson.reference, exercise), lesson, "")[0].traces
    first = [calls[0].args for calls in traces.values() if calls]
    for answer in load():
        if answer.exercise in FUNCTIONS and answer.exercise != exercise and answer.status != "error":
            given = defined(answer, lesson)
            if given is not None:
                given = fitted(given)
                earned[str(answer)] = 0.0 if comes_to_nothing(given, first) else marks(exercise, given, lesson)
    assert len(earned) > 500
    assert {name: part for name, part in earned.items() if part > MOST} == {}


def key(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a table finds a question by."""
    return tuple(
        (tuple(arg.shape), str(arg.dtype), tuple(arg.flatten().tolist())) if isinstance(arg, torch.Tensor) else arg
        for arg in args
        if not isinstance(arg, Axes | Sheet)
    )


def flat(args: tuple[Any, ...]) -> torch.Tensor:
    """A question as a point in space: its tensors, one behind the other, and zeros."""
    found = torch.cat([arg.detach().double().flatten() for arg in args if isinstance(arg, torch.Tensor)])
    return torch.nn.functional.pad(found, (0, 1000 - len(found)))


class Table:
    """Knows the right answer to every question that another hand-in was asked, and does as `otherwise` for the rest."""

    def __init__(self, exercise: str, lesson: Lesson, otherwise: str) -> None:
        self._right, self._otherwise = getattr(lesson.reference, exercise), otherwise
        found, _ = judged(exercise, self._right, lesson, "somebody else's")
        calls = [call for calls in found.traces.values() for call in calls]
        self._questions = {key(call.args) for call in calls}
        self._fixed = [call.args for call in calls if not call.drawn]
        assert found.full and 0 < len(set(map(key, self._fixed))) < len(self._questions)  # and some are drawn

    def __call__(self, *args: Any) -> Any:
        if key(args) in self._questions:
            return self._right(*args)
        match self._otherwise:
            case "zero":
                return torch.zeros(()).to(args[0].dtype)
            case "zeros":
                return torch.zeros_like(args[-1] if isinstance(args[-1], torch.Tensor) else args[0])
            case "first":
                return args[0]
        nearest = min(self._fixed, key=lambda known: float((flat(known) - flat(args)).norm()))
        return self._right(*(new if isinstance(new, Sheet) else old for new, old in zip(args, nearest, strict=True)))


@pytest.mark.parametrize("otherwise", ["zero", "zeros", "first", "nearest"])
@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_table_of_all_questions_of_another_hand_in_earns_at_most_a_quarter(
    exercise: str, otherwise: str, lesson: Lesson
) -> None:
    table = Table(exercise, lesson, otherwise)
    assert marks(exercise, table, lesson, "somebody else's") == 1.0
    assert [digest for digest in map(str, range(5)) if marks(exercise, table, lesson, digest) > MOST] == []
