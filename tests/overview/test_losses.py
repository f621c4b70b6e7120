"""Each lost criterion has a kind, and those that were lost in the same way are one cause."""

from __future__ import annotations

import pytest

from autograder.lesson.report import DRAWN, OLDER, Criterion, Exercise, Status, Verdict
from autograder.overview.losses import Kind, behaviour, blank, causes, end, kind
from tests.overview.made import empty, report, right, told, wrong

NOT_RUN = Criterion("c", Verdict.NOT_RUN, 0.0, 1.0)
OVER = Criterion("c", Verdict.NOT_RUN, 0.0, 1.0, actual="not run: 2 calls before this one had to be stopped")
FAULT = Criterion("c", Verdict.ERROR, 0.0, 1.0, hint="This is a fault in the grader, not in your work.")
DIED = Criterion(
    "c", Verdict.ERROR, 0.0, 1.0, actual="no answer: its process ended without an answer", expected="an answer"
)
STOPPED = wrong("c", "stopped after 10 s", expected="an answer")
KINDS = {
    "passed": (Exercise.of("mse", (right("c"),)), None),
    "a misconception": (Exercise.of("mse", (told("c"),)), Kind.EXPLAINED),
    "what differs alone explains nothing": (Exercise.of("mse", (wrong("c", diagnosis="Half."),)), Kind.UNEXPLAINED),
    "untouched": (empty("mse", "c"), Kind.UNANSWERED),
    "a part without an answer": (Exercise.of("mse", (wrong("c", "no answer yet"),)), Kind.UNANSWERED),
    "its cell stops": (Exercise.of("mse", (NOT_RUN,), status=Status.ERROR, note="Your cell stops."), Kind.CELL),
    "a limit": (Exercise.of("mse", (STOPPED,)), Kind.LIMIT),
    "what a limit kept from being run": (Exercise.of("mse", (OVER, STOPPED)), Kind.NOT_REACHED),
    "its process ended": (Exercise.of("mse", (DIED,)), Kind.DIED),
    "the grader failed": (Exercise.of("mse", (FAULT,)), Kind.FAULT),
    "a newer Python": (Exercise.of("mse", (FAULT,), status=Status.ERROR, note=OLDER), Kind.OUTDATED),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_lost_criterion_has_a_kind(name: str) -> None:
    exercise, expected = KINDS[name]
    assert kind(exercise, exercise.criteria[0]) is expected


def test_who_lost_the_same_criteria_with_the_same_answers_is_in_one_group_the_largest_first() -> None:
    class_ = {
        "ann": report(Exercise.of("mse", (wrong("a"), wrong("b", "76"), right("c")))),
        "bob": report(Exercise.of("mse", (wrong("a"), wrong("b", "76"), told("c")))),
        "cyd": report(Exercise.of("mse", (wrong("a"), wrong("b", "77"), right("c")))),
        "dov": report(Exercise.of("mse", (wrong("a"), right("b"), right("c")))),
        "eve": report(Exercise.of("fit", (wrong("a"), wrong("b", "76"), right("c")))),
    }
    found = [(one.exercise, one.students, one.points) for one in causes(class_) if one.kind is Kind.UNEXPLAINED]
    assert found == [
        ("mse", ("ann", "bob"), 4.0), ("mse", ("cyd",), 2.0), ("fit", ("eve",), 2.0), ("mse", ("dov",), 1.0)
    ]  # fmt: skip


def test_of_exceptions_only_what_was_raised_counts_and_of_drawn_inputs_nothing() -> None:
    one = wrong("a", "  line 2 of the cell, in mse\n    y.mean(5)\nIndexError: no dimension 5")
    other = wrong("a", "  line 7 of the cell, in mse\n    loss = y.mean(5)\nIndexError: no dimension 5")
    assert behaviour(one) == behaviour(other) == "IndexError: no dimension 5"
    assert behaviour(wrong("a", "3.7", input=DRAWN)) is None
    assert behaviour(wrong("a", "")) is None


def test_a_misconception_counts_students_and_not_criteria_and_two_texts_are_two() -> None:
    lines = [f"`x` would be set in your cell that stops at line {number}." for number in (3, 9)]
    class_ = {
        "ann": report(Exercise.of("mse", (told("a"), told("b", 2.0)))),
        "bob": report(Exercise.of("mse", (told("a"), right("b")))),
        "cyd": report(Exercise.of("mse", (told("a", diagnosis=lines[0]), told("b", diagnosis=lines[1])))),
    }
    found = [(one.students, one.points, one.criteria[0].diagnosis) for one in causes(class_)]
    assert found == [
        (("ann", "bob"), 4.0, "Nothing divides."), (("cyd",), 1.0, lines[0]), (("cyd",), 1.0, lines[1])
    ]  # fmt: skip


def test_of_as_many_that_comes_first_which_costs_most() -> None:
    class_ = {
        "ann": report(Exercise.of("mse", (told("a"), told("b", 5.0, "root")))),
    }
    assert [one.criteria[0].misconception for one in causes(class_)] == ["root", "sum"]


def test_whoever_answers_nothing_is_blank_and_others_have_an_end() -> None:
    full = Exercise.of("mse", (right("a"),))
    assert blank(report(empty("mse", "a"), empty("fit", "b")))
    assert not blank(report(full, empty("fit", "b"), empty("plot", "c")))
    assert not blank(report())
    ends = [
        end(report(*those)) for those in ((full, empty("fit", "b"), empty("plot", "c")), (full,), (empty("mse", "a"),))
    ]
    assert ends == ["fit", None, None]
