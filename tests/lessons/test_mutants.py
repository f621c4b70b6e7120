"""No slip goes unnoticed: every small change to a right answer that changes what it does loses marks."""

from __future__ import annotations

import pytest

from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from tests.mutants import excused, known, sources, survives, survivors

LESSONS = [Lesson.load(name) for name in shelf.names()]
CHANGED = [pytest.param(lesson, exercise, id=exercise) for lesson in LESSONS for exercise in known(lesson)["answers"]]


@pytest.mark.parametrize(("lesson", "exercise"), CHANGED)
def test_the_answers_that_are_changed_are_right(lesson: Lesson, exercise: str) -> None:
    assert all(survives(lesson, exercise, source) for source in sources(lesson, exercise))


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "exercise"), CHANGED)
def test_every_mutant_that_behaves_otherwise_loses_marks(lesson: Lesson, exercise: str) -> None:
    number, alive = survivors(lesson, exercise)
    assert number > 20
    assert [name for name in alive if name not in excused(lesson)] == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.assignment)
def test_what_is_known_to_be_equivalent_still_survives(lesson: Lesson) -> None:
    alive = {name for exercise in known(lesson)["answers"] for name in survivors(lesson, exercise)[1]}
    assert alive == excused(lesson).keys()
