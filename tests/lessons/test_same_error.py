"""An entry that says of some code that it "gives the same error": it does, and the kit takes it for this entry's."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest
import torch

from autograder.graders.catalogue import Entry
from autograder.graders.student import Call, StudentError
from autograder.grading.misconceptions import Misconceptions
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson

SAME = re.compile(r"(.*?)gives? (?:the same|this) error")
CODE = re.compile(r"`([^`]+)`(,? twice)?")
EVERYTHING = [
    (lesson, entry)
    for lesson in map(Lesson.load, shelf.names())
    for known in [Misconceptions(lesson.folder)]
    for entry in (*known.errors, *(one for task in lesson.tasks for one in known.of(task.id)))
]
SAYING = [
    pytest.param(lesson, entry, code, id=entry.id)
    for lesson, entry in EVERYTHING
    for text in entry.hints
    if (said := SAME.search(text))
    for code in [said[1]]
]


def error(words: str) -> StudentError:
    """What the code in these words raises."""
    lines = [f"{code} pass" if code.endswith(":") else code for code, _ in CODE.findall(words)]
    lines += [code for code, twice in CODE.findall(words) if twice]
    space: dict[str, Any] = {"torch": torch, "w": torch.tensor([1.0, 2.0], requires_grad=True)}
    for number, line in enumerate(lines):
        try:
            exec(line, space)
        except Exception as found:
            if number == len(lines) - 1:
                return StudentError(type(found).__name__, str(found), "")
            assert isinstance(found, NameError), (line, found)  # what is only named there, such as `ax.title`
    raise AssertionError(f"nothing fails: {lines}")


@pytest.mark.parametrize(("lesson", "entry", "words"), SAYING)
def test_the_code_gives_the_error_that_the_entry_is_about(lesson: Lesson, entry: Entry, words: str) -> None:
    traces = {"one": [Call("predict", (), raised=error(words))]}
    known = [one.id for one in Misconceptions(lesson.folder).errors if _holds(one, traces)]
    assert known[:1] == [entry.id] or (entry.id not in known and _holds(entry, traces))


def _holds(entry: Entry, traces: Any) -> bool:
    with contextlib.suppress(Exception):
        return entry.holds is not None and entry.holds(traces)
    return False


def test_some_say_so() -> None:
    assert len(SAYING) >= 8
