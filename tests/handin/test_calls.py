"""What code refers to: read in a time that grows with its length, and forgotten with its hand-in."""

from __future__ import annotations

import time

import pytest

from autograder.handin import calls

HUGE = 100_000
GREEDY = {
    "dotted import": "import a" + ".a" * (HUGE // 2),
    "attributes": "x" + ".a" * (HUGE // 2),
    "calls": "x" + "()" * (HUGE // 2),
    "indices": "x" + "[0]" * (HUGE // 3),
    "signs": "-" * HUGE + "1",
    "sums": "1" + "+1" * (HUGE // 2),
    "brackets": "(" * HUGE,
    "f-strings": "f'" + "{a}" * (HUGE // 3) + "'",
    "lambdas": "lambda:" * (HUGE // 7) + "1",
}


@pytest.mark.slow
@pytest.mark.parametrize("source", GREEDY.values(), ids=GREEDY)
def test_source_that_takes_too_much_is_no_python(source: str) -> None:
    began = time.monotonic()
    calls.parse(source)
    assert calls.refers([source], ["demo = 1"]) is False
    assert time.monotonic() - began < 60
    calls.forget([])


@pytest.mark.slow
def test_all_sources_of_one_hand_in_have_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is more here than they take on any machine, and then less than the first of them takes."""
    greedy, long = GREEDY["dotted import"], "first = 1\n" * 2000
    for seconds, found in ((60, [True, False, True, False]), (0.02, [True, True, True, True])):
        monkeypatch.setattr("autograder.handin.parser.Parser.__init__.__defaults__", (seconds,))
        calls.forget([])
        sources = f"{greedy}.b", long, f"{greedy}.c", f"{long}#"
        assert [calls.parse(source) is None for source in sources] == found
    calls.forget([])
    assert calls.parse(long) is not None
    calls.forget([])


def test_long_source_is_read_like_a_short_one() -> None:
    source = "first = 1\n" * 2000
    assert len(source) > calls.SMALL
    body = calls.parse(source)
    assert body is not None and len(body) == 2000


def test_magics_are_no_python_and_every_line_keeps_its_number() -> None:
    body = calls.parse("\n\n%matplotlib inline\n!ls\nx = 1 % 2")
    assert body is not None and body[0].lineno == 5


def test_only_the_lessons_own_trees_are_remembered() -> None:
    first, ours = calls.parse("x = 1"), calls.parse("y = 1")
    calls.forget({"y = 1"})
    assert calls.parse("y = 1") is ours
    assert calls.parse("x = 1") is not first
    calls.forget(())
