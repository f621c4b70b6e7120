"""What code refers to, read from the source without running it."""

from __future__ import annotations

import ast
import functools
import re
import symtable
from collections.abc import Collection, Iterable

from autograder.handin.parser import Parser

Body = list[ast.stmt]
MAGIC = re.compile(r"^[^\S\n]*[%!].*$", re.MULTILINE)  # within a line: from each of many empty ones it would go on
SMALL = 8 << 10  # characters of a source that no parser makes much of: 16 MiB at most
DYNAMIC = {"__main__", "dir", "eval", "exec", "get_ipython", "globals", "locals", "vars"}


def parse(source: str) -> Body | None:
    """The statements of a code cell, magics aside; None if it is no Python, or Python itself takes too much for it.

    They are remembered until somebody calls `forget`.
    """
    known = _trees()
    if source not in known:
        known[source] = _parse(MAGIC.sub("", source))
    return known[source]


def forget(ours: Collection[str]) -> None:
    """Remember none but the lesson's own cells, which are in every hand-in; the next one has its own time, too."""
    _parser.cache_clear()
    known = _trees()
    for source in [source for source in known if source not in ours]:
        del known[source]


@functools.cache
def _trees() -> dict[str, Body | None]:
    return {}


@functools.cache
def _parser() -> Parser:
    return Parser()


def _parse(text: str) -> Body | None:
    if len(text) > SMALL and not _parser().takes(text):
        return None
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def reached(trees: Iterable[Body | None], function: str) -> set[str]:
    """The names that `function` uses, directly or through other functions of these cells."""
    uses: dict[str, set[str]] = {}
    for tree in trees:
        for node in tree or []:
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
