"""Conversions that take a time or an amount that grows without bounds are stopped, and what they cost is bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from autograder.render.typeset import SMALL, typeset
from autograder.render.typesetter import Typesetter

REPEATED = {
    "blanks": " ", "blank lines": " \n", "empty lines": "\n", "quotes": '"', "three quotes": '"""x', "apostrophes": "'",
    "brackets": "(", "square brackets": "[", "links": "[a](", "pictures": "![", "braces": "{", "no-break spaces": "\xa0",
    "nested tags": "<p><b title=i>", "nested boxes": "<div>", "half tags": "<", "tables": "<table><tr><td>", "backticks": "`",
    "asterisks": "*a **b ", "underscores": "_a", "entities": "&amp;", "ampersands": "&", "ANSI": "\x1b[1;31mx", "escapes": "\x1b[",
    "quotations": ">", "lists": "- a\n  ", "rows": "|a|\n|-|\n", "dollars": "$a", "maths": "\\begin{a}", "backslashes": "\\",
    "comments": "<!--", "percents": "%%\n", "f-strings": 'f"{', "decorators": "@", "returns": "\r", "nulls": "\0",
}  # fmt: skip


def repeated(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    typesetter = Typesetter()
    typesetter.start()
    yield typesetter
    typesetter.close()


@pytest.mark.parametrize("name", REPEATED)
@pytest.mark.parametrize("kind", SMALL)
def test_what_is_set_where_nothing_can_stop_it_is_set_at_once(kind: str, name: str) -> None:
    before = time.monotonic()
    typeset(kind, repeated(REPEATED[name], SMALL[kind]))
    assert time.monotonic() - before < 5  # a twentieth of that on a machine with nothing else to do


def test_what_is_set_elsewhere_is_what_would_be_set_here(typesetter: Typesetter) -> None:
    for kind, text in {
        "code": "x = 'ä'\ndef f(): ...",
        "markdown": "# *x* <b>y</b>",
        "html": "<td>x",
        "text": "\x1b[31mx",
    }.items():
        assert typesetter.typeset(kind, text, 10) == typeset(kind, text)


def test_a_text_that_takes_too_long_costs_only_itself(typesetter: Typesetter) -> None:
    before = time.monotonic()
    assert typesetter.typeset("code", " \n" * 10_000, 0.3) is None
    assert time.monotonic() - before < 10
    assert typesetter.typeset("code", "x", 10) == typeset("code", "x")


def test_a_text_that_takes_too_much_memory_or_is_too_large_costs_only_itself(typesetter: Typesetter) -> None:
    growing = "".join(f"<p><b title={number}>" for number in range(900)) * 3
    assert typesetter.typeset("html", growing[:20_000], 20) is not None
    assert typesetter.typeset("text", "'" * (2 << 20), 20) is None  # ten megabytes of entities
    assert typesetter.typeset("code", "x", 10) == typeset("code", "x")
