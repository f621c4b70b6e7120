"""What graders say: `expect.values(student.double(x), reference.double(x))`.

Each function returns when its expectation holds and otherwise raises `Failed` with what a student needs to see.
Values are compared leniently in shape, dtype and container, so that a wrong shape or dtype costs the criterion that
is about it and no other.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
import torch

from autograder.basics.advice import Advice
from autograder.graders.difference import describe
from autograder.graders.show import MANY
from autograder.graders.show import shape as show_shape
from autograder.graders.show import show as show  # graders say expect.show
from autograder.graders.student import Student, deformed
from autograder.lesson.report import DRAWN as DRAWN  # graders say expect.DRAWN
from autograder.sandbox.wire import Foreign

RTOL = {torch.float64: 1e-6}
RTOL_SINGLE = 1e-4
LOOKED_UP = "Right for the inputs that everybody gets, and wrong for these, which nobody but you gets."
BY_HEART = "Does your function compute its answer from what it is given, or does it know a few answers by heart?"


class Failed(Exception):
    """An expectation did not hold. Texts that are None are filled in from the criterion and its last call.

    Attributes:
        diagnosis: what differs, in plain words.
    """

    def __init__(
        self,
        actual: str | None,
        expected: str | None,
        *,
        hint: str | None = None,
        input: str | None = None,
        diagnosis: str | None = None,
    ) -> None:
        super().__init__(f"{actual} instead of {expected}")
        self.actual = actual
        self.expected = expected
        self.hint = hint
        self.input = input
        self.diagnosis = diagnosis


def fail(actual: str | None, expected: str | None, **more: str | None) -> NoReturn:
    """Fail in the grader's own words."""
    raise Failed(actual, expected, **more)


def true(condition: bool, actual: str | None, expected: str | None, **more: str | None) -> None:
    """Fail in the grader's own words unless `condition` holds."""
    if not condition:
        raise Failed(actual, expected, **more)


def tensor(value: Any, expected: str = "a tensor") -> torch.Tensor:
    """`value`, which must be a tensor."""
    if not isinstance(value, torch.Tensor):
        raise Failed(f"{show(value)} ({kind(value)})", expected)
    if deformed(value):
        raise Failed(deformed(value), expected)
    return value


def shape(value: Any, wanted: tuple[int, ...], *, input: str | None = None) -> None:
    """A tensor of exactly this shape."""
    found = tensor(value, f"a tensor of shape {wanted}")
    if tuple(found.shape) != wanted:
        diagnosis = None
        if found.numel() == torch.Size(wanted).numel():
            amount = "missing" if found.dim() < len(wanted) else "too many"
            diagnosis = f"As many numbers as there should be; but a dimension is {amount}."
        raise Failed(
            f"a tensor of shape {show_shape(found)}", f"a tensor of shape {wanted}", diagnosis=diagnosis, input=input
        )


def dtype(value: Any, wanted: torch.dtype) -> None:
    """A tensor of exactly this dtype."""
    name = str(wanted).removeprefix("torch.")
    found = tensor(value, f"a tensor of dtype {name}")
    if found.dtype is not wanted:
        other = str(found.dtype).removeprefix("torch.")
        raise Failed(f"dtype {other}", f"dtype {name}", diagnosis=f"The numbers are {other}.")


def values(
    actual: Any,
    expected: torch.Tensor | float,
    *,
    rtol: float | None = None,
    least: float = 1.0,
    like: str = "",
    **more: str | None,
) -> None:
    """The same numbers in the same order, however they are wrapped; never nan or infinite.

    `least` is the size below which numbers count as nearly nothing (see `close`). `like` says where an expected value
    is from that is not the right one, but another of the student's own.
    """
    wanted = numbers(expected)
    said = show(wanted.tolist() if isinstance(actual, list) and wanted.numel() > MANY else expected)
    try:
        found = numbers(actual)
    except Failed as failed:
        raise Failed(failed.actual, said, **more) from None
    if found.numel() != wanted.numel() or not close(found, wanted, rtol or _rtol(actual, expected), least):
        shown = _with_shape(actual, wanted)
        if shown == show(expected) and bool(torch.isfinite(found).all()):  # equal in the digits that are shown
            shown += f" (off by up to {float((found - wanted).abs().max()):.1g})"
        with Advice("what differs"):
            more = {"diagnosis": describe(found, wanted), **more}
        if like:
            shown, said = f"{shown}; {like} {said}", "the same both times"
        raise Failed(shown, said, **more)


