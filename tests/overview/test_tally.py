"""Exact numbers over a class: who has what, what was lost, and whether it goes with the rest."""

from __future__ import annotations

import math

import pytest

from autograder.lesson.report import Exercise
from autograder.overview.tally import LEAST, Item, Mark, discrimination, items, marks, tallies
from tests.overview.made import empty, report, right, wrong

CLASS = [
    report(Exercise.of("mse", (right("a"), right("b", 2.0))), Exercise.of("fit", (right("c"),))),
    report(Exercise.of("mse", (wrong("a"), right("b", 2.0))), Exercise.of("fit", (right("c"),))),
    report(Exercise.of("mse", (wrong("a"), wrong("b", points=2.0))), Exercise.of("fit", (right("c"),))),
    report(empty("mse", "a"), Exercise.of("fit", (right("c"),))),
]


def test_each_item_has_its_shares_and_that_comes_first_which_would_gain_most() -> None:
    found = [(one.item, one.points, one.hand_ins, one.full, one.not_attempted, one.lost) for one in tallies(CLASS)]
    assert found == [
        (Item("mse"), 3.0, 4, 1, 1, 5.0),
        (Item("mse", "a"), 1.0, 4, 1, 1, 3.0),
        (Item("mse", "b"), 2.0, 3, 2, 0, 2.0),
        (Item("fit"), 1.0, 4, 4, 0, 0.0),
        (Item("fit", "c"), 1.0, 4, 4, 0, 0.0),
    ]
    assert [one.gain for one in tallies(CLASS)] == [1.25, 0.75, 2 / 3, 0.0, 0.0]
    assert [one.remark for one in tallies(CLASS)] == ["", "", "", "nobody loses it", "nobody loses it"]
    assert tallies(CLASS[2:3])[0].remark == "nobody gets it"


def test_items_are_in_the_order_of_the_lesson() -> None:
    assert items(CLASS) == [Item("mse"), Item("mse", "a"), Item("mse", "b"), Item("fit"), Item("fit", "c")]


def test_two_criteria_of_one_name_are_two() -> None:
    one = report(Exercise.of("mse", (right("a"), wrong("a"), wrong("a"))))
    assert [(item.criterion, mark.score) for item, mark in marks(one)] == [
        ("", 1.0), ("a", 1.0), ("a (2)", 0.0), ("a (3)", 0.0)
    ]  # fmt: skip


def pairs(*values: tuple[float, float]) -> list[Mark]:
    return [Mark(score, 1.0, True, rest) for score, rest in values]


def test_discrimination_is_the_correlation_with_all_other_marks() -> None:
    class_ = [(float(number >= 5), float(number)) for number in range(15)]
    # by hand: mean of the scores 2/3, of the rest 7; covariance 25/15, variances 2/9 and 56/3
    assert discrimination(pairs(*class_)) == pytest.approx((25 / 15) / math.sqrt(2 / 9 * 56 / 3))


@pytest.mark.parametrize("number", [LEAST - 1, LEAST])
def test_few_hand_ins_have_none(number: int) -> None:
    class_ = pairs(*((float(place % 2), float(place)) for place in range(number)))
    assert (discrimination(class_) is None) == (number < LEAST)


def test_where_all_are_alike_there_is_none() -> None:
    assert discrimination(pairs(*((1.0, float(number)) for number in range(LEAST)))) is None
    assert discrimination(pairs(*((float(number % 2), 7.0) for number in range(LEAST)))) is None


def test_an_item_is_taken_out_of_the_total_that_it_is_compared_with() -> None:
    """Everybody has the same but for this one: with itself in the total, its correlation would be 1."""
    class_ = [
        report(Exercise.of("mse", (right("a") if number % 2 else wrong("a"), right("b")))) for number in range(LEAST)
    ]
    assert [one.discrimination for one in tallies(class_)] == [None, None, None]


def test_what_those_lose_who_do_well_is_marked() -> None:
    class_ = [
        report(
            Exercise.of("mse", (wrong("a") if number > 7 else right("a"),)), Exercise.of("fit", (right("b", number),))
        )
        for number in range(LEAST)
    ]
    (found,) = [one for one in tallies(class_) if one.item == Item("mse", "a")]
    assert found.discrimination is not None and found.discrimination < -0.8
    assert found.remark == "lost by those who do well"
