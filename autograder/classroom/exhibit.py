"""A graded hand-in as pages show it: in boxes that say whose it is, and made of nothing but harmless HTML.

Every exporter of the course begins with this, formgrader's too. So no template, ours or nbconvert's, ever has a text of
a student's in its hands that it could put into a page as it is.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup, escape
from nbformat import NotebookNode, from_dict
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.handin.notebook import KEY, PICTURES, is_checks
from autograder.render.room import Room
from autograder.render.typeset import typeset

CODE, TEXT, OUTPUT = "code handed in", "text handed in", "what this code put out"
PASTED = re.compile(r"!\[[^\]\n]{0,200}\]\(attachment:([^)\s]{1,300})[^)\n]{0,300}\)")
NO_ROOM = "There is no more room on this page. The rest is in the notebook."


class Exhibit(NbGraderPreprocessor):
    """Puts harmless HTML in the place of everything that a template would show."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook, for a page."""
        about, room = nb.metadata.get(KEY) or {}, Room()
        if about.get("unreadable"):
            nb.cells = _for_marks_alone(nb.cells)
        for cell in sorted(nb.cells, key=_importance):
            _show(cell, about, room)
        nb.cells = [cell for cell in nb.cells if cell.source or _marks(cell)]
        nb.metadata = NotebookNode({KEY: about})
        _escape_names(resources)
        return nb, resources


def _for_marks_alone(cells: list[NotebookNode]) -> list[NotebookNode]:
    """What formgrader needs for marks and comments, of a notebook that is nobody's; the first says what is wrong."""
    kept = [cell for cell in cells if _marks(cell)]
    for cell in kept:
        cell.source = ""
    for cell in list(filter(is_checks, kept))[1:]:
        cell.outputs = []
    return kept


def _importance(cell: NotebookNode) -> int:
    """Answers come first, so that nothing else takes their room."""
    return 0 if _marks(cell) else 1


def _marks(cell: NotebookNode) -> dict[str, Any]:
    marks: dict[str, Any] = cell.metadata.get("nbgrader") or {}
    return marks


def _show(cell: NotebookNode, about: Any, room: Room) -> None:
    marks, lesson = _marks(cell), cell.metadata.get(KEY)
    outputs = cell.pop("outputs", [])
    pasted = cell.pop("attachments", None) or {}
    if cell.cell_type == "code":
        cell.execution_count = None
        cell.outputs = [_display(html) for html in [_put_out(outputs, marks, about, room)] if html]
    cell.source = _source(cell, marks, lesson, room, pasted)
    cell.cell_type = "code" if cell.cell_type == "code" else "markdown"  # templates leave raw cells out
    cell.metadata = NotebookNode({name: cell.metadata[name] for name in ("nbgrader", KEY) if name in cell.metadata})


def _source(cell: NotebookNode, marks: dict[str, Any], lesson: Any, room: Room, pasted: Any) -> Markup:
    """The cell itself: what the lesson wrote is brief or behind a click, and remembered for the next page."""
    if not cell.source:
        return Markup("")
    if marks.get("grade"):
        return _folded("the visible examples", cell.source)
    if lesson and cell.cell_type == "code":
        return _folded("code of the lesson" + (", not run again" if lesson.get("idle") else ""), cell.source)
    if lesson:
        return _headings(cell.source)
    if not room.left():
        return Markup(f'<p class="left-out">{NO_ROOM}</p>') if marks else Markup("")
    if cell.cell_type == "code":
        return box(CODE, [_inside("source", room.show("code", cell.source))])
    return box(TEXT, [room.plain(cell.source)] if cell.cell_type == "raw" else _text_and_pictures(cell, room, pasted))


