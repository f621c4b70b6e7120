"""What differs between two rows of numbers, in plain words. It says what is so, and never guesses why."""

from __future__ import annotations

from fractions import Fraction

import torch

ALMOST = 1e-2  # of a number, and a tenth of that of the largest: what counts as nearly right
EQUAL = 1e-4  # of a number, and a hundredth of that of the largest
PARTS = {2: "half", 3: "a third", 4: "a quarter"}


def describe(found: torch.Tensor, wanted: torch.Tensor) -> str | None:
    """One sentence about two flat float64 tensors that are not equal; None if there is nothing plain to say."""
    if not bool(torch.isfinite(found).all()):
        return "There is something in it that is no number: nan or inf."
    if found.numel() != wanted.numel():
        return f"{_count(found.numel())} came back, where {_count(wanted.numel()).lower()} should."
    if found.numel() == 0:
        return None
    return _single(found, wanted) if found.numel() == 1 else _several(found, wanted)


def _several(found: torch.Tensor, wanted: torch.Tensor) -> str | None:
    if not found.any():
        return "All of the numbers are 0."
    if _equal(found, -wanted):
        return "Every sign is the other way round; the sizes are right."
    factor = _factor(found, wanted)
    if factor is not None and abs(factor - 1) > ALMOST and _simple(factor):
        return f"Every number is {_times(factor)} what it should be."
    if _equal(found.sort().values, wanted.sort().values):
        return "The numbers are right, but they stand in another order."
    if _equal(found.abs(), wanted.abs()):
        return "The sizes are right, but some signs are not."
    off = found - wanted
    if _equal(wanted + off[0], found):
        return f"Every number is too {'large' if off[0] > 0 else 'small'} by the same amount, {abs(float(off[0])):.3g}."
    if _close(found, wanted):
        return f"The numbers are nearly right, but not exact: the worst is off by {_off(found, wanted)}."
    right = int((off.abs() <= EQUAL * wanted.abs() + 0.01 * EQUAL * wanted.abs().max()).sum())
    return f"{right} of the {found.numel()} numbers {'is' if right == 1 else 'are'} right." if right else None


def _single(found: torch.Tensor, wanted: torch.Tensor) -> str:
    if _equal(found, -wanted):
        return "The sign is the other way round; the size is right."
    if _close(found, wanted):
        return f"The number is nearly right, but not exact: it is off by {_off(found, wanted)}."
    factor = _factor(found, wanted)
    if factor is not None and (factor in (2, 3) or 1 / factor in (2, 3)):
        return f"The number is {_times(factor)} what it should be."
    if _equal(found.clamp(min=0) ** 2, wanted) and found > 0:
        return "The number is the square root of what it should be."
    return f"The number is too {'large' if found > wanted else 'small'}."


def _factor(found: torch.Tensor, wanted: torch.Tensor) -> float | None:
    """What all numbers are multiplied by, rounded to a nice number if it is close to one; None if there is no such."""
    there = wanted.abs() > 1e-9
    if not bool(there.any()):
        return None
    factor = float(found[there][0] / wanted[there][0])
    if not factor or not _equal(found, factor * wanted):
        return None
    nice = round(factor) if abs(factor) >= 1 else 1 / round(1 / factor)
    return float(nice) if abs(factor - nice) < 1e-4 * abs(factor) else factor


def _simple(factor: float) -> bool:
    """Whether it may be a factor in a formula: a fraction of small numbers; others are accidents of the inputs."""
    return abs(factor - float(Fraction(factor).limit_denominator(20))) < 1e-4 * abs(factor)


def _times(factor: float) -> str:
    part = PARTS.get(round(1 / factor)) if 0 < factor < 1 and abs(1 / factor - round(1 / factor)) < 1e-9 else None
    return f"{part} of" if part else f"{factor:.4g} times"


def _off(found: torch.Tensor, wanted: torch.Tensor) -> str:
    return f"{float((found - wanted).abs().max()):.2g}"


def _equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.allclose(one, other, rtol=EQUAL, atol=0.01 * EQUAL * float(other.abs().max()))


def _close(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.allclose(one, other, rtol=ALMOST, atol=0.1 * ALMOST * float(other.abs().max()))


def _count(number: int) -> str:
    return {0: "No number", 1: "One number"}.get(number, f"{number} numbers")
