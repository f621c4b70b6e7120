"""No slip goes unnoticed: every small change to a right answer that changes what it does loses marks."""

from __future__ import annotations

import pytest

from autograder.lesson import Lesson
from tests.mutants import ANSWERS, EQUIVALENT, TOLERATED, survives, survivors


@pytest.mark.parametrize("exercise", ANSWERS)
def test_the_answers_that_are_changed_are_right(exercise: str, lesson: Lesson) -> None:
    assert all(survives(exercise, source, lesson.reference) for source in ANSWERS[exercise])


@pytest.mark.parametrize("exercise", ANSWERS)
def test_every_mutant_that_behaves_otherwise_loses_marks(exercise: str, lesson: Lesson) -> None:
    number, alive = survivors(exercise, lesson.reference)
    assert number > 20
    assert [name for name in alive if name not in EQUIVALENT and name not in TOLERATED] == []


def test_what_is_known_to_be_equivalent_still_survives(lesson: Lesson) -> None:
    alive = {name for exercise in ANSWERS for name in survivors(exercise, lesson.reference)[1]}
    assert alive == EQUIVALENT.keys() | TOLERATED.keys()
