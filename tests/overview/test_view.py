"""What the page says, for the instructor and for the class: exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from autograder.classroom.audits import Audits
from autograder.classroom.course import Course
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Exercise, Report
from autograder.overview import page
from autograder.overview.answers import Answers
from autograder.overview.members import Member
from autograder.overview.reader import Class, Reader
from autograder.overview.spread import Spread
from autograder.overview.view import View, view
from tests.overview.made import empty, entry, member, report, right, told, wrong


def full(points: float = 40.0) -> Report:
    return report(Exercise.of("mse", (right("a", points), right("b"))), Exercise.of("fit", (right("c"),)))


LOSES = report(Exercise.of("mse", (told("a", 40.0), right("b"))), Exercise.of("fit", (right("c"),)))
FEW = report(Exercise.of("mse", (right("a", 40.0), wrong("b"))), empty("fit", "c"))
CLASS = [
    *(member(f"f{number}", full(), name=f"Fay {number}", section="A") for number in range(4)),
    *(member(f"l{number}", LOSES, name=f"Leo {number}", section="B") for number in range(3)),
    *(member(f"w{number}", FEW, name=f"Wim {number}", section="C") for number in range(2)),
    member("x", Report.unreadable("sgd", 53.0, "no", isolation="none"), name="Xia", section="C"),
    member("y", name="Yan", handed_in=False),
]


See = Callable[..., View]


@pytest.fixture
def see(course: Path, lesson: Lesson) -> See:
    def seen(members: Sequence[Member] = CLASS, *, anonymous: bool = False) -> View:
        reader = Class(members, lesson) if anonymous else Reader(members)
        found = Course(course)
        return view(lesson, members, reader, Answers(found, lesson), Audits(found, "sgd"), "today")

    return seen


def test_marks_are_spread_over_all_and_by_section(see: See) -> None:
    seen = see()
    assert (seen.graded, seen.spread) == (9, Spread(9, 2.0, 2.0, 40.0, 42.0, 42.0))
    assert [(one.name, one.spread.number, one.spread.middle) for one in seen.sections] == [
        ("A", 4, 42.0), ("B", 3, 2.0), ("C", 2, 40.0)
    ]  # fmt: skip
    assert page.about_marks(seen) == [
        "Half of the 9 have between 2 and 42 of 53 points. The median is 40.", "The lowest is 2, the highest 42."
    ]  # fmt: skip


def test_marks_by_hand_and_penalties_count_in_the_marks_and_not_in_the_criteria(see: See) -> None:
    seen = see([member("ann", full(), entry=entry(50.0, by_hand=True, penalty=9.0))])
    assert seen.spread is not None and seen.spread.middle == 41.0
    assert {one.lost for one in seen.criteria} == {0.0}


def test_exercises_have_states_and_those_come_first_that_would_gain_most(see: See) -> None:
    seen = see()
    assert [(part.tally.item.exercise, part.states) for part in seen.exercises] == [
        ("mse", [4, 5, 0, 0]), ("fit", [7, 0, 0, 2])
    ]  # fmt: skip
    assert page.about_exercises(seen) == [
        "mse would gain the class most: 13.56 of 41 points each, on average.", "fit is the one that most have right: 78\N{NO-BREAK SPACE}%."
    ]  # fmt: skip
    assert [(one.item.criterion, one.full) for one in seen.criteria] == [("a", 6), ("b", 7), ("c", 7)]


def test_criteria_that_tell_nobody_from_anybody_are_counted(see: See) -> None:
    seen = see(
        [member("ann", full()), member("bob", report(Exercise.of("mse", (wrong("a", points=40.0), right("b")))))]
    )
    assert "Criteria that nobody loses: 2." in page.about_exercises(seen)
    seen = see([member("bob", LOSES)])
    assert "Criteria that nobody gets: 1." in page.about_exercises(seen)


def test_the_class_sees_no_group_of_fewer_than_three(see: See) -> None:
    seen = see(anonymous=True)
    assert [(one.about, seen.reader.said(one.group.number), one.group.people) for one in seen.counts] == [
        ("handed in", "10", ()), ("late", "0", ()), ("unreadable", "fewer than 3", ()), ("not graded", "0", ()),
        ("for a person", "0", ()), ("not handed in", "fewer than 3", ()),
    ]  # fmt: skip
    assert [one.name for one in seen.sections] == ["A", "B"]
    assert [(one.low, one.number) for one in seen.ranges if one.number] == [(0.0, 3), (40.0, 4 + 2)]
    assert [part.states for part in seen.exercises] == [[4, 5, 0, 0], [7, 0, 0, 0]]
    assert [one.item.criterion for one in seen.criteria] == ["a"]
    assert ([one.text for one in seen.misconceptions], list(seen.riddles), list(seen.matters)) == (
        ["Nothing divides."],
        [],
        [],
    )
    assert [line.number for line in seen.first] == [3]
    assert page.about_marks(seen)[1] == "Where fewer than 3 are, no bar is drawn."


def test_shares_of_few_are_not_said_to_the_class(see: See) -> None:
    seen, open_ = see(anonymous=True), see()
    assert [page.portion(seen, part, 9) for part in (0, 2, 3, 6, 7, 9)] == [
        "0\N{NO-BREAK SPACE}%", "fewer than 3", "33\N{NO-BREAK SPACE}%", "67\N{NO-BREAK SPACE}%", "all but fewer than 3", "100\N{NO-BREAK SPACE}%"
    ]  # fmt: skip
    assert [page.portion(open_, part, 300) for part in (0, 1, 150, 299, 300)] == [
        "0\N{NO-BREAK SPACE}%",
        "1\N{NO-BREAK SPACE}%",
        "50\N{NO-BREAK SPACE}%",
        "99\N{NO-BREAK SPACE}%",
        "100\N{NO-BREAK SPACE}%",
    ]


def test_of_a_class_of_two_nothing_is_shown_to_the_class(see: See) -> None:
    seen = see(CLASS[:2], anonymous=True)
    html = page.render(seen)
    assert "Too few hand-ins were graded to show anything without saying whose it is." in html
    assert "<svg" not in html and "mse" not in html


def test_a_class_without_a_graded_hand_in_has_a_page(see: See) -> None:
    html = page.render(see([member("x", Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="none"))]))
    assert "No hand-in has been graded yet." in html and "the file is not JSON" in html
    assert "<svg" not in html
