"""What differs, in plain words."""

from __future__ import annotations

import pytest
import torch

from autograder.graders.difference import describe

WORDS = [
    ([3.0], [-3.0], "The sign is the other way round; the size is right."),
    ([1.5], [3.0], "The number is half of what it should be."),
    ([6.0], [2.0], "The number is 3 times what it should be."),
    ([3.0], [9.0], "The number is a third of what it should be."),
    ([4.0], [16.0], "The number is the square root of what it should be."),
    ([3.004], [3.0], "The number is nearly right, but not exact: it is off by 0.004."),
    ([1.1267e-6], [1.2667e-7], "The number is too large."),
    ([5.0], [3.1], "The number is too large."),
    ([0.0], [3.0], "The number is too small."),
    ([1.0, -2.0], [-1.0, 2.0], "Every sign is the other way round; the sizes are right."),
    ([2.0, 4.0, 0.0], [1.0, 2.0, 0.0], "Every number is 2 times what it should be."),
    ([0.25, 0.5], [1.0, 2.0], "Every number is a quarter of what it should be."),
    ([0.5, 1.0], [5.0, 10.0], "Every number is 0.1 times what it should be."),
    ([2.0, 1.0, 3.0], [1.0, 2.0, 3.0], "The numbers are right, but they stand in another order."),
    ([1.0, -2.0], [1.0, 2.0], "The sizes are right, but some signs are not."),
    ([2.0, 3.0, 5.0], [1.0, 2.0, 4.0], "Every number is too large by the same amount, 1."),
    ([1.33, 2.67], [1.3333, 2.6667], "The numbers are nearly right, but not exact: the worst is off by 0.0033."),
    ([-3.999, -5.999], [-4.0, -6.0], "Every number is too large by the same amount, 0.001."),
    ([4.012, 6.017], [4.0, 6.0], "The numbers are nearly right, but not exact: the worst is off by 0.017."),
    ([1.5e-7, 3.0e-7], [1e-7, 2e-7], "Every number is 1.5 times what it should be."),
    ([1.0, 9.0, 3.0], [1.0, 2.0, 3.0], "2 of the 3 numbers are right."),
    ([1.0, 9.0], [1.0, 2.0], "1 of the 2 numbers is right."),
    ([0.0, 0.0], [1.0, 2.0], "All of the numbers are 0."),
    ([-0.14549, -0.29098], [1.0, 2.0], None),  # no factor that stands in a formula
    ([float("nan"), 1.0], [1.0, 2.0], "There is something in it that is no number: nan or inf."),
    ([1.0], [1.0, 2.0, 3.0], "One number came back, where 3 numbers should."),
    ([1.0, 2.0], [1.0], "2 numbers came back, where one number should."),
    ([], [1.0], "No number came back, where one number should."),
    ([5.0, 9.0], [1.0, 2.0], None),
    ([], [], None),
]


@pytest.mark.parametrize(("found", "wanted", "words"), WORDS, ids=[str(words) for *_, words in WORDS])
def test_what_differs_is_said_in_one_sentence(found: list[float], wanted: list[float], words: str | None) -> None:
    assert describe(torch.tensor(found).double(), torch.tensor(wanted).double()) == words
