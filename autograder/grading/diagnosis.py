"""Says of each lost criterion what seems to be the matter: an entry of the catalogue, or what differs in plain words.

A wrong answer of the catalogue is run through the same grader as the student's was, in this process. It explains a
lost criterion if it loses it too, and if the student's function behaves like it in every call and every aspect in
which it behaves unlike the lesson's answer. In other aspects there may be other mistakes, unless the entry says that
the numbers are right: then all that came back are compared with the lesson's.

What an exception means is said by the student's own cells first, if one of them is the cause.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch

from autograder.graders import expect
from autograder.graders.catalogue import Entry, Traces
from autograder.graders.errors import raised
from autograder.graders.student import Call, Student
from autograder.grading.cells import Cells
from autograder.grading.imitation import Imitation
from autograder.grading.misconceptions import Misconceptions
from autograder.grading.verdicts import Verdicts, judge
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Verdict

log = logging.getLogger(__name__)
Aspects = dict[str, Any]
PROBE = "probe"
LEFT = "left "  # before an aspect of an argument, of a call that raised: it is not that of one that came back
RESULT = ("value", "kind", "shape", "dtype", "tracked")  # the aspects of what a call returns


def diagnose(lesson: Lesson, exercise: str, student: Student, found: Verdicts, cells: Cells | None = None) -> None:
    """Put diagnosis, hints and the misconception's id into the criteria that were lost, by asking the student more."""
    with warnings.catch_warnings(action="ignore"):  # torch and NumPy have some for wrong answers
        _diagnose(lesson, exercise, student, found, cells or Cells(()))


def prepare(lesson: Lesson) -> Iterator[None]:
    """Run the catalogue's own answers before they are needed, one at each step: they take some seconds together."""
    for exercise in (task.id for task in lesson.tasks):
        for answer in (answer for entry in _known(lesson).of(exercise) for answer in entry.answers):
            with warnings.catch_warnings(action="ignore"):
                _deviations(lesson, exercise, answer)
            yield


def _diagnose(lesson: Lesson, exercise: str, student: Student, found: Verdicts, cells: Cells) -> None:
    matching = recognised(lesson, exercise, student, found)
    for index, (test, criterion) in enumerate(zip(found.traces, found.criteria, strict=True)):
        if criterion.status is Verdict.FAILED:
            error = _error(found.traces, test)
            entry = (error and _cause(cells, error)) or _entry(lesson, exercise, test, matching, found.traces, error)
            found.criteria[index] = criterion if entry is None else _told(criterion, entry)


def recognised(lesson: Lesson, exercise: str, student: Student, found: Verdicts) -> list[Entry]:
    """Every entry that fits, by asking the student more; of several, the first that is about a criterion is told."""
    known, fixed = _known(lesson), _fixed(found.traces)
    traces = {**fixed, PROBE: _probed(lesson, exercise, student)}
    matching = [entry for entry in known.of(exercise) if _fits(lesson, exercise, entry, traces)]
    matching.sort(key=lambda entry: (entry.last, -_evidence(lesson, exercise, entry)))
    return matching + [entry for entry in known.common if _holds(entry, fixed)]


@functools.cache
def _known(lesson: Lesson) -> Misconceptions:
    return Misconceptions(lesson.folder)


def _cause(cells: Cells, error: Call) -> Entry | None:
    failure = raised(error)
    return None if failure is None else cells.cause(failure)


def _entry(
    lesson: Lesson, exercise: str, test: str, matching: list[Entry], traces: Traces, error: Call | None
) -> Entry | None:
    own = (entry for entry in matching if _explains(lesson, exercise, entry, test, traces))
    said = (entry for entry in _known(lesson).errors if error is not None and _holds(entry, {test: [error]}))
    return next(own, None) or next(said, None)


def _told(criterion: Criterion, entry: Entry) -> Criterion:
    first, *more = entry.hints
    return dataclasses.replace(
        criterion, diagnosis=entry.explanation, hint=first, more_hints=tuple(more), misconception=entry.id
    )


def _error(traces: Traces, test: str) -> Call | None:
    """The call whose exception lost this criterion: its own last one, or any if no call came to its end."""
    calls = traces[test]
    if calls and raised(calls[-1]) is not None:
        return calls[-1]
    everything = [call for found in traces.values() for call in found]
    return everything[0] if everything and all(raised(call) for call in everything) else None


def _explains(lesson: Lesson, exercise: str, entry: Entry, test: str, traces: Traces) -> bool:
    if entry.criteria and test not in entry.criteria:
        return False
    if not entry.answers:
        return not entry.alone or _holds(entry, {test: traces[test]})
    return any(test in _imitated(lesson, exercise, answer)[1] for answer in entry.answers)


def _fits(lesson: Lesson, exercise: str, entry: Entry, traces: Traces) -> bool:
    if entry.exact and not _right(lesson, exercise, traces):
        return False
    if entry.holds is not None:
        return _holds(entry, traces)
    every = (_deviations(lesson, exercise, answer) for answer in entry.answers)
    return any(places and all(_agrees(traces, *place) for place in places) for places in every)


