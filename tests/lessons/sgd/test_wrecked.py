"""A right answer that leaves its inputs wrecked: the graders' own use of them costs it nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.grading.imitation import Imitation
from autograder.grading.verdicts import judge
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Verdict
from tests.mutants import Artist

LOSES = {
    "predict": "keeps the dtype of its inputs, and leaves x and a as they were",
    "mse": "keeps the dtype of its inputs, and leaves y_hat and y as they were",
    "gradient": "leaves a, x and y as they were, and a still requires grad",
    "fit": "starts from the a that it is given, and leaves x and y alone",
    "plot_fit": "leaves a, a.grad, x and y as they were, and a still requires grad",
}


def wrecking(answer: Callable[..., Any]) -> Callable[..., Any]:
    """The same, and then all that it was given and does not track is something else."""

    def wrecks(*args: Any) -> Any:
        kept = [arg.clone() if _is_data(arg) else arg for arg in args]
        found = answer(*kept)
        for arg in filter(_is_data, args):
            arg.mul_(3).sub_(1)
        return found

    return wrecks


def _is_data(arg: Any) -> bool:
    return isinstance(arg, torch.Tensor) and not arg.requires_grad


@pytest.mark.filterwarnings("ignore")  # torch and NumPy have some for wrong answers
@pytest.mark.parametrize("exercise", LOSES)
def test_whatever_becomes_of_inputs_costs_the_one_criterion_about_them(exercise: str, lesson: Lesson) -> None:
    maker: Any = Artist if exercise == "plot_fit" else Imitation
    found = judge(lesson, exercise, maker(exercise, wrecking(getattr(lesson.reference, exercise)), lesson.reference))
    assert [one.name for one in found.criteria if one.status is not Verdict.PASSED] == [LOSES[exercise]]
