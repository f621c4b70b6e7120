"""Which name a misspelt one was probably meant to be.

Python says so itself, but only where it prints an exception. It also never thinks of keywords.
"""

from __future__ import annotations

import difflib
import keyword
from collections.abc import Iterable
from types import FrameType
from typing import Any

ALIKE, LONGER = 0.75, 2  # difflib's ratio at least; letters more or fewer at most
BUILTINS = """
    abs all any bool dict enumerate float int isinstance len list map max min next open print range reversed round set
    sorted str sum tuple type zip
""".split()  # what is written in a lesson like this: who writes `var` means no `vars`


def suggestion(error: BaseException, frame: FrameType | None) -> str | None:
    """The name that there is where there is none of this name; `frame` is where a variable was looked for."""
    if type(error) is NameError and frame is not None:
        return _nearest(error.name, {*frame.f_locals, *frame.f_globals, *BUILTINS, *keyword.kwlist})
    if type(error) is AttributeError:
        return _nearest(error.name, dir(error.obj))
    return None


def _nearest(name: Any, candidates: Iterable[str]) -> str | None:
    """The candidate most like a name, whatever the case of its letters; hardly anybody mistypes the first one."""
    if not isinstance(name, str) or not name:  # whoever raises it may say anything
        return None
    wanted, likely = name.lower(), dict[str, str]()
    own_case_first = sorted(candidates, key=lambda candidate: (candidate[0] != name[0], candidate))
    for candidate in own_case_first:  # `Tensor` before `tensor`
        near = candidate[0].lower() == wanted[0] and abs(len(candidate) - len(name)) <= LONGER
        if near and candidate != name:
            likely.setdefault(candidate.lower(), candidate)
    found = difflib.get_close_matches(wanted, likely, 1, ALIKE)
    return likely[found[0]] if found else None
