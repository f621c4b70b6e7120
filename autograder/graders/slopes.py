"""The slopes of a student's own function, by nudging what it is given: a wrong value does not cost its slopes too."""

from __future__ import annotations

from collections.abc import Callable

import torch

from autograder.graders import expect

COARSE, FINE = 0.5, 1e-4
ENOUGH = 1e-2  # how far, relatively, nudged slopes may be from exact ones


def slopes(function: Callable[[torch.Tensor], float], place: torch.Tensor, found: torch.Tensor | None) -> torch.Tensor:
    """Central differences of `function` at `place`, (n,): float64, (n,).

    They are coarse, and so exact also in float32 where the function is at most a parabola. Where these are not the
    slopes that were `found`, it is asked again about `place` in float64, finely: it may bend in other ways.
    """
    coarse = _nudged(function, place, COARSE)
    if found is None or expect.close(expect.numbers(found), coarse, ENOUGH):
        return coarse
    return _nudged(function, place.double(), FINE)


def _nudged(function: Callable[[torch.Tensor], float], place: torch.Tensor, size: float) -> torch.Tensor:
    pairs = [(function(place + nudge), function(place - nudge)) for nudge in size * torch.eye(len(place)).to(place)]
    return torch.tensor([(up - down) / (2 * size) for up, down in pairs], dtype=torch.float64)
