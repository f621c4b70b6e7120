"""Values as a beginner reads them, on one short line."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from autograder.graders.show import LONG, MANY, shape, show
from autograder.sandbox.wire import Foreign

SHOWN = [
    (None, "None"), (True, "True"), (3, "3"), (3.0, "3"), (-0.5, "-0.5"), (1 / 3, "0.333333"), (1e-9, "1e-09"),
    (123456.0, "123456"), (1234567.0, "1.23457e+06"), (math.nan, "nan"), (-math.inf, "-inf"),
    ("a", "'a'"), ("two\nlines", r"'two\nlines'"), ("\x1b[2J", r"'\x1b[2J'"), ("\ud800", r"'\ud800'"),
    ([], "[]"), ([1.0, "a", None], "[1, 'a', None]"), ((), "()"), ((1.5,), "(1.5,)"), ((1, [2.0]), "(1, [2])"),
    ({}, "{}"), ({"lr": 0.1, 2: [True]}, "{'lr': 0.1, 2: [True]}"),
    (torch.tensor(2.0), "2"), (torch.tensor([1.0, 2.5]), "[1, 2.5]"), (torch.tensor([True, False]), "[True, False]"),
    (torch.tensor([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"), (torch.tensor([1 + 2j]), "[(1+2j)]"),
    (torch.ones(2).requires_grad_(), "[1, 1]"), (torch.tensor([math.nan, math.inf]), "[nan, inf]"),
    (torch.tensor([0.1]), "[0.1]"), (torch.zeros(0, 2), "an empty tensor of shape (0, 2)"),
    (torch.zeros(5, 5), "a tensor of shape (5, 5)"), (torch.zeros(MANY).int(), "[" + ", ".join("0" * MANY) + "]"),
    (np.array([1.0, 2.0]), "[1, 2] (NumPy)"), (np.float32(0.1), "0.1 (NumPy)"),
    (np.zeros(100), "a tensor of shape (100,) (NumPy)"), (b"abc", "a bytes"), ({1}, "a set"),
    (Foreign("Linear", "Linear(in_features=2)"), "a Linear: Linear(in_features=2)"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), SHOWN, ids=[ascii(text)[:40] for _, text in SHOWN])
def test_a_value_is_shown_as_a_beginner_would_write_it(value: Any, text: str) -> None:
    assert show(value) == text


LENGTHY = {
    "text": "x" * 1000,
    "list": ["x" * 50] * 10,
    "tuple": ("x" * 50,) * 10,
    "dictionary": dict.fromkeys(range(10), "x" * 50),
    "object": Foreign("Wordy", "w" * 1000),
    "integer": 2**4000,
}


@pytest.mark.parametrize("value", LENGTHY.values(), ids=LENGTHY)
def test_a_long_value_is_cut_with_an_ellipsis(value: Any) -> None:
    text = show(value)
    assert len(text) == LONG
    assert text.endswith("…")


@pytest.mark.parametrize("value", [list(range(MANY + 1)), tuple(range(MANY + 1))], ids=["list", "tuple"])
def test_entries_that_are_left_out_are_not_passed_over_in_silence(value: Any) -> None:
    assert "…" in show(value)


def test_an_object_with_a_repr_of_several_lines_is_shown_on_one() -> None:
    assert "\n" not in show(Foreign("Sequential", "Sequential(\n  (0): Linear()\n)"))


@pytest.mark.parametrize("text", ["half of a pair: \ud800", "\x1b[2J clears the screen"], ids=["surrogate", "escape"])
def test_what_an_object_says_of_itself_can_be_printed_and_saved(text: str) -> None:
    shown = show(Foreign("Trouble", text))
    assert shown.isprintable()
    assert shown.encode("utf-8")


@pytest.mark.parametrize(("sizes", "text"), [((), "()"), ((3,), "(3,)"), ((3, 2), "(3, 2)"), ((0, 1), "(0, 1)")])
def test_a_shape_is_written_as_torch_writes_it(sizes: tuple[int, ...], text: str) -> None:
    assert shape(torch.zeros(sizes)) == text
