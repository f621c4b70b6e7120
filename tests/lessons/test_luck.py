"""No verdict depends on luck: an answer that draws random numbers gets the same one whatever it draws.

Right answers, and wrong ones that shuffle what they should not, are graded under 20 seeds, the other wrong ones under a
few; `make stability` grades all of them under 20.
"""

from __future__ import annotations

import os

import pytest

from autograder.graders.student import Student
from autograder.grading.verdicts import judge
from tests.answers import Answer, load, lost
from tests.conftest import Running

RANDOM = [answer for answer in load() if answer.random]
ALL = 20
SOME = int(os.environ.get("SEEDS", "3"))


def test_chance_has_a_part_in_many_answers() -> None:
    assert len(RANDOM) > 150


@pytest.mark.parametrize("answer", RANDOM, ids=str)
def test_no_verdict_depends_on_luck(answer: Answer, submit: Running) -> None:
    lesson, submission, verdicts = answer.lesson, submit(answer), set()
    for submission.seed in range(ALL if answer.right or "shuffled" in answer.name else SOME):
        verdicts.add(tuple(lost(judge(lesson, answer.exercise, Student(submission)))))
    assert len(verdicts) == 1
