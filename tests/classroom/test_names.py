"""Which names of folders can be a student's id; all others are refused with a reason, and can be told apart."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from autograder.basics.files import write
from autograder.basics.text import plain
from autograder.classroom.names import LONGEST, fault, shown

GOOD = [
    "ada", "Åsa Öberg", "李雷", "ada.lovelace@students.example.org", "=1+1,x", "*[a]?", "<svg onload=alert('live')>",
    "a" * LONGEST, "é" * (LONGEST // 2), "a'b\"c", "a\\b", "-rf", "{0}", "a b", "👩",
]  # fmt: skip
DOES_NOT_SHOW = "has a character that does not show"
BAD = {
    "ada ": "begins or ends with a blank",
    " ada": "begins or ends with a blank",
    "\u00a0ada": "begins or ends with a blank",
    "ada\n": "begins or ends with a blank",
    "\u3000": "is blank",
    ".ada": "begins with a dot",
    ".ipynb_checkpoints": "begins with a dot",
    "a\nb": DOES_NOT_SHOW,
    "a\x1b[2Jb": DOES_NOT_SHOW,
    "a\x9b2Jb": DOES_NOT_SHOW,
    "a\u202eb": DOES_NOT_SHOW,
    "a\u200bb": DOES_NOT_SHOW,
    "a\u2028b": DOES_NOT_SHOW,
    "a\U000e0041b": DOES_NOT_SHOW,
    os.fsdecode(b"M\xfcller"): "is not UTF-8",
    os.fsdecode(b"\xff" * 250): "is not UTF-8",
    "a" * (LONGEST + 1): "has 242 bytes, more than 241",
    "李" * 84: "has 252 bytes, more than 241",
}


@pytest.mark.parametrize("name", GOOD, ids=range(len(GOOD)))
def test_good_name_is_taken_and_shown_as_it_is(name: str) -> None:
    assert fault(name) is None
    assert len(name) > 60 or shown(name) == name


@pytest.mark.parametrize("name", BAD, ids=range(len(BAD)))
def test_bad_name_is_refused_with_its_reason(name: str) -> None:
    assert fault(name) == f"its folder's name {BAD[name]}: rename the folder"


@pytest.mark.parametrize("category", ["Cc", "Cf", "Cs", "Zl", "Zp"])
def test_no_character_that_hides_is_taken(category: str) -> None:
    hidden = [one for one in map(chr, range(0x110000)) if unicodedata.category(one) == category]
    assert hidden and all(fault(f"a{one}b") for one in hidden)


def test_the_longest_name_fits_wherever_it_is_used(tmp_path: Path) -> None:
    for name in ("a" * LONGEST, "é" * (LONGEST // 2)):
        write(tmp_path / f"{name}.json", "{}")
        (tmp_path / name).mkdir()
    with pytest.raises(OSError):
        write(tmp_path / f"{'a' * (LONGEST + 1)}.json", "{}")


@pytest.mark.parametrize("name", [*GOOD, *BAD], ids=range(len(GOOD) + len(BAD)))
def test_whatever_it_is_it_can_be_shown_on_one_line(name: str) -> None:
    assert shown(name) == plain(shown(name)) and len(shown(name)) <= 60
    assert shown(name).encode()


def test_names_that_look_alike_can_be_told_apart() -> None:
    assert [shown(name) for name in ("ada ", "a\u200bda", os.fsdecode(b"ad\xe4"))] == [
        "'ada '", "'a\\u200bda'", "'ad\\udce4'",
    ]  # fmt: skip
