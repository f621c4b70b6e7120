"""What graders say: which answers count as the same numbers, and what a student reads when they are not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from autograder.graders import expect
from autograder.graders.expect import Failed
from autograder.sandbox.wire import Decoder, Encoder, Foreign


def doubles(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def failure(check: Callable[..., object], *args: Any, **more: Any) -> Failed:
    with pytest.raises(Failed) as raised:
        check(*args, **more)
    return raised.value


def sent(value: Any) -> Any:
    """`value` as it arrives from the worker."""
    encoder = Encoder()
    header = json.loads(json.dumps(encoder.encode(value)))
    return Decoder(bytes(encoder.body)).decode(header)


THREE = [
    torch.tensor([1.0, 2.0, 3.0]), doubles(1, 2, 3), torch.tensor([1, 2, 3]), torch.tensor([1, 2, 3]).half(),
    torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([1.0, 2, 3]).requires_grad_(),
    np.array([1.0, 2.0, 3.0]), np.array([[1], [2], [3]], dtype=np.uint8), [1.0, 2.0, 3.0], (1, 2, 3),
    [torch.tensor(1.0), torch.tensor([2.0]), 3.0], [np.float64(1), np.float32(2), np.int64(3)],
    (torch.tensor([1.0, 2.0, 3.0]),), [np.array([1.0, 2.0, 3.0])],
]  # fmt: skip


@pytest.mark.parametrize("answer", THREE, ids=lambda answer: str(answer)[:50])
def test_three_numbers_are_right_however_they_are_wrapped(answer: Any) -> None:
    expect.values(answer, torch.tensor([1.0, 2.0, 3.0]))
    expect.values(sent(answer), doubles(1, 2, 3))


@pytest.mark.parametrize("answer", [2, 2.0, [2.0], (2.0,), (torch.tensor(2.0),), np.float32(2), torch.full((1, 1), 2)])
@pytest.mark.parametrize("expected", [2.0, torch.tensor(2.0), doubles(2)])
def test_one_number_is_right_however_it_is_wrapped(answer: Any, expected: Any) -> None:
    expect.values(answer, expected)
    expect.values(sent(answer), expected)


WRONG = [
    (torch.tensor([1.0, 3.0, 2.0]), "[1, 3, 2]"),
    (torch.tensor([[1.0], [2.0], [4.5]]), "[[1], [2], [4.5]]"),
    ([1.0, 2.0, 2.9], "[1, 2, 2.9]"),
    (np.array([3.0, 2.0, 1.0]), "[3, 2, 1] (NumPy)"),
    (torch.tensor([1.0, 2.0]), "[1, 2], of shape (2,)"),
    (torch.tensor(6.0), "6, of shape ()"),
    (torch.zeros(3, 3), "[[0, 0, 0], [0, 0, 0], [0, 0, 0]], of shape (3, 3)"),
    ([1.0, 2.0, 3.0, 4.0], "[1, 2, 3, 4]"),
    (6.0, "6"),
    (None, "None (nothing came back)"),
    ("123", "'123' (type str)"),
    ([], "[] (type list)"),
    ([[1.0], [2.0], [3.0]], "[[1], [2], [3]] (type list)"),
    ([1.0, None, 3.0], "[1, None, 3] (type list)"),
    ((torch.ones(2), torch.ones(1)), "([1, 1], [1]) (type tuple)"),
    ({"a": 1.0}, "{'a': 1} (type dict)"),
    (torch.tensor([1j]), "[1j] (type Tensor)"),
    (Foreign("generator", "<generator object>"), "a generator: <generator object> (type generator)"),
    (torch.tensor([1.0, 2.0, math.nan]), "[1, 2, nan]"),
    (torch.tensor([1.0, 2.0, math.inf]), "[1, 2, inf]"),
    ([1.0, 2.0, -math.inf], "[1, 2, -inf]"),
]


@pytest.mark.parametrize(("answer", "actual"), WRONG, ids=[actual for _, actual in WRONG])
def test_a_wrong_answer_is_shown_beside_the_right_one(answer: Any, actual: str) -> None:
    failed = failure(expect.values, answer, torch.tensor([1.0, 2.0, 3.0]), hint="Look again.", input="x = eye(3)")
    assert (failed.actual, failed.expected) == (actual, "[1, 2, 3]")
    assert (failed.hint, failed.input) == ("Look again.", "x = eye(3)")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_never_right(bad: float) -> None:
    assert failure(expect.values, doubles(bad), doubles(bad)).actual == f"[{bad}]"
    assert not expect.close(doubles(1, bad), doubles(1, bad))


EDGES = [
    (doubles(1), 1.0e-6, True), (doubles(1), 1.03e-6, False), (doubles(-1000), 1.0e-3, True),
    (doubles(-1000), 1.03e-3, False), (doubles(0), 0.9e-8, True), (doubles(0), 1.1e-8, False),
    (torch.tensor([1.0]), 1e-4, True), (torch.tensor([1.0]), 1.03e-4, False),
    (torch.tensor([0.0]), 0.9e-6, True), (torch.tensor([0.0]), 1.1e-6, False),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "off", "right"), EDGES, ids=[f"{e.tolist()} {off}" for e, off, _ in EDGES])
@pytest.mark.parametrize("sign", [1, -1])
def test_rounding_is_forgiven_by_the_precision_of_the_dtype(
    expected: torch.Tensor, off: float, right: bool, sign: int
) -> None:
    answer = expected.double() + sign * off
    answer = answer if expected.dtype is torch.float64 else answer.float()
    if right:
        expect.values(answer, expected)
    else:
        failure(expect.values, answer, expected)


def test_next_to_large_numbers_a_zero_may_be_rounded_further() -> None:
    expect.values(doubles(0.9e-6, 100), doubles(0, 100))
    failure(expect.values, doubles(1.1e-6, 100), doubles(0, 100))


def test_single_precision_on_either_side_means_its_tolerance() -> None:
    expect.values(torch.tensor([1.00005]), doubles(1))
    expect.values(doubles(1.00005), torch.tensor([1.0]))
    expect.values(1.00005, torch.tensor(1.0))
    failure(expect.values, doubles(1.00005), doubles(1))


def test_a_grader_may_set_the_tolerance() -> None:
    expect.values(doubles(1.05), doubles(1), rtol=0.1)
    failure(expect.values, doubles(1.05), doubles(1), rtol=0.01)


def test_a_failure_never_shows_the_same_text_twice() -> None:
    failed = failure(expect.values, doubles(1.000003), doubles(1))
    assert failed.actual != failed.expected


@pytest.mark.parametrize(
    ("answer", "actual"),
    [(torch.zeros(6, 6), "a tensor of shape (6, 6)"), (torch.zeros(0), "an empty tensor of shape (0,)")],
)
def test_a_shape_is_said_once(answer: torch.Tensor, actual: str) -> None:
    assert failure(expect.values, answer, torch.zeros(6)).actual == actual


@pytest.mark.parametrize("answer", [2**2000, [1.0, 2**2000]], ids=["alone", "in a list"])
def test_an_integer_beyond_all_floats_is_a_wrong_answer(answer: Any) -> None:
    failure(expect.values, answer, doubles(1, 2))


def test_numbers_are_taken_out_of_their_wrapping_in_order() -> None:
    assert expect.numbers([torch.tensor(1), 2, np.float32(0.5)]).tolist() == [1, 2, 0.5]
    assert expect.numbers(torch.tensor([[1, 2], [3, 4]])).tolist() == [1, 2, 3, 4]
    assert str(failure(expect.numbers, "a")) == "'a' (type str) instead of numbers"


def test_a_gradient_that_is_not_there_is_told_as_such_and_not_as_an_answer() -> None:
    failed = failure(expect.gradient, torch.ones(2), "a", torch.tensor([7.0, 8.0]))
    assert (failed.actual, failed.expected) == ("a.grad is None", "a.grad = [7, 8]")
    leaf = torch.ones(2, requires_grad=True)
    leaf.grad = torch.tensor([2.0, 2.0])
    expect.gradient(leaf, "a", torch.tensor([2.0, 2.0]))
    failed = failure(expect.gradient, leaf, "a", torch.tensor([7.0, 8.0]))
    assert (failed.actual, failed.expected) == ("[2, 2]", "[7, 8]")


SHAPES = [
    (torch.ones(2, 1), "a tensor of shape (2, 1)"),
    (torch.ones(()), "a tensor of shape ()"),
    ([1.0, 1.0], "[1, 1] (type list)"),
    (np.ones(2), "[1, 1] (NumPy) (type ndarray)"),
    (np.array(2.5, dtype=np.float32), "2.5 (NumPy) (type float32 of NumPy)"),
    (None, "None (nothing came back)"),
]


@pytest.mark.parametrize(("answer", "actual"), SHAPES, ids=[actual for _, actual in SHAPES])
def test_another_shape_is_told_from_the_one_wanted(answer: Any, actual: str) -> None:
    failed = failure(expect.shape, answer, (2,))
    assert (failed.actual, failed.expected) == (actual, "a tensor of shape (2,)")


def test_the_shape_and_dtype_wanted_pass() -> None:
    expect.shape(torch.ones(2), (2,))
    expect.shape(torch.tensor(1), ())
    expect.dtype(torch.ones(2), torch.float32)


def test_another_dtype_is_told_from_the_one_wanted() -> None:
    assert str(failure(expect.dtype, torch.ones(2), torch.float64)) == "dtype float32 instead of dtype float64"
    assert str(failure(expect.dtype, 1.0, torch.float64)) == "1 (type float) instead of a tensor of dtype float64"


def test_a_tensor_is_handed_on_and_nothing_else_is() -> None:
    value = torch.ones(2)
    assert expect.tensor(value) is value
    assert str(failure(expect.tensor, (value,))) == "([1, 1],) (type tuple) instead of a tensor"


@pytest.mark.parametrize(
    ("after", "shown"), [(doubles(1, 2.5), "[1, 2.5]"), (doubles(1), "[1]"), (doubles(2, 1), "[2, 1]")]
)
def test_a_changed_argument_is_shown_before_and_after(after: torch.Tensor, shown: str) -> None:
    failed = failure(expect.unchanged, after, doubles(1, 2), "x")
    assert failed.actual == f"x = {shown} afterwards"
    assert failed.expected == "x = [1, 2], as it was"


def test_an_argument_that_only_began_to_track_gradients_is_changed() -> None:
    failed = failure(expect.unchanged, doubles(1, 2).requires_grad_(), doubles(1, 2), "x")
    assert (failed.actual, failed.expected) == ("x.requires_grad is True afterwards", "x.requires_grad is still False")


def test_a_grader_can_fail_in_its_own_words() -> None:
    failed = failure(expect.fail, "a list of 3", "a list of 4 floats", hint="One an epoch.")
    assert str(failed) == "a list of 3 instead of a list of 4 floats"
    assert (failed.hint, failed.input) == ("One an epoch.", None)
    expect.true(True, "never", "shown")
    assert str(failure(expect.true, False, "nothing drawn", "a line")) == "nothing drawn instead of a line"
