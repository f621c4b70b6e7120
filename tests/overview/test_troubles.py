"""What to teach first, the misconceptions by frequency, and what nobody explains yet."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.classroom.course import Course
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Exercise, Report, Status, Verdict
from autograder.overview.answers import Answers
from autograder.overview.losses import causes
from autograder.overview.reader import Class, Reader
from autograder.overview.troubles import Fact, Line, Trouble, Troubles, first
from tests.overview.made import empty, keep, member, report, right, told, wrong

STOPS = Criterion("a", Verdict.NOT_RUN, 0.0, 1.0)
SUM = "def mse(y_hat, y):\n    ann = ((y_hat - y) ** 2).sum()\n    return ann"
LONGER = "def mse(y_hat, y):\n    errors = (y_hat - y) ** 2\n    return errors.sum() + 0"
CLASS: dict[str, Report] = {
    "ann": report(Exercise.of("mse", (told("a"), told("b"))), Exercise.of("fit", (wrong("c"), right("d")))),
    "bob": report(Exercise.of("mse", (told("a"), right("b"))), Exercise.of("fit", (wrong("c"), right("d")))),
    "cyd": report(Exercise.of("mse", (told("a"), right("b"))), empty("fit", "c", "d")),
    "dov": report(Exercise.of("mse", (right("a"), right("b"))), empty("fit", "c", "d")),
    "eve": report(empty("mse", "a", "b"), empty("fit", "c", "d")),
    "fay": report(Exercise.of("mse", (STOPS,), status=Status.ERROR, note="Your cell stops."), empty("fit", "c", "d")),
}


@pytest.fixture
def answers(course: Path, lesson: Lesson) -> Answers:
    for student, found in CLASS.items():
        keep(course, student, found, mse=SUM if student == "ann" else LONGER)
    return Answers(Course(course), lesson)


MEMBERS = [member(student, found) for student, found in CLASS.items()]


def test_first_comes_what_most_have_each_with_its_number_and_who_wrote_nothing_is_not_counted() -> None:
    assert first(causes(CLASS), Reader(MEMBERS), CLASS) == [
        Line("fit", "The first that they have left empty.", 3),
        Line("mse", "Nothing divides.", 3),
        Line("fit", "Lost without an explanation so far: c.", 2),
    ]


def test_whoever_stops_early_is_counted_where_they_stopped() -> None:
    class_ = {"ann": report(Exercise.of("mse", (right("a"),)), empty("fit", "b"), empty("plot", "c"))}
    assert first(causes(class_), Reader([member("ann")]), class_) == [
        Line("fit", "The first that they have left empty.", 1)
    ]


def test_a_cell_that_stops_and_a_part_without_an_answer_are_said() -> None:
    class_ = {
        "ann": report(Exercise.of("words", (wrong("x", "no answer yet"), wrong("y", "no answer yet"), right("z")))),
        "fay": report(CLASS["fay"].exercises[0]),
    }
    assert first(causes(class_), Reader([member("ann"), member("fay")]), class_) == [
        Line("words", "No answer to this: x (and 1 more).", 1),
        Line("mse", "The cell stops with an error before the answer is defined.", 1),
    ]


def test_a_misconception_has_its_words_an_example_and_who_has_it(lesson: Lesson, answers: Answers) -> None:
    (found,) = Troubles(lesson, Reader(MEMBERS), answers, lambda _: {}).misconceptions(causes(CLASS))
    assert (found.exercise, found.text, found.hint, found.points) == ("mse", "Nothing divides.", "Should it grow?", 4.0)
    assert [who.name for who in found.group.people] == ["ann", "bob", "cyd"]
    assert found.example == LONGER  # the shorter one names its author
    assert (found.entry, found.place) == ("", "")


def test_what_nobody_explains_has_facts_and_an_entry_to_paste(lesson: Lesson, answers: Answers) -> None:
    (found,) = Troubles(lesson, Reader(MEMBERS), answers, lambda _: {"c": "test_c"}).riddles(causes(CLASS))
    assert (found.exercise, found.group.number, found.points) == ("fit", 2, 2.0)
    assert found.facts == (Fact("c", "y = [0]", "38", "12"),)
    assert found.place == "lessons/sgd/misconceptions/fit.py"
    assert '@sign("test_c", last=True)\ndef new_fit_1(traces):' in found.entry


def test_two_groups_of_an_exercise_have_entries_of_two_names(lesson: Lesson, answers: Answers) -> None:
    class_ = {"ann": report(Exercise.of("mse", (wrong("a"),))), "bob": report(Exercise.of("mse", (wrong("b"),)))}
    troubles = Troubles(lesson, Reader(MEMBERS), answers, lambda _: {}).riddles(causes(class_))
    assert ["def new_mse_1(" in one.entry or "def new_mse_2(" in one.entry for one in troubles] == [True, True]


def test_the_class_gets_an_example_that_tells_nobody_and_no_entry(lesson: Lesson, answers: Answers) -> None:
    troubles = Troubles(lesson, Class(MEMBERS, lesson), answers, lambda _: {})
    (found,) = troubles.misconceptions(causes(CLASS))
    assert (found.example, found.group.number, found.group.people) == (LONGER, 3, ())
    (riddle,) = troubles.riddles(causes(CLASS))
    assert (riddle.entry, riddle.group.people) == ("", ())


def test_what_names_somebody_is_not_shown_to_the_class(lesson: Lesson, answers: Answers) -> None:
    text = "`ann` would be set in your cell that stops with NameError."
    class_ = {"bob": report(Exercise.of("mse", (told("a", diagnosis=text), wrong("b", "ann = 3"))))}
    troubles = Troubles(lesson, Class(MEMBERS, lesson), answers, lambda _: {})
    assert list(troubles.misconceptions(causes(class_))) == []
    riddles: list[Trouble] = list(troubles.riddles(causes(class_)))
    assert [fact.actual for fact in riddles[0].facts] == [""]


@pytest.mark.parametrize("fault", ["a catalogue that is no Python", "an exercise of an older lesson"])
def test_if_no_entry_can_be_made_the_page_has_all_else(
    lesson: Lesson, answers: Answers, tmp_path: Path, fault: str
) -> None:
    exercise = "mse" if "catalogue" in fault else "gone"
    folder = tmp_path / "sgd"
    (folder / "misconceptions").mkdir(parents=True)
    (folder / "misconceptions" / "mse.py").write_text("def (")
    broken = dataclasses.replace(lesson, folder=folder)
    class_ = {"ann": report(Exercise.of(exercise, (wrong("a"),)))}
    (found,) = Troubles(broken, Reader(MEMBERS), answers, lambda _: {}).riddles(causes(class_))
    assert (found.facts[0].name, found.entry) == ("a", "")
