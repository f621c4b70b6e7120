"""Hundreds of answers in many voices: right ones earn all marks, wrong ones lose theirs where they are wrong."""

from __future__ import annotations

import pytest

from autograder.graders.student import Student
from autograder.grading.diagnosis import diagnose
from autograder.grading.verdicts import judge
from tests.answers import Answer, load, lost
from tests.conftest import Running

ANSWERS = load()
RIGHT = [answer for answer in ANSWERS if answer.right]
WRONG = [answer for answer in ANSWERS if not answer.right]


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_earns_all_marks(answer: Answer, submit: Running) -> None:
    lesson = answer.lesson
    found = judge(lesson, answer.exercise, Student(submit(answer)))
    assert lost(found) == []


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_loses_marks_where_it_is_wrong_and_is_told_why(answer: Answer, submit: Running) -> None:
    lesson, student = answer.lesson, Student(submit(answer))
    found = judge(lesson, answer.exercise, student)
    assert answer.loses in lost(found)
    if answer.status == "error":
        assert not found.attempted
        return
    diagnose(lesson, answer.exercise, student, found)
    told = {one.name: one.misconception for one in found.criteria}
    assert told[answer.loses] == answer.misconception
