"""What code refers to, read from the source without running it."""

from __future__ import annotations

import ast
import contextlib
import functools
import re
import symtable
from collections.abc import Collection, Iterable
from typing import Any

from autograder.handin.parser import Parser

Body = list[ast.stmt]
MAGIC = re.compile(r"^[^\S\n]*[%!].*$", re.MULTILINE)  # within a line: from each of many empty ones it would go on
EMPTY = re.compile(r"(?:[^\S\n]*\n)+")
CELL_MAGIC = re.compile(r"\s*%%(\w+)")
RUNNING = ("time", "capture", "prun")  # the magics that run their cell in the notebook itself
SMALL = 8 << 10  # characters of a source that no parser makes much of: 16 MiB at most
DYNAMIC = {"__main__", "dir", "eval", "exec", "get_ipython", "globals", "locals", "vars"}


def parse(source: str) -> Body | None:
    """The statements of a code cell, magics aside; None if it is no Python, or Python itself takes too much for it.

    They are remembered until somebody calls `forget`.
    """
    known = _trees()
    if source not in known:
        known[source] = _parse(plain(source))
    return known[source]


def forget(ours: Collection[str]) -> None:
    """Remember none but the lesson's own cells, which are in every hand-in; the next one has its own time, too."""
    _parser.cache_clear()
    known: tuple[dict[str, Any], ...] = (_trees(), _names())
    for each in known:
        for source in [source for source in each if source not in ours]:
            del each[source]


@functools.cache
def _trees() -> dict[str, Body | None]:
    return {}


@functools.cache
def _names() -> dict[str, set[str]]:
    return {}


@functools.cache
def _parser() -> Parser:
    return Parser()


def _parse(text: str) -> Body | None:
    if len(text) > SMALL and not _parser().takes(text):
        return None
    try:
        return [node for node in ast.parse(text).body if not _is_magic(node)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_magic(node: ast.stmt) -> bool:
    """Whether IPython has made this statement of a magic or a question."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))))):
            return True
    return False


def plain(source: str) -> str:
    """A cell as the Python that it means: IPython's magics, questions and indented cells are brought into that form."""
    if len(source) > SMALL:
        return MAGIC.sub("", source)
    if (magic := CELL_MAGIC.match(source)) is not None:
        return plain(MAGIC.sub("", source, count=1)) if magic[1] in RUNNING else ""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        from IPython.core.inputtransformer2 import TransformerManager  # slow to import, and seldom needed

        head = EMPTY.match(source)  # which it takes away
        with contextlib.suppress(Exception):  # of what is no Python either way
            return (head[0] if head else "") + TransformerManager().transform_cell(source)
    return source


def binds(source: str) -> set[str]:
    """The names that a cell binds when it is run: by assignments of any kind, imports, loops, with; in blocks, too."""
    known = _names()
    if source not in known:
        known[source] = _binds(source)
    return known[source]


def _binds(source: str) -> set[str]:
    body = parse(source)
    if body is None:
        return set(re.findall(r"^def\s+(\w+)", source, re.MULTILINE))
    try:
        return _bound(plain(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


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
    """`_bound`, remembered: of the lesson's own cells only."""
    return _bound(source)


def _bound(source: str) -> set[str]:
    """The names that a cell of plain Python binds at its top level."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
