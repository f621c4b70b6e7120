"""A stub is told from an answer by what its source shows."""

from __future__ import annotations

import pytest

from autograder.lesson.stub import left, written

RAISE = "raise NotImplementedError('This exercise is not written yet.')"
SOURCES = {
    "the stub": (f'def f(x):\n    """What it does."""\n    # YOUR CODE HERE\n    {RAISE}', False, True),
    "a bare stub": ("def f(x):\n    raise NotImplementedError", False, True),
    "nothing but a plan": (f"def f(x):\n    # first double x\n    pass\n    {RAISE}", False, True),
    "the line above the answer": (f"def f(x):\n    {RAISE}\n    return 2 * x", True, True),
    "the line below the answer": (f"def f(x):\n    y = 2 * x\n    {RAISE}", True, True),
    "the line behind a branch": (f"def f(x):\n    if x:\n        return 2 * x\n    {RAISE}", True, True),
    "a check of one's own": (
        "def f(x):\n    if not x:\n        raise NotImplementedError('0')\n    return x",
        True,
        False,
    ),
    "an answer": ("def f(x):\n    return 2 * x", True, False),
    "the last of two": (f"def f(x):\n    return 2 * x\ndef f(x):\n    {RAISE}", False, True),
    "another function's answer": (f"def g(x):\n    return x\ndef f(x):\n    {RAISE}", False, True),
    "no function of the name": ("f = 3", False, False),
    "no Python": ("def f(x:", False, False),
    "longer than any stub": ("#" * 9000, True, False),
}


@pytest.mark.parametrize(("source", "more", "line"), SOURCES.values(), ids=SOURCES)
def test_what_a_function_holds_is_read_from_its_source(source: str, more: bool, line: bool) -> None:
    assert (written(source, "f"), left(source, "f")) == (more, line)
