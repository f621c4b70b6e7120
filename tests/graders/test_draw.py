"""What graders draw for each hand-in: its own, the same every time, and such that nobody fails by rounding."""

from __future__ import annotations

import itertools

import torch

from autograder.graders.draw import Draw


def test_same_seed_and_purpose_draw_the_same_whatever_was_drawn_before() -> None:
    one, other = Draw("mse of this file"), Draw("mse of this file")
    other("something else", 3)
    assert torch.equal(one("errors", 2, 3), other("errors", 2, 3))


def test_other_seed_or_other_purpose_draws_others() -> None:
    found = [Draw(seed)(purpose, 4).tolist() for seed in ("this file", "that file") for purpose in ("x", "y")]
    assert all(one != other for one, other in itertools.combinations(found, 2))


def test_numbers_are_short_unlike_each_other_and_neither_0_nor_1() -> None:
    for seed in map(str, range(200)):
        found = Draw(seed)("rows", 4, 3)
        sizes = sorted(found.abs().flatten().tolist())
        assert found.shape == (4, 3) and found.dtype is torch.float32
        assert len(set(sizes)) == 12 and not {0.0, 1.0} & set(sizes)
        assert sizes[0] >= 0.5 and sizes[-1] <= 12 and all((2 * size).is_integer() for size in sizes)


def test_bounds_parts_and_signs_can_be_chosen() -> None:
    found = Draw("this file")("lr", 5, least=0.1, most=0.9, parts=16, signs=False)
    assert bool((found > 0.1).all() and (found < 0.9).all()) and torch.equal(found * 16, (found * 16).round())


def test_sums_of_products_have_no_rounding() -> None:
    for seed in map(str, range(200)):
        x, a = Draw(seed)("rows", 5, 5, parts=4), Draw(seed)("coefficients", 5)
        assert torch.equal((x @ a).double(), x.double() @ a.double())
