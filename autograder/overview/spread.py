"""How marks are spread: quartiles, and how many lie in each of some equal ranges."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

MOST = 12  # ranges
STEPS = (1, 2, 5, 10)


class Spread(NamedTuple):
    """Of at least one total: the quartiles lie between two of them in proportion, as in most spreadsheets."""

    number: int
    lowest: float
    first: float
    middle: float
    third: float
    highest: float

    @classmethod
    def of(cls, totals: Sequence[float]) -> Spread:
        """The spread of these."""
        pair = totals if len(totals) > 1 else [*totals, *totals]  # Python 3.12 has no quartiles of one
        first, middle, third = statistics.quantiles(pair, n=4, method="inclusive")
        return cls(len(totals), min(totals), first, middle, third, max(totals))


class Range(NamedTuple):
    """How many totals lie from `low` to below `high`; the last range has its upper end, too."""

    low: float
    high: float
    number: int


def ranges(totals: Sequence[float], most: float) -> list[Range]:
    """All from 0 up to `most`, or what somebody has beyond that."""
    top = max([most, *totals])
    width = _width(top)
    number = max(1, math.ceil(top / width - 1e-9))
    places = [min(int(total / width + 1e-9), number - 1) for total in totals]
    return [Range(place * width, min((place + 1) * width, top), places.count(place)) for place in range(number)]


def _width(top: float) -> float:
    """The smallest round number of which so few make it up."""
    size = 10.0 ** math.floor(math.log10(top / MOST)) if top > 0 else 1.0
    return next(size * step for step in STEPS if size * step * MOST >= top)
