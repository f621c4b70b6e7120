"""Which of a notebook's functions an answer reaches, read from the source without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


def parse(source: str) -> list[ast.stmt] | None:
    """The statements of a code cell, magics aside; None if it is no Python."""
    try:
        return ast.parse(MAGIC.sub("", source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def reached(sources: Iterable[str], function: str) -> set[str]:
    """The names that `function` uses, directly or through other functions of these cells."""
    uses: dict[str, set[str]] = {}
    for source in sources:
        for node in parse(source) or []:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                uses[node.name] = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    found: set[str] = set()
    new = {function}
    while new:
        found |= new
        new = set().union(*(uses.get(name, set()) for name in new)) - found
    return found
