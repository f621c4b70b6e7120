"""The catalogue of misconceptions: every entry is complete, recognises itself, and nothing recognises a right answer."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.graders.catalogue import Entry
from autograder.grading.diagnosis import diagnose
from autograder.grading.imitation import Imitation
from autograder.grading.misconceptions import Misconceptions
from autograder.grading.verdicts import judge
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from tests.mutants import Artist

LESSONS = [Lesson.load(name) for name in shelf.names()]
EXERCISES = [pytest.param(lesson, task.id, id=task.id) for lesson in LESSONS for task in lesson.tasks]
EVERYTHING = [
    (lesson, where, entry)
    for lesson in LESSONS
    for known in [Misconceptions(lesson.folder)]
    for where, found in (
        *((task.id, known.of(task.id)) for task in lesson.tasks),
        ("any exercise", (*known.common, *known.errors)),
    )
    for entry in found
]
ENTRIES = [pytest.param(*found, id=f"{found[1]}-{found[2].id}") for found in EVERYTHING]
FORMS = [
    pytest.param(lesson, exercise, entry, answer, id=f"{exercise}: {entry.id}, form {number}")
    for lesson, exercise, entry in EVERYTHING
    for number, answer in enumerate(entry.answers, 1)
]


@pytest.mark.parametrize(("lesson", "exercise", "entry"), ENTRIES)
def test_an_entry_explains_gives_three_hints_and_no_answer(lesson: Lesson, exercise: str, entry: Entry) -> None:
    assert len(entry.hints) == 3 and all(entry.hints)
    texts = (entry.explanation, *entry.hints)
    assert all(text[-1] in ".?" for text in texts)
    assert all(len(text) <= 240 for text in texts)
    spoilers = lesson.words.get("spoilers", [])
    assert not [spoiler for spoiler in spoilers for text in texts if spoiler in text]
    assert bool(entry.answers) != (entry.holds is not None)


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_ids_are_unique(lesson: Lesson, exercise: str) -> None:
    known = Misconceptions(lesson.folder)
    ids = [entry.id for entry in (*known.of(exercise), *known.common)]
    assert len(ids) == len(set(ids))


@pytest.mark.filterwarnings("ignore")  # torch and NumPy have some for wrong answers
@pytest.mark.parametrize(("lesson", "exercise", "entry", "answer"), FORMS)
def test_a_wrong_answer_of_the_catalogue_loses_marks_and_is_told_its_own_entry(
    lesson: Lesson, exercise: str, entry: Entry, answer: Any
) -> None:
    student: Any = Imitation(exercise, answer, lesson.reference)
    found = judge(lesson, exercise, student)
    assert not found.full
    diagnose(lesson, exercise, student, found)
    assert entry.id in {one.misconception for one in found.criteria}


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_no_sign_shows_in_the_lessons_answer(lesson: Lesson, exercise: str) -> None:
    """A sign that names its criteria is left out: it is looked for only where one of them is lost."""
    answer, known = getattr(lesson.reference, exercise), Misconceptions(lesson.folder)
    if not callable(answer):
        pytest.skip("a value, which is looked at and not called")
    student: Any = Artist(exercise, answer, lesson.reference)
    traces = judge(lesson, exercise, student).traces
    shown = [entry for entry in (*known.of(exercise), *known.common) if entry.holds and not entry.criteria]
    assert [entry.id for entry in shown if entry.holds and entry.holds(traces)] == []
