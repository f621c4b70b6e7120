"""Quartiles, and ranges that are round."""

from __future__ import annotations

import pytest

from autograder.overview.spread import Range, Spread, ranges


def test_quartiles_lie_between_totals_in_proportion() -> None:
    assert Spread.of([1.0, 2.0, 3.0, 4.0]) == Spread(4, 1.0, 1.75, 2.5, 3.25, 4.0)
    assert Spread.of([4.0, 0.0, 8.0]) == Spread(3, 0.0, 2.0, 4.0, 6.0, 8.0)
    assert Spread.of([7.0]) == Spread(1, 7.0, 7.0, 7.0, 7.0, 7.0)


def test_every_total_is_in_one_range_and_the_best_are_in_the_last() -> None:
    found = ranges([0.0, 4.5, 5.0, 49.5, 50.0, 53.0, 53.0], 53.0)
    assert [one.number for one in found] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 3]
    assert (found[0], found[-1]) == (Range(0.0, 5.0, 2), Range(50.0, 53.0, 3))


@pytest.mark.parametrize(
    ("most", "width"), [(53.0, 5.0), (12.0, 1.0), (13.0, 2.0), (100.0, 10.0), (2.0, 0.2), (0.5, 0.05), (1000.0, 100.0)]
)
def test_widths_are_round(most: float, width: float) -> None:
    found = ranges([], most)
    assert found[0].high == pytest.approx(width)
    assert found[-1].high == most


def test_who_has_more_than_there_is_and_a_lesson_without_points_are_shown_too() -> None:
    assert ranges([60.0], 53.0)[-1].number == 1
    assert ranges([0.0, 0.0], 0.0) == [Range(0.0, 0.0, 2)]
