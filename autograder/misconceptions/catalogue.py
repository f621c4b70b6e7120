"""Entries, how they are written down, and where they are found."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.student import Call

PACKAGE = "autograder.misconceptions"
Traces = Mapping[str, list[Call]]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Entry:
    """One misconception.

    Attributes:
        id: its short name.
        explanation: what seems to be the matter.
        hints: a counterexample, a question, the concept.
        answers: wrong answers to compare with, forms of the same mistake; or
        holds: whether what the graders have seen shows it.
        criteria: the tests whose failure a sign explains; none means all.
        last: whether all other entries come before it.
    """

    id: str
    explanation: str
    hints: tuple[str, ...]
    answers: tuple[Function, ...] = ()
    holds: Callable[[Traces], bool] | None = None
    criteria: tuple[str, ...] = ()
    last: bool = False


def wrong(answer: Function) -> Entry:
    """An entry that is recognised by comparing behaviour with this answer."""
    return Entry(*_texts(answer), answers=(answer,))


def also(*answers: Function) -> Callable[[Entry], Entry]:
    """More forms of an entry's wrong answer."""
    return lambda entry: dataclasses.replace(entry, answers=(*entry.answers, *answers))


def sign(*criteria: str, last: bool = False) -> Callable[[Function], Entry]:
    """An entry that is recognised by a predicate on the traces: {test: calls}."""
    return lambda holds: Entry(*_texts(holds), holds=holds, criteria=criteria, last=last)


def entries(exercise: str) -> tuple[Entry, ...]:
    """The exercise's entries in the order of its module, the most specific first."""
    module = _module(exercise)
    return tuple(value for value in vars(module).values() if isinstance(value, Entry)) if module else ()


def probe(exercise: str) -> Function | None:
    """What makes the further calls that tell this exercise's misconceptions apart, if any."""
    return getattr(_module(exercise), "probe", None)


def unspecified(exercise: str) -> tuple[str, ...]:
    """The aspects of a call that mean nothing for this exercise: `UNSPECIFIED` in its module."""
    names: tuple[str, ...] = getattr(_module(exercise), "UNSPECIFIED", ())
    return names


@functools.cache
def _module(exercise: str) -> Any:
    name = f"{PACKAGE}.{exercise}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _texts(function: Function) -> tuple[str, str, tuple[str, ...]]:
    parts = [" ".join(part.split()) for part in inspect.cleandoc(function.__doc__ or "").split("\n\n")]
    return function.__name__.replace("_", "-"), parts[0], tuple(parts[1:])
