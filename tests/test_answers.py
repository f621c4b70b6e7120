"""Hundreds of answers in many voices: right ones earn all marks, wrong ones lose theirs where they are wrong."""

from __future__ import annotations

import pytest

from autograder.diagnosis import diagnose
from autograder.lesson import Lesson
from autograder.student import Student
from autograder.verdicts import judge
from tests.answers import Answer, load, lost
from tests.conftest import Running

ANSWERS = load()
RIGHT = [answer for answer in ANSWERS if answer.right]
WRONG = [answer for answer in ANSWERS if not answer.right]


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_earns_all_marks(answer: Answer, submit: Running, lesson: Lesson) -> None:
    found = judge(answer.exercise, Student(submit(answer)), lesson.reference)
    assert lost(found) == []


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_loses_marks_where_it_is_wrong_and_is_told_why(
    answer: Answer, submit: Running, lesson: Lesson
) -> None:
    student = Student(submit(answer))
    found = judge(answer.exercise, student, lesson.reference)
    assert answer.loses in lost(found)
    if answer.status == "error":
        assert not found.attempted
        return
    diagnose(answer.exercise, student, found, lesson.reference)
    told = {one.name: one.misconception for one in found.criteria}
    assert told[answer.loses] == answer.misconception
