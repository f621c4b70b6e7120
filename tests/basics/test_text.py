"""Texts for a terminal: no character of them can hide, command or turn anything round."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest

from autograder.basics.text import SPELLED, brief, escaped, plain, portable, slug

EVERY = "".join(map(chr, range(sys.maxunicode + 1)))


def test_of_all_characters_only_those_are_left_that_show() -> None:
    left = {unicodedata.category(one) for one in plain(EVERY)}
    assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"} and {"Lu", "Mn", "So", "Zs"} <= left
    assert len(plain(EVERY)) == len(EVERY)
    assert plain(EVERY, keep="\n").count("\n") == 1


@pytest.mark.parametrize("text", ["", "Åsa", "a b", "李雷", "👩", "x²"])
def test_text_that_shows_is_left_alone(text: str) -> None:
    assert plain(text) == text == escaped(text)


def test_json_means_the_same_when_it_may_be_printed() -> None:
    text = EVERY.encode("utf-8", "ignore").decode()  # no file holds lone surrogates
    printed = escaped(json.dumps({"a": text}, ensure_ascii=False, indent=1))
    assert printed == plain(printed, keep="\n")
    assert json.loads(printed) == {"a": text}


def test_long_text_keeps_its_beginning_and_its_end() -> None:
    assert brief("abcdefghij", 10) == "abcdefghij"
    assert brief("abcdefghijk", 7) == "abcd…jk"
    assert {len(brief("x" * 300, most)) for most in (9, 60)} == {9, 60}


def test_slug_of_a_title() -> None:
    assert slug("SGD from scratch") == "sgd-from-scratch"
    assert slug("  Über 2 (two) — ways! ") == "ber-2-two-ways"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a function: <function f.<locals>.<lambda> at 0x7f8a97a06020>", "a function: <function f.<locals>.<lambda>>"),
        ("[a T: <__main__.T object at 0x7f29a6133150>]", "[a T: <__main__.T object>]"),
        ("<module 'torch' from '/home/a b/.venv/lib/python3.11/site-packages/torch/__init__.py'>",
         "<module 'torch' from 'torch/__init__.py'>"),
        ("cannot import name 'x' from 'torch' (/opt/lib/python3.12/site-packages/torch/__init__.py)",
         "cannot import name 'x' from 'torch' (torch/__init__.py)"),
        ("(C:\\kit\\Lib\\site-packages\\torch\\nn.py)", "(torch\\nn.py)"),
        ("No such file: '/tmp/autograder-ab/hand-in-x1_y/data.csv'", "No such file: './data.csv'"),
        ("4 / 2 is 0x2, at 0 and 1/3 python", "4 / 2 is 0x2, at 0 and 1/3 python"),
    ],
)  # fmt: skip
def test_what_differs_between_machines_and_runs_is_left_out(text: str, said: str) -> None:
    assert portable(text) == said


def test_signs_stay_different_where_an_encoding_has_none_of_them() -> None:
    signs = "✓✗!·–"
    for encoding in ("ascii", "latin-1", "cp1252", "cp437", "utf-8"):
        spelled = signs.encode(encoding, SPELLED).decode(encoding)
        assert len(set(spelled)) == len(spelled) == len(signs) and "?" not in spelled
    assert "“é…” ∑█▏".encode("ascii", SPELLED) == b'"e..." ?# '
    assert "\ud800".encode("utf-8", SPELLED) == b"?"
