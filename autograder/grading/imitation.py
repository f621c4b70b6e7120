"""A student in this process, whose function is one of ours: a wrong answer of the catalogue, or the reference."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.graders.student import Aside, Call, StudentError, Throws, deform, twin
from autograder.lesson.reference import Reference

OURS = __name__.partition(".")[0]


class Imitation:
    """Answers one exercise with `answer`, and all others with the lesson's; looks like a `Student` to a grader."""

    def __init__(self, exercise: str, answer: Callable[..., Any], reference: Reference) -> None:
        self._exercise = exercise
        self._answer = answer
        self._reference = reference
        self.calls: list[Call] = []
        self.grad_enabled = True
        self.switched: dict[str, str] = {}
        self.leaves: tuple[bool, ...] = ()
        self.aside = Aside(self)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._call(name, args)

    def forget(self) -> None:
        """Start a new list of calls."""
        self.calls = []

    def throws(self, seeds: Sequence[int]) -> Throws:
        """Its functions, to be asked the same so many times: what they draw is other numbers each time in any case."""
        return Throws(self, seeds)

    def _thrown(self, name: str, args: tuple[Any, ...], seeds: Sequence[int]) -> list[tuple[Any, ...]]:
        for _ in seeds:
            self._call(name, tuple(map(twin, args)))
        return [call.after for call in self.calls[-len(seeds) :]]

    def _call(self, name: str, args: tuple[Any, ...], *, drawn: bool = False) -> Any:
        call = Call(name, tuple(map(twin, args)), drawn=drawn)
        function = self._answer if name == self._exercise else getattr(self._reference, name)
        try:
            with warnings.catch_warnings(action="ignore"):  # as in a worker
                value = function(*args)
            self.grad_enabled = torch.is_grad_enabled()
        except Exception as error:
            failure = StudentError(type(error).__name__, str(error), "", _origin(error))
            self.calls.append(dataclasses.replace(call, raised=failure, left=tuple(map(twin, args))))
            raise failure from error
        finally:
            torch.set_grad_enabled(True)
        self.leaves = tuple(arg.is_leaf for arg in args if isinstance(arg, torch.Tensor))
        after = tuple(_settled(arg, before) for arg, before in zip(args, call.args, strict=True))
        self.calls.append(
            dataclasses.replace(
                call, value=twin(value), after=after, leaves=self.leaves, grad_enabled=self.grad_enabled
            )
        )
        return value


def _settled(arg: Any, before: Any) -> Any:
    """What an argument is after a call; one that became something else is put back, as with a worker's."""
    found = twin(arg)
    if isinstance(arg, torch.Tensor) and (arg.shape, arg.dtype) != (before.shape, before.dtype):
        arg.data = before.detach().clone()
        return deform(arg, found, type(arg).__name__)
    return found


def _origin(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0] if trace else ""
    return "" if name == OURS else name  # lessons are ours, too
