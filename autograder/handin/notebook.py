"""A notebook in a file, in whatever state it is: its cells in a known form.

What would take too much memory or time is refused, with a reason that its author can act upon.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

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
MAX_PICTURE = 256 << 10  # characters of one that was pasted into a text
PICTURES = ("image/png", "image/jpeg")
KINDS = ("code", "markdown", "raw")
ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
BEYOND = bytes(range(128, 256))  # what is not ASCII
CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(?: |\r?$)", re.MULTILINE)


class Remedy(NamedTuple):
    """What to do about it, for one who hands the file in, and for a reader who keeps it."""

    handed_in: str
    at_home: str


RIGHT_FILE = Remedy(
    "hand in the .ipynb file itself",
    "if Jupyter cannot open it either, there may be an earlier one in .ipynb_checkpoints; "
    "`autograder start FOLDER` makes a fresh copy",
)
SAVE = Remedy("save the notebook, and hand in the .ipynb file again", RIGHT_FILE.at_home)
CHOOSE = Remedy("choose one of the two versions, and hand in again", "choose one of the two versions, and save")
CLEAR = Remedy("clear the outputs, save, and hand in again", "clear the outputs, and save")
SHORTEN = Remedy("take out what you do not need, and hand in again", "take out what you do not need, and save")


class Unreadable(Exception):
    """The file is not this assignment's notebook; the text says why, in one line.

    Attributes:
        at_home: the same for a reader, who hands nothing in.
    """

    def __init__(self, why: str, remedy: Remedy | None = None) -> None:
        why = _text(" ".join(why.split()))[:200]
        super().__init__(f"{why}: {remedy.handed_in}"[:200] if remedy else why)
        self.at_home = f"{why}: {remedy.at_home}" if remedy else why


class NotJson(Unreadable):
    """It is not JSON, as a notebook is for a moment when an editor writes it where it stands."""


def parse(path: Path) -> dict[str, Any]:
    """The notebook in a file, its cells in a known form, whatever else is odd about it.

    Raises:
        Unreadable: too large, not JSON, not a notebook, of a future format, or of more cells or code than one writes.
        OSError: the file cannot be opened.
    """
    return parsed(content(path))


def parsed(content: bytes) -> dict[str, Any]:
    """The notebook that this is the `content` of.

    Raises:
        Unreadable: as above.
    """
    data = loaded(content)
    cells = list(_cells(data))
    _check_amount(cells)
    return {"nbformat": NBFORMAT, "nbformat_minor": NBFORMAT_MINOR, "metadata": data["metadata"], "cells": cells}


def loaded(content: bytes) -> dict[str, Any]:
    """All that is in a notebook, in format 4, as `parsed` reads it: its cells are cells, and what else they hold.

    Raises:
        Unreadable: as above.
    """
    if content.count(b"[") + content.count(b"{") > MAX_PARTS:
        raise Unreadable(f"the file has more than {MAX_PARTS} parts", CLEAR)
    data = _json(content)
    if not isinstance(data, dict) or type(data.get("nbformat")) is not int:
        raise Unreadable("the file is not a Jupyter notebook: it is JSON, but has no nbformat")
    if data["nbformat"] > NBFORMAT:
        raise Unreadable(
            f"the notebook is in format {data['nbformat']}, newer than this kit reads: save it as format {NBFORMAT}"
        )
    if data["nbformat"] < NBFORMAT:
        data = _upgraded(data, len(content))
    found = data.get("cells")
    cells = [_whole(cell) for cell in found if _is_cell(cell)] if isinstance(found, list) else []
    return {"nbformat_minor": NBFORMAT_MINOR, **data, "metadata": _dict(data.get("metadata")), "cells": cells}


def decoded(content: bytes) -> str:
    """A file's text, in whatever encoding an editor has saved it; what is no character in it is a mark.

    A text of which nothing beyond ASCII is UTF-8 is in Windows' encoding.
    """
    for sign, encoding in ENCODINGS:
        if content.startswith(sign):
            return content.decode(encoding, "replace")
    text = content.decode("utf-8", "replace")
    bad, beyond = text.count("\ufffd"), len(content) - len(content.translate(None, BEYOND))
    return content.decode("cp1252", "replace") if bad and bad == beyond else text


def _json(content: bytes) -> Any:
    """What is in a file; a number that is none, which JSON does not have, is nothing.

    Raises:
        Unreadable: it is not JSON.
    """
    text = decoded(content)
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise Unreadable("the file is nested too deeply to be a notebook", RIGHT_FILE) from None
    except ValueError:
        raise _no_json(text) from None
    except MemoryError:
        raise Unreadable("reading the file takes too much memory", CLEAR) from None


def _no_json(text: str) -> Unreadable:
    """Why a text is no JSON, as far as its author can do something about it."""
    if not text.strip():
        return NotJson("the file is empty", SAVE)
    if found := CONFLICT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        left = f"git has left the mark {found[1]} of a merge conflict in line {line} of the file"
        return Unreadable(f"{left}, so it is no notebook any more", CHOOSE)
    return NotJson("the file is not JSON, so it is no Jupyter notebook", RIGHT_FILE)


def grade_id(cell: Cell) -> str | None:
    """The cell's nbgrader id, if it has one."""
    marks = cell["metadata"].get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def is_checks(cell: Cell) -> bool:
    """Whether this is the graded cell of an exercise."""
    return (grade_id(cell) or "").endswith(CHECKS)


def content(path: Path) -> bytes:
    """What is in a file.

    Raises:
        Unreadable: reading it would take too much memory.
        OSError: the file cannot be opened.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES >> 20} MiB", CLEAR)
    return path.read_bytes()


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
            f"{MAX_CODE} characters are read",
            SHORTEN,
        )


def _cells(data: dict[str, Any]) -> Iterator[Cell]:
    """The cells, without what is not read of them."""
    for cell in data["cells"]:
        made = new_cell(cell["cell_type"], cell["source"], cell["metadata"])
        pasted = _pictures(cell.get("attachments")) if cell["cell_type"] == "markdown" else {}
        yield {**made, "attachments": pasted} if pasted else made


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """What was pasted into a text: by name, its pictures that a page may show."""
    found = {savable(name): _dict(data) for name, data in _dict(attachments).items()}
    return {
        name: {kind: text for kind in PICTURES if isinstance(text := data.get(kind), str) and len(text) <= MAX_PICTURE}
        for name, data in found.items()
    }


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") in KINDS


def _whole(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell with a text for a source, a dictionary for metadata, and what else its kind has to have."""
    cell = {**cell, "source": _text(cell.get("source")), "metadata": _dict(cell.get("metadata"))}
    return {"execution_count": None, "outputs": [], **cell} if cell["cell_type"] == "code" else cell


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def new_cell(kind: str, source: str, metadata: dict[str, Any]) -> Cell:
    """A cell in the form that all of them have here."""
    marks = {"nbgrader": metadata["nbgrader"]} if "nbgrader" in metadata else {}
    cell: Cell = {"cell_type": kind, "id": "", "metadata": marks, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return savable(source) if isinstance(source, str) else ""
