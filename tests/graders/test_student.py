"""A student's functions, called from here: an argument is to them what it would be to a caller in their own notebook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from autograder.graders.student import Student
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission

CELL = """
import random, torch
seen = []

def met(a):
    seen.append(a)
    return sum(a is other for other in seen)

def shift(a):
    with torch.no_grad():
        a += 1

def reshape(a):
    a.data = a.data.reshape(1, -1)

def draw(a):
    a += random.random() + torch.rand(1)

def switch(a):
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
"""


@pytest.fixture
def student(warm: WarmProcess) -> Iterator[Student]:
    with Submission(warm, [CELL], Limits(cell=10, call=10)) as submission:
        submission.run()
        yield Student(submission)


def test_one_tensor_is_one_tensor_in_every_call(student: Student) -> None:
    a, other = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    assert [student.met(a), student.met(other), student.met(a), student.met(a)] == [1, 1, 2, 3]


def test_and_another_one_after_the_criterion(student: Student) -> None:
    a = torch.ones(2)
    student.met(a)
    student.forget()
    assert student.met(a) == 1


def test_it_has_the_numbers_and_the_gradient_that_it_has_here(student: Student) -> None:
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    student.shift(a)
    with torch.no_grad():
        a *= 10
    a.grad = torch.tensor([5.0, 6.0])
    student.shift(a)
    assert a.tolist() == [21.0, 31.0] and a.grad.tolist() == [5.0, 6.0]
    assert student.met(a) == 1


def test_what_a_call_has_made_something_else_of_is_handed_over_as_it_was(student: Student) -> None:
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    student.met(a)
    student.reshape(a)
    assert student.calls[-1].after[0].shape == (1, 2)
    assert student.met(a) == 1 and a.shape == (2,)


def test_another_seed_is_other_numbers_and_the_same_seed_is_the_same(student: Student) -> None:
    found = [float(a) for (a,) in student.throws([0, 1, 2, 1]).draw(torch.zeros(1))]
    a = torch.zeros(1)
    student.draw(a)
    assert len(set(found)) == 3 and found[1] == found[3] and found[0] == float(a)


def test_what_a_call_leaves_switched_is_told_and_has_no_part_in_the_next(student: Student) -> None:
    student.switch(torch.ones(1))
    assert student.switched == {"default dtype": "float64", "default device": "meta"}
    student.draw(torch.ones(1))
    assert student.switched == {}
