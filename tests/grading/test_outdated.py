"""An answer that only a newer Python runs is nobody's fault, and nobody's marks."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from autograder.lesson.report import Exercise, Status, Verdict
from tests.conftest import Grade
from tests.sample_class import Maker

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python runs them")
OLDER = (
    "This needs a newer Python than the grader's 3.11, so it could not be judged. That is not your fault: your instructor "
    "will look at it."
)
BATCHED = """
def fit(x, y, a, lr, epochs, batch_size):
    losses = []
    for _ in range(epochs):
        for rows in itertools.batched(torch.randperm(len(x)).tolist(), batch_size):
            rows = list(rows)
            mse(predict(x[rows], a), y[rows]).backward()
            sgd_step(a, lr)
        losses.append(mse(predict(x, a), y).item())
    return losses
"""
HELPER = "def squared[T](d: T) -> T:\n    return d * d"


def graded(maker: Maker, grade: Grade, version: str | None, **cells: Any) -> dict[str, Exercise]:
    """The exercises of a notebook that says that it was written with this Python, or does not say."""
    notebook = json.loads(maker.text(**cells))
    notebook["metadata"]["language_info"] = {"name": "python", **({"version": version} if version else {})}
    return {exercise.id: exercise for exercise in grade(json.dumps(notebook)).report.exercises}


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.13.1", None])
def test_grammar_and_names_of_a_newer_python_are_errors_without_marks(
    version: str | None, maker: Maker, grade: Grade
) -> None:
    mse = 'def mse[T](y_hat: T, y: T) -> T:\n    print(f"{", ".join("ab")}")\n    return ((y_hat - y) ** 2).mean()'
    found = graded(maker, grade, version, insert=["import itertools"], answers={"mse": mse, "fit": BATCHED})
    assert {name: (one.status, one.score, one.note) for name, one in found.items() if one.lost} == {
        "mse": (Status.ERROR, 0.0, OLDER), "fit": (Status.ERROR, 0.0, OLDER),
    }  # fmt: skip
    assert found["mse"].outdated and not found["predict"].outdated
    assert {(one.status, one.hint) for one in found["fit"].criteria} == {(Verdict.ERROR, OLDER)}


def test_an_answer_whose_helper_is_of_a_newer_python_is_an_error_too(maker: Maker, grade: Grade) -> None:
    mse = "def mse(y_hat, y):\n    return squared(y_hat - y).mean()"
    found = graded(maker, grade, "3.12.4", insert=[HELPER], answers={"mse": mse})
    assert [(name, one.note) for name, one in found.items() if one.lost] == [("mse", OLDER)]


@pytest.mark.slow
def test_who_says_that_it_was_this_python_has_no_excuse(maker: Maker, grade: Grade) -> None:
    found = graded(maker, grade, "3.11.4", insert=["import itertools"], answers={"fit": BATCHED})
    assert (found["fit"].status, found["fit"].outdated) == (Status.FAILED, False)


def test_a_newer_python_excuses_no_mistake(maker: Maker, grade: Grade) -> None:
    wrong = {"mse": "def mse(y_hat, y:\n    return 0", "predict": "def predict(x, a):\n    return torch.matmull(x, a)"}
    found = graded(maker, grade, "3.13.1", answers=wrong)
    assert [found[name].outdated for name in wrong] == [False, False]
    assert found["mse"].note is not None and found["mse"].note.startswith("Your cell stops at line 1")
