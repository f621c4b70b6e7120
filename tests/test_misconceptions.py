"""The catalogue of misconceptions: every entry is complete, recognises itself, and nothing recognises a right answer."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.diagnosis import diagnose
from autograder.imitation import Imitation
from autograder.lesson import Lesson
from autograder.misconceptions.catalogue import Entry, entries
from autograder.misconceptions.common import COMMON
from autograder.misconceptions.errors import ERRORS
from autograder.verdicts import judge

EXERCISES = ("predict", "mse", "gradient", "sgd_step", "fit", "plot_fit", "vocabulary")
EVERYTHING = [(name, entry) for name in EXERCISES for entry in entries(name)]
EVERYTHING += [("any exercise", entry) for entry in (*COMMON, *ERRORS)]
FORMS = [
    pytest.param(exercise, entry, answer, id=f"{exercise}: {entry.id}, form {number}")
    for exercise, entry in EVERYTHING
    for number, answer in enumerate(entry.answers, 1)
]
SPOILERS = (
    "x @ a",
    "** 2).mean()",
    "a -= lr",
    "a.grad = None",
    "x.T @",
    "randperm(",
    ".detach())",
    "predict(x, a).detach",
)


@pytest.mark.parametrize(("exercise", "entry"), EVERYTHING, ids=lambda value: getattr(value, "id", value))
def test_an_entry_explains_gives_three_hints_and_no_answer(exercise: str, entry: Entry) -> None:
    assert len(entry.hints) == 3 and all(entry.hints)
    texts = (entry.explanation, *entry.hints)
    assert all(text[-1] in ".?" for text in texts)
    assert all(len(text) <= 240 for text in texts)
    assert not [spoiler for spoiler in SPOILERS for text in texts if spoiler in text]
    assert bool(entry.answers) != (entry.holds is not None)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_ids_are_unique(exercise: str) -> None:
    ids = [entry.id for entry in (*entries(exercise), *COMMON)]
    assert len(ids) == len(set(ids))


@pytest.mark.filterwarnings("ignore")  # torch and NumPy have some for wrong answers
@pytest.mark.parametrize(("exercise", "entry", "answer"), FORMS)
def test_a_wrong_answer_of_the_catalogue_loses_marks_and_is_told_its_own_entry(
    exercise: str, entry: Entry, answer: Any, lesson: Lesson
) -> None:
    student: Any = Imitation(exercise, answer, lesson.reference)
    found = judge(exercise, student, lesson.reference)
    assert not found.full
    diagnose(exercise, student, found, lesson.reference)
    assert entry.id in {one.misconception for one in found.criteria}


@pytest.mark.parametrize("exercise", ("predict", "mse", "gradient", "sgd_step", "fit"))
def test_no_sign_shows_in_the_lessons_answer(exercise: str, lesson: Lesson) -> None:
    """A sign that names its criteria is left out: it is looked for only where one of them is lost."""
    student: Any = Imitation(exercise, getattr(lesson.reference, exercise), lesson.reference)
    traces = judge(exercise, student, lesson.reference).traces
    assert [
        entry.id
        for entry in (*entries(exercise), *COMMON)
        if entry.holds and not entry.criteria and entry.holds(traces)
    ] == []
