"""Hundreds of answers in many voices: right ones earn all marks, wrong ones lose theirs where they are wrong.

And no verdict depends on luck: an answer that draws random numbers gets the same one whatever it draws. Right answers,
and wrong ones that shuffle what they should not, are graded under 4 seeds, in each of which the graders look at twenty
throws, the other wrong ones under a few; `make stability` grades all of them under 20.
"""

from __future__ import annotations

import os

import pytest

from autograder.graders.student import Student
from autograder.grading.diagnosis import diagnose, recognised
from autograder.grading.verdicts import Verdicts, judge
from autograder.sandbox.submission import Submission
from tests.answers import Answer, load, lost
from tests.conftest import Running
from tests.sentences import first_sentence, recorded

pytestmark = pytest.mark.slow
ANSWERS = load()
RIGHT = [answer for answer in ANSWERS if answer.right]
WRONG = [answer for answer in ANSWERS if not answer.right]
SOME = int(os.environ.get("SEEDS", "3"))
ALL = max(4, SOME)


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_earns_all_marks(answer: Answer, submit: Running) -> None:
    submission = submit(answer)
    student = Student(submission)
    found = judge(answer.lesson, answer.exercise, student)
    assert lost(found) == []
    seen = recognised(answer.lesson, answer.exercise, student, found)
    assert [entry.id for entry in seen if not entry.criteria] == []
    assert unlucky(answer, submission, []) == {}


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_loses_marks_where_it_is_wrong_and_is_told_why(answer: Answer, submit: Running) -> None:
    submission = submit(answer)
    student = Student(submission)
    found = judge(answer.lesson, answer.exercise, student)
    missing = lost(found)
    assert answer.loses in missing
    if answer.status == "error":
        assert not found.attempted
    else:
        assert told(answer, student, found) == answer.misconception
        assert first_sentence(found) == recorded(answer.lesson).get(str(answer), first_sentence(found))
    assert unlucky(answer, submission, missing) == {}


def told(answer: Answer, student: Student, found: Verdicts) -> str | None:
    """The misconception of the criterion that is about the mistake."""
    diagnose(answer.lesson, answer.exercise, student, found)
    return {one.name: one.misconception for one in found.criteria}[answer.loses]


def unlucky(answer: Answer, submission: Submission, missing: list[str]) -> dict[int, list[str]]:
    """What an answer that draws random numbers loses instead of these criteria, by the seeds under which it does."""
    found = {}
    for seed in range(1, ALL if answer.right or "shuffled" in answer.name else SOME) if answer.random else ():
        submission.seed = seed
        found[seed] = lost(judge(answer.lesson, answer.exercise, Student(submission)))
    return {seed: names for seed, names in found.items() if names != missing}


def test_chance_has_a_part_in_many_answers() -> None:
    assert sum(answer.random for answer in ANSWERS) > 150