def _right(lesson: Lesson, exercise: str, traces: Traces) -> bool:
    """Whether all numbers that came back, returned or changed in place, are those of the lesson's answer."""
    model, _ = _imitated(lesson, exercise, getattr(lesson.reference, exercise))
    pairs = [
        (_aspects(one), _aspects(other))
        for test, calls in model.items()
        for one, other in zip(calls, traces.get(test, ()), strict=False)
        if one.raised is None and other.answered and other.raised is None and not one.drawn
    ]
    return bool(pairs) and all(
        _same(theirs.get(aspect), value)
        for ours, theirs in pairs
        for aspect, value in ours.items()
        if aspect == "value" or aspect.startswith("arg:")
    )


def _holds(entry: Entry, traces: Traces) -> bool:
    """Whether a sign shows. What a student's code made may be unreadable for it, and then it does not."""
    try:
        return entry.holds is not None and bool(entry.holds(traces))
    except Exception:
        log.debug("the sign %s cannot read this", entry.id, exc_info=True)
        return False


def _evidence(lesson: Lesson, exercise: str, entry: Entry) -> int:
    """How much an entry explains: of two that fit, the more specific wins; signs first, in the catalogue's order."""
    return max((len(_deviations(lesson, exercise, answer)) for answer in entry.answers), default=10_000)


def _agrees(traces: Traces, test: str, index: int, aspect: str, value: Any) -> bool:
    calls = traces.get(test, [])
    return index < len(calls) and _same(_aspects(calls[index]).get(aspect), value)


@functools.cache
def _deviations(lesson: Lesson, exercise: str, answer: Callable[..., Any]) -> list[tuple[str, int, str, Any]]:
    """Where a wrong answer behaves unlike the lesson's: test, number of the call, aspect, and what it is there."""
    right, _ = _imitated(lesson, exercise, getattr(lesson.reference, exercise))
    ignored = (*_known(lesson).unspecified(exercise), *(RESULT if _silent(right) else ()))
    return [
        (test, index, aspect, value)
        for test, calls in _imitated(lesson, exercise, answer)[0].items()
        for index, (call, model) in enumerate(zip(calls, right[test], strict=False))
        if model.raised is None and not call.drawn  # what a probe asks aside is for signs alone
        for aspect, value in _aspects(call).items()
        for plain in [aspect.removeprefix(LEFT)]
        if plain.partition(":")[0] not in ignored and not _same(_aspects(model).get(plain), value)
    ]


def _silent(traces: Traces) -> bool:
    """Whether the function returns nothing, so that what a student's returns does not matter."""
    return all(call.value is None for calls in traces.values() for call in calls)


@functools.cache
def _imitated(lesson: Lesson, exercise: str, answer: Callable[..., Any]) -> tuple[Traces, frozenset[str]]:
    """The calls of one of our answers by test, and the tests that it fails."""
    student: Any = Imitation(exercise, answer, lesson.reference)
    found = judge(lesson, exercise, student)
    probed = _probed(lesson, exercise, student)
    failed = (test for test, one in zip(found.traces, found.criteria, strict=True) if one.status is not Verdict.PASSED)
    return {**_fixed(found.traces), PROBE: probed}, frozenset(failed)


def _fixed(traces: Traces) -> dict[str, list[Call]]:
    """The calls whose inputs are the same for all. The others are left out: each hand-in was asked something else."""
    return {test: [call for call in calls if not call.drawn] for test, calls in traces.items()}


def _probed(lesson: Lesson, exercise: str, student: Student) -> list[Call]:
    student.forget()
    calls = _known(lesson).probe(exercise)
    with contextlib.suppress(Exception):  # whatever ends the student's process has cost its marks before
        if calls is not None:
            calls(student)
    return student.calls


def _aspects(call: Call) -> Aspects:
    """What can be compared of a call."""
    if not call.answered:
        return {"raised": ("", "no answer")}
    if call.raised is not None:
        return {"raised": (call.raised.type, call.raised.message), **_arguments(call.left, LEFT)}
    value = call.value
    found: Aspects = {"raised": None, "kind": type(value).__name__, "on": call.grad_enabled}
    with contextlib.suppress(expect.Failed):
        found["value"] = expect.numbers(value)
    if isinstance(value, torch.Tensor):
        found |= {"shape": tuple(value.shape), "dtype": value.dtype, "tracked": value.requires_grad}
    found |= {f"leaf:{index}": leaf for index, leaf in enumerate(call.leaves)}
    return found | _arguments(call.after)


def _arguments(args: tuple[Any, ...], prefix: str = "") -> Aspects:
    """What can be compared of a call's arguments, as it left them."""
    found: Aspects = {}
    for index, arg in enumerate(arg for arg in args if isinstance(arg, torch.Tensor)):
        grad = arg.grad if arg.is_leaf and arg.grad is not None else torch.zeros_like(arg)
        found |= {f"arg:{index}": _numbers(arg), f"grad:{index}": _numbers(grad)}
        found[f"requires:{index}"] = arg.requires_grad
    return {prefix + aspect: value for aspect, value in found.items()}


def _numbers(value: Any) -> torch.Tensor | None:
    """The real numbers in a value; None if they are none."""
    try:
        return expect.numbers(value)
    except expect.Failed:
        return None


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.shape == other.shape and torch.allclose(one, other, rtol=1e-4, atol=1e-5, equal_nan=True)
    return type(one) is type(other) and bool(one == other)
