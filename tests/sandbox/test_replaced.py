"""Any name of any library replaced by None, as by a slip of the pen: an answer that does not use it keeps its marks.

`random.seed = 42`, where `random.seed(42)` was meant, is no reason to lose what was earned.
"""

from __future__ import annotations

import builtins
import copy
import io
import json
import math
import random
import time
import warnings
from collections.abc import Iterator

import matplotlib.pyplot
import numpy
import pytest
import torch

from autograder.graders.student import Student
from autograder.sandbox import probe
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission

PLACES = {
    "torch": torch, "torch.Tensor": torch.Tensor, "torch.nn": torch.nn, "torch.optim": torch.optim,
    "torch.nn.functional": torch.nn.functional, "numpy": numpy, "numpy.random": numpy.random, "random": random,
    "warnings": warnings, "matplotlib.pyplot": matplotlib.pyplot, "builtins": builtins, "json": json, "math": math,
    "copy": copy, "time": time, "io": io,
}  # fmt: skip
# What the answers below use, by themselves or by what torch and matplotlib do for them (copy a tensor, make an array).
USED = {
    "torch": {"Tensor"},
    "torch.Tensor": set(
        "__array__ __getattribute__ __getitem__ __isub__ __len__ __matmul__ __pow__ __rmul__ __setattr__ __sub__ data "
        "detach dim grad item mean numpy shape".split()
    ),
    "builtins": {"len"},
}
DRAWN_WITH = {"numpy", "math", "copy", "io"}  # matplotlib uses so many names of these that plot_fit is left out
TOGETHER = 60  # names that are replaced at once; where they cost something, the one that does is looked for
ANSWERS = """
def predict(x, a):
    return x @ a

def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()

def gradient(x, y, a):
    error = x @ a.detach() - y
    return 2 / len(y) * (error @ x)

def sgd_step(a, lr):
    a.data -= lr * a.grad
    a.grad = None

def fit(x, y, a, lr, epochs, batch_size):
    losses = []
    for _ in [0] * epochs:
        rows = shuffled(len(y))
        while len(rows):
            batch, rows = rows[:batch_size], rows[batch_size:]
            a.data -= lr * gradient(x[batch], y[batch], a)
        losses.append(((x @ a.detach() - y) ** 2).mean().item())
    return losses

def plot_fit(x, y, a, ax):
    ax.scatter(x[:, 0], y)
    ax.plot(x[:, 0], (x @ a).detach())

from torch import randperm as shuffled
"""


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmProcess]:
    with WarmProcess(probe.best()) as process:
        yield process


def names(place: str) -> list[str]:
    """The public names of a module or class that the answers have no use for."""
    found = [name for name in dir(PLACES[place]) if not name.startswith("_") or place in ("torch.Tensor", "builtins")]
    return [name for name in found if name not in USED.get(place, set())]


def costs(place: str, replaced: list[str], warm: WarmProcess) -> bool:
    """Whether a right answer is taken for a wrong one where these names are None."""
    owner = place if place != "torch.Tensor" else "torch"
    target = "owner" if place != "torch.Tensor" else "owner.Tensor"
    breaks = (
        f"import importlib\nowner = importlib.import_module({owner!r})\n"
        f"for name in {replaced!r}:\n    try:\n        setattr({target}, name, None)\n    except (TypeError, AttributeError):\n        pass"
    )
    with Submission(warm, [ANSWERS, breaks], Limits(cell=10, call=10)) as submission:
        submission.run()
        try:
            return not right(Student(submission), plots=place not in DRAWN_WITH)
        except Exception:
            return True


def right(student: Student, *, plots: bool) -> bool:
    """Whether a few calls give what they should."""
    x, y = torch.tensor([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]), torch.tensor([1.0, -2.0, 3.0])
    a = torch.tensor([1.0, -1.0], requires_grad=True)
    loss = student.mse(student.predict(x, a), y)
    loss.backward()
    assert a.grad is not None
    slope = a.grad.clone()
    found = [torch.equal(slope, student.gradient(x, y, a)) or torch.allclose(slope, student.gradient(x, y, a))]
    student.sgd_step(a, 0.5)
    found += [torch.allclose(a.detach(), torch.tensor([1.0, -1.0]) - 0.5 * slope), a.grad is None, a.requires_grad]
    found += [student.leaves == (True,), student.grad_enabled]
    start = torch.zeros(2, requires_grad=True)
    found.append(len(student.fit(x, y, start, 0.01, 2, 2)) == 2 and bool(start.detach().any()))
    if plots:
        axes = student.axes()
        student.plot_fit(x, y, a, axes)
        drawing = student.drawing(axes, picture=True)
        found += [len(drawing.marks) == 2, drawing.failure is None]
    return all(found)


def culprits(place: str, replaced: list[str], warm: WarmProcess) -> list[str]:
    """Those of the names that cost something."""
    if not replaced or not costs(place, replaced, warm):
        return []
    if len(replaced) == 1:
        return replaced
    half = len(replaced) // 2
    return culprits(place, replaced[:half], warm) + culprits(place, replaced[half:], warm)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_is_not_used_costs_nothing(place: str, warm: WarmProcess) -> None:
    unused = names(place)
    groups = [unused[start : start + TOGETHER] for start in range(0, len(unused), TOGETHER)]
    assert [name for group in groups for name in culprits(place, group, warm)] == []