def gradient(owner: torch.Tensor, name: str, expected: torch.Tensor, *, input: str | None = None) -> None:
    """`values` of what is in the `.grad` of a tensor of this name."""
    if owner.grad is None:
        raise Failed(f"{name}.grad is None", f"{name}.grad = {show(expected)}", input=input)
    values(owner.grad, expected, input=input)


def computed(actual: Any, expected: torch.Tensor, *, rtol: float | None = None, input: str | None = None) -> None:
    """`values` for inputs that were drawn for this hand-in, after those that everybody gets: see `draw`."""
    values(actual, expected, rtol=rtol, input=input, diagnosis=LOOKED_UP, hint=BY_HEART)


def unchanged(value: torch.Tensor, before: torch.Tensor, name: str, **more: str | None) -> None:
    """An argument that the function had to leave alone."""
    if deformed(value):
        raise Failed(f"{name} is {deformed(value)} afterwards", f"{name} = {show(before)}, as it was", **more)
    if value.shape != before.shape or not torch.equal(value.detach(), before.detach()):
        raise Failed(f"{name} = {show(value)} afterwards", f"{name} = {show(before)}, as it was", **more)
    if value.requires_grad != before.requires_grad:
        still = f"{name}.requires_grad is still {before.requires_grad}"
        raise Failed(f"{name}.requires_grad is {value.requires_grad} afterwards", still, **more)


def world_unchanged(student: Student, **more: str | None) -> None:
    """After the last call autograd is on, and new tensors are made as they were before it."""
    true(student.grad_enabled, "autograd is switched off everywhere", "autograd is on again", **more)
    for name, value in student.switched.items():
        raise Failed(f"the {name} is {value} afterwards", f"the {name} is what it was", **more)


def numbers(value: Any) -> torch.Tensor:
    """The numbers in `value` as a flat float64 tensor, whatever holds them: (numel,)."""
    match value:
        case (one,) if isinstance(one, torch.Tensor | np.ndarray):
            return numbers(one)
        case torch.Tensor() if deformed(value):
            raise Failed(deformed(value), "numbers")
        case torch.Tensor() if not value.is_complex():
            return value.detach().to(torch.float64, copy=True).reshape(-1)
        case np.ndarray() | np.generic() if value.dtype.kind in "fiub":
            return torch.from_numpy(np.array(value, dtype=np.float64)).reshape(-1)
        case int() | float():
            return torch.tensor([_float(value)], dtype=torch.float64)
        case list() | tuple() if value and all(_single(item) for item in value):
            return torch.cat([numbers(item) for item in value])
    raise Failed(f"{show(value)} ({kind(value)})", "numbers")


def close(actual: torch.Tensor, expected: torch.Tensor, rtol: float = RTOL_SINGLE, least: float = 1.0) -> bool:
    """Equal up to rounding: within `rtol`, or a hundredth of that of the largest number. nan is equal to nothing.

    The largest number is that expected, or `least` if all are smaller.
    """
    if actual.numel() != expected.numel() or not torch.isfinite(actual).all():
        return False
    scale = max(least, float(expected.abs().max()))
    return bool(((actual - expected).abs() <= rtol * expected.abs() + 0.01 * rtol * scale).all())


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer beyond all floats
        return float("inf")


def _single(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.numel() == 1 and not value.is_complex()
    if isinstance(value, np.ndarray | np.generic):  # a NumPy scalar comes over the wire as an array of one
        return value.size == 1 and value.dtype.kind in "fiub"
    return isinstance(value, int | float)


def _rtol(*sides: Any) -> float:
    dtypes = {side.dtype for side in sides if isinstance(side, torch.Tensor)}
    return RTOL[torch.float64] if dtypes == {torch.float64} else RTOL_SINGLE


def _with_shape(actual: Any, wanted: torch.Tensor) -> str:
    if isinstance(actual, torch.Tensor) and actual.numel() != wanted.numel() and 0 < actual.numel() <= MANY:
        return f"{show(actual)}, of shape {show_shape(actual)}"
    return show(actual)


def kind(value: Any) -> str:
    """What a value is, in words: its type, as the one who made it knows it."""
    if value is None:
        return "nothing came back"
    if isinstance(value, np.ndarray) and not value.ndim:  # as which a number of NumPy's comes over the wire
        return f"type {value.dtype.name} of NumPy"
    return f"type {value.type if isinstance(value, Foreign) else type(value).__name__}"