def _text_and_pictures(cell: NotebookNode, room: Room, pasted: Any) -> list[Markup]:
    """A text, and below it the pictures that were pasted into it."""
    names, text = [unquote(name) for name in PASTED.findall(cell.source)], PASTED.sub("", cell.source)
    parts = [room.show("markdown", text)] if text.strip() else []
    for name in names:
        if room.left():
            data = pasted.get(name) if isinstance(pasted, dict) else None
            kind = next((kind for kind in PICTURES if isinstance(data, dict) and kind in data), "")
            parts.append(room.picture(kind, _text(data[kind]) if data and kind else ""))
    return parts


@functools.lru_cache(maxsize=200)
def _folded(summary: str, source: str) -> Markup:
    return _inside(
        "source", Markup("<summary>") + summary + Markup("</summary>"), Markup(typeset("code", source)), tag="details"
    )


@functools.lru_cache(maxsize=200)
def _headings(source: str) -> Markup:
    lines = [line for line in source.split("\n") if line.startswith("#")]
    return Markup("").join(_inside("lesson", Markup(typeset("markdown", line))) for line in lines)


def _put_out(outputs: list[NotebookNode], marks: dict[str, Any], about: Any, room: Room) -> Markup:
    """What stands below a cell: in a graded one our report, as it was when we wrote it, and else what code put out."""
    if marks.get("grade"):
        pages = [output.data.get("text/html", "") for output in outputs if output.output_type == "display_data"]
        if pages and seal(pages[0]) == (about.get("reports") or {}).get(marks.get("grade_id")):
            return _inside("autograder", Markup(pages[0]))
    shown = [_output(output, room) for output in outputs if room.left()]
    return box(OUTPUT, shown) if shown else Markup("")


def clean_html(text: str) -> Markup:
    """nbconvert's filter of that name, for what `Exhibit` has made and for all else."""
    return text if isinstance(text, Markup) else Room().show("html", str(text))


def markdown2html(text: str) -> Markup:
    """Likewise."""
    return text if isinstance(text, Markup) else Room().show("markdown", text)


def highlight_code(text: str, **_: Any) -> Markup:
    """Likewise."""
    return text if isinstance(text, Markup) else Room().show("code", text)


def seal(page: str) -> str:
    """What our report in a graded cell is known by: the notebook may have been run again since it was written."""
    return hashlib.sha256(page.encode("utf-8", "replace")).hexdigest()


def box(whose: str, parts: Iterable[Markup]) -> Markup:
    """What is a student's: it cannot leave its box, and the box says what it is."""
    return _inside("theirs", _inside("whose", whose, tag="p"), *parts)


def _output(output: NotebookNode, room: Room) -> Markup:
    kind = output.get("output_type")
    if kind == "stream":
        return _inside("output", room.show("text", _text(output.get("text"))))
    if kind == "error":
        return _inside("output error", room.show("text", "\n".join(map(_text, output.get("traceback", ())))))
    return _inside("output", _data(output.get("data", {}), room))


def _inside(css: str, *parts: str, tag: str = "div") -> Markup:
    """An element of this class around some HTML and texts; a text is escaped when it is added."""
    return Markup("").join([Markup(f'<{tag} class="{css}">'), *parts, Markup(f"</{tag}>")])


def _data(data: Any, room: Room) -> Markup:
    """The first of these that there is; nothing else is ever shown."""
    if "text/html" in data:
        return room.show("html", _text(data["text/html"]))
    if "text/markdown" in data:
        return room.show("markdown", _text(data["text/markdown"]))
    if "text/latex" in data:
        return room.plain(_text(data["text/latex"]))
    for kind in PICTURES:
        if kind in data:
            return room.picture(kind, _text(data[kind]))
    return room.show("text", _text(data.get("text/plain")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _display(html: Markup) -> NotebookNode:
    output: NotebookNode = from_dict({"output_type": "display_data", "data": {}, "metadata": {}})
    output.data["text/html"] = html
    return output


def _escape_names(resources: Any) -> None:
    """Formgrader's template puts these into its page as they are."""
    for name in ("student", "last_name", "first_name", "notebook_path"):
        if isinstance(resources.get(name), str):
            resources[name] = escape(resources[name])
