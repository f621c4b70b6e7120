"""Entries of a catalogue of misconceptions, and how they are written down."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.graders.student import Call

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
        criteria: the tests whose failure it explains; none means all.
        last: whether all other entries come before it.
        alone: whether a sign is asked of the calls of one criterion at a time, and told for those where it shows.
        exact: whether it says that the numbers are right, so that this has to be seen in every call that came back.
    """

    id: str
    explanation: str
    hints: tuple[str, ...]
    answers: tuple[Function, ...] = ()
    holds: Callable[[Traces], bool] | None = None
    criteria: tuple[str, ...] = ()
    last: bool = False
    alone: bool = False
    exact: bool = False

    def told_for(self, *criteria: str) -> Entry:
        """The same entry, for these criteria only."""
        return dataclasses.replace(self, criteria=criteria)

    def where_it_shows(self) -> Entry:
        """The same sign, for those criteria alone whose own calls show it."""
        return dataclasses.replace(self, alone=True)

    def but_for(self, *functions: str) -> Entry:
        """The same sign, which does not look at the calls of these functions."""
        holds = self.holds
        assert holds is not None, f"{self.id} is no sign"

        def elsewhere(traces: Traces) -> bool:
            kept = {test: [call for call in calls if call.name not in functions] for test, calls in traces.items()}
            return holds(kept)

        return dataclasses.replace(self, holds=elsewhere)


def wrong(answer: Function) -> Entry:
    """An entry that is recognised by comparing behaviour with this answer."""
    return Entry(*_texts(answer), answers=(answer,))


def exact(entry: Entry) -> Entry:
    """An entry that says that the numbers are right: told only where they are the lesson's in every call."""
    return dataclasses.replace(entry, exact=True)


def also(*answers: Function) -> Callable[[Entry], Entry]:
    """More forms of an entry's wrong answer."""
    return lambda entry: dataclasses.replace(entry, answers=(*entry.answers, *answers))


def sign(*criteria: str, last: bool = False, alone: bool = False) -> Callable[[Function], Entry]:
    """An entry that is recognised by a predicate on the traces: {test: calls}."""
    return lambda holds: Entry(*_texts(holds), holds=holds, criteria=criteria, last=last, alone=alone)


def retold(entry: Entry) -> Callable[[Function], Entry]:
    """The same entry in the words of another docstring."""

    def told(words: Function) -> Entry:
        _, explanation, hints = _texts(words)
        return dataclasses.replace(entry, explanation=explanation, hints=hints)

    return told


def entries_in(module: Any) -> tuple[Entry, ...]:
    """A module's entries in the order in which they stand there."""
    return tuple(value for value in vars(module).values() if isinstance(value, Entry)) if module else ()


def _texts(function: Function) -> tuple[str, str, tuple[str, ...]]:
    parts = [" ".join(part.split()) for part in inspect.cleandoc(function.__doc__ or "").split("\n\n")]
    return function.__name__.replace("_", "-"), parts[0], tuple(parts[1:])
