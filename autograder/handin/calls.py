"""What code refers to, read from the source without running it."""

from __future__ import annotations

import ast
import contextlib
import functools
import re
import symtable
from collections.abc import Collection, Iterable
from typing import NamedTuple

from autograder.handin.parser import Parser

Body = list[ast.stmt]
MAGIC = re.compile(r"^[^\S\n]*[%!].*$", re.MULTILINE)  # within a line: from each of many empty ones it would go on
EMPTY = re.compile(r"(?:[^\S\n]*\n)+")
CELL_MAGIC = re.compile(r"\s*%%(\w+)")
RUNNING = ("time", "capture", "prun")  # the magics that run their cell in the notebook itself
SMALL = 8 << 10  # characters of a source that no parser makes much of: 16 MiB at most
DYNAMIC = {"__main__", "dir", "eval", "exec", "get_ipython", "globals", "locals", "vars"}


class Reading(NamedTuple):
    """What a code cell says.

    Attributes:
        body: its statements, magics aside; None if it is no Python, or Python itself takes too much for it.
        binds: the names that it binds when it is run: by assignments of any kind, imports, loops, with; in blocks, too.
    """

    body: Body | None
    binds: set[str]


def parse(source: str) -> Body | None:
    """The `body` of a code cell's `Reading`."""
    return _reading(source).body


def binds(source: str) -> set[str]:
    """The names that a code cell binds; those of its functions only if it is no Python."""
    return _reading(source).binds


def forget(ours: Collection[str]) -> None:
    """Remember none but the lesson's own cells, which are in every hand-in; the next one has its own time, too."""
    _parser.cache_clear()
    known = _readings()
    for source in [source for source in known if source not in ours]:
        del known[source]


def _reading(source: str) -> Reading:
    """A cell, read. It is remembered until somebody calls `forget`."""
    known = _readings()
    if source not in known:
        known[source] = _read_cell(source)
    return known[source]


@functools.cache
def _readings() -> dict[str, Reading]:
    return {}


@functools.cache
def _parser() -> Parser:
    return Parser()


def _read_cell(source: str) -> Reading:
    text = MAGIC.sub("", source) if len(source) > SMALL else _running(source)
    body = _parse(text)
    if body is None and len(source) <= SMALL:
        text = _transformed(text)
        body = _parse(text)
    if body is None:
        return Reading(None, set(re.findall(r"^def\s+(\w+)", source, re.MULTILINE)))
    try:
        return Reading(body, _bound(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what parses need not compile: def f(a, a): ...
        return Reading(body, {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)})


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


def _running(source: str) -> str:
    """What of a cell runs in the notebook itself: all of it, unless it begins with the magic of another program."""
    magic = CELL_MAGIC.match(source)
    if magic is None:
        return source
    return _running(MAGIC.sub("", source, count=1)) if magic[1] in RUNNING else ""


def _transformed(source: str) -> str:
    """The Python that IPython makes of a cell with magics, questions or an indented beginning."""
    from IPython.core.inputtransformer2 import TransformerManager  # slow to import, and seldom needed

    head = EMPTY.match(source)  # which it takes away
    with contextlib.suppress(Exception):  # of what is no Python either way
        return (head[0] if head else "") + TransformerManager().transform_cell(source)
    return source


def _bound(source: str) -> set[str]:
    """The names that plain Python binds at its top level."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}


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
    return bool(read & (DYNAMIC | set().union(*map(binds, others))))


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
