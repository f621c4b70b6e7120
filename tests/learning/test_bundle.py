"""What a notebook defines now, as a cell that defines it again: with its helpers, in one namespace, with its text."""

from __future__ import annotations

import inspect
import linecache
import threading
from typing import Any

import pytest

from autograder.learning import bundle

HELPED = """
import math
SCALE = [2.0]
def helper(value):
    return math.floor(value) * SCALE[0]
def answer(value):
    return helper(value) + 1
def counted(value, seen=[]):
    seen.append(value)
    return len(seen)
"""


@pytest.fixture
def live() -> dict[str, Any]:
    """The namespace of a notebook of one cell."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    linecache.cache["<cell 7>"] = (len(HELPED), None, HELPED.splitlines(True), "<cell 7>")
    exec(compile(HELPED, "<cell 7>", "exec"), namespace)
    return namespace


def elsewhere(name: str, live: dict[str, Any]) -> dict[str, Any]:
    """The namespace of another process, after the cell."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(bundle.cell(name, live[name], live), namespace)
    return namespace


def test_helpers_come_along_and_are_looked_up_where_the_cell_ran(live: dict[str, Any]) -> None:
    there = elsewhere("answer", live)
    assert there["answer"](3.7) == 7.0
    there["SCALE"] = [10.0]
    there["helper"] = lambda value: value
    assert there["answer"](3.5) == 4.5, "what is defined there later counts"
    assert live["answer"](3.7) == 7.0, "here nothing has changed"


def test_what_is_defined_now_comes_along_and_not_what_the_text_says(live: dict[str, Any]) -> None:
    live["SCALE"] = [5.0]
    live["counted"](1)
    assert elsewhere("answer", live)["answer"](1.0) == 6.0
    assert elsewhere("counted", live)["counted"](1) == 2, "a default that remembers"


def test_a_copied_function_still_has_its_text(live: dict[str, Any]) -> None:
    copied = elsewhere("answer", live)["answer"]
    assert copied.__code__.co_filename == "<ipython-input-0-live>"
    assert inspect.getsource(copied) == "def answer(value):\n    return helper(value) + 1\n"


def test_nothing_else_stays_behind(live: dict[str, Any]) -> None:
    there = elsewhere("answer", live)
    assert {name for name in there if not name.startswith("__")} == {"answer", "helper", "SCALE", "math"}


def test_what_cannot_be_copied_is_said(live: dict[str, Any]) -> None:
    live["SCALE"] = threading.Lock()
    with pytest.raises(bundle.CannotCopy, match=r"^TypeError: cannot pickle '_thread\.lock' object$"):
        bundle.cell("answer", live["answer"], live)


def test_what_is_too_large_is_said(live: dict[str, Any]) -> None:
    live["SCALE"] = bytes(bundle.MOST + 1)
    with pytest.raises(bundle.CannotCopy, match=r"^it uses more than 4 MiB of data$"):
        bundle.cell("answer", live["answer"], live)
