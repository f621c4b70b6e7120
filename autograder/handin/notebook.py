"""A notebook in a file, in whatever state it is: its cells in a known form.

What would take too much memory or time is refused, with a reason that its author can act upon.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.basics.text import savable
from autograder.lesson.manifest import CHECKS, Cell

KEY = "autograder"  # of what we put into the metadata of a notebook and its cells
MAX_BYTES = 50 << 20
MAX_PARTS = 1 << 20  # lists and objects, each of which takes a hundred bytes
MAX_OLD = 512 << 10  # bytes, of an old format: bringing it up to date is slow
MAX_CELLS = 1000
MAX_CODE = 256 << 10  # characters: Python's parser makes a thousand times as many bytes of them
NBFORMAT = 4
NBFORMAT_MINOR = 5
KINDS = ("code", "markdown", "raw")


class Unreadable(Exception):
    """The file is not this assignment's notebook; the text says why, in one line."""

    def __init__(self, why: str) -> None:
        super().__init__(_text(" ".join(why.split()))[:200])


def parse(path: Path) -> dict[str, Any]:
    """The notebook in a file, its cells in a known form, whatever else is odd about it.

    Raises:
        Unreadable: too large, not JSON, not a notebook, of a future format, or of more cells or code than one writes.
        OSError: the file cannot be opened.
    """
    content = _content(path)
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("the file is not JSON, so it is no Jupyter notebook: hand in the .ipynb file itself") from None
    except MemoryError:
        raise Unreadable("reading the file takes too much memory: clear the outputs, save, and hand in again") from None
    if not isinstance(data, dict) or type(data.get("nbformat")) is not int:
        raise Unreadable("the file is not a Jupyter notebook: it is JSON, but has no nbformat")
    if data["nbformat"] > NBFORMAT:
        raise Unreadable(
            f"the notebook is in format {data['nbformat']}, newer than this kit reads: save it as format {NBFORMAT}"
        )
    if data["nbformat"] < NBFORMAT:
        data = _upgraded(data, len(content))
    cells = list(_cells(data))
    _check_amount(cells)
    return {"nbformat": NBFORMAT, "nbformat_minor": NBFORMAT_MINOR, "metadata": {}, "cells": cells}


def grade_id(cell: Cell) -> str | None:
    """The cell's nbgrader id, if it has one."""
    marks = cell["metadata"].get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def is_checks(cell: Cell) -> bool:
    """Whether this is the graded cell of an exercise."""
    return (grade_id(cell) or "").endswith(CHECKS)


def _content(path: Path) -> bytes:
    """What is in a file, unless reading it would take too much memory."""
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES >> 20} MiB: clear the outputs, save, and hand in again")
    content = path.read_bytes()
    if content.count(b"[") + content.count(b"{") > MAX_PARTS:
        raise Unreadable(f"the file has more than {MAX_PARTS} parts: clear the outputs, save, and hand in again")
    return content


def _upgraded(data: dict[str, Any], size: int) -> dict[str, Any]:
    import nbformat  # slow to import, and needed for notebooks from before 2015 only

    version = data["nbformat"]
    if size > MAX_OLD:
        raise Unreadable(f"the notebook's old format {version} is read up to {MAX_OLD >> 10} KiB: save it as format 4")
    try:
        upgraded: dict[str, Any] = nbformat.convert(nbformat.from_dict(data), NBFORMAT)
    except Exception as error:
        raise Unreadable(f"the notebook's old format {version} cannot be read: {error}") from None
    return upgraded


def _check_amount(cells: list[Cell]) -> None:
    """Refuse what takes Python's parser more time and memory than grading does."""
    code = sum(len(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    if len(cells) > MAX_CELLS or code > MAX_CODE:
        raise Unreadable(
            f"the notebook has {len(cells)} cells with {code} characters of code; at most {MAX_CELLS} cells and "
            f"{MAX_CODE} characters are read: take out what you do not need, and hand in again"
        )


def _cells(data: dict[str, Any]) -> Iterator[Cell]:
    """The cells that are cells, with a text for a source and a dictionary for metadata."""
    cells = data.get("cells")
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict) and cell.get("cell_type") in KINDS:
            metadata = cell.get("metadata")
            yield new_cell(cell["cell_type"], _text(cell.get("source")), metadata if isinstance(metadata, dict) else {})


def new_cell(kind: str, source: str, metadata: dict[str, Any]) -> Cell:
    """A cell in the form that all of them have here."""
    marks = {"nbgrader": metadata["nbgrader"]} if "nbgrader" in metadata else {}
    cell: Cell = {"cell_type": kind, "id": "", "metadata": marks, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return savable(source) if isinstance(source, str) else ""
