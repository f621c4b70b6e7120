"""A right answer that leaves its inputs wrecked: the graders' own use of them costs it nothing more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

SPOILT = {  # which arguments; a is fit's to change
    "predict": [(0,), (1,), (0, 1)],
    "mse": [(0,), (1,), (0, 1)],
    "gradient": [(0,), (1,), (2,), (0, 1, 2)],
    "fit": [(0,), (1,), (0, 1)],
    "plot_fit": [(0,), (1,), (2,), (0, 1, 2)],
}


def wrecking(answer: Callable[..., Any], spoilt: Sequence[int]) -> Callable[..., Any]:
    """The same, from copies; and then what it was given at these places is something else."""

    def wrecks(*args: Any) -> Any:
        kept = [arg.clone() if isinstance(arg, torch.Tensor) and not arg.requires_grad else arg for arg in args]
        found = answer(*kept)
        for place in spoilt:
            args[place].data.mul_(3).sub_(1)
        return found

    return wrecks


@pytest.mark.filterwarnings("ignore")  # torch and NumPy have some for wrong answers
@pytest.mark.parametrize(
    ("exercise", "spoilt"), [(exercise, places) for exercise in LOSES for places in SPOILT[exercise]]
)
def test_whatever_becomes_of_inputs_costs_the_one_criterion_about_them(
    exercise: str, spoilt: tuple[int, ...], lesson: Lesson
) -> None:
    maker: Any = Artist if exercise == "plot_fit" else Imitation
    answer = wrecking(getattr(lesson.reference, exercise), spoilt)
    found = judge(lesson, exercise, maker(exercise, answer, lesson.reference))
    assert [one.name for one in found.criteria if one.status is not Verdict.PASSED] == [LOSES[exercise]]
