"""What code refers to, read from the source without running it."""

from __future__ import annotations

import ast
import functools
import re
import symtable
from collections.abc import Iterable

MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
DYNAMIC = {"__main__", "dir", "eval", "exec", "get_ipython", "globals", "locals", "vars"}


@functools.lru_cache(maxsize=512)  # most cells are the lesson's, in one hand-in after another
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


def refers(sources: Iterable[str], others: Iterable[str]) -> bool:
    """Whether these cells may read a global name that one of the other cells sets; when in doubt, they do."""
    read = set().union(*map(_read, sources))
    return bool(read & (DYNAMIC | set().union(*map(_set, others))))


def _read(source: str) -> set[str]:
    if parse(source) is None:
        return set(re.findall(r"\w+", source))
    names = set(re.findall(r"\w+", " ".join(MAGIC.findall(source))))
    tables = [symtable.symtable(MAGIC.sub("", source), "cell", "exec")]
    for table in tables:
        found = (symbol for symbol in table.get_symbols() if symbol.is_referenced())
        names |= {symbol.get_name() for symbol in found if symbol.is_global() or table.get_type() == "module"}
        tables += table.get_children()
    return names


@functools.lru_cache(maxsize=512)
def _set(source: str) -> set[str]:
    """The names that a cell of plain Python binds at its top level."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
