"""The sample class of a lesson: small answers in `lessons/NAME/class/*.toml`, made into notebooks as students hand them in.

Each file tells about one student::

    about = "forgets to clear the gradient"
    start = "solved"                      # the other cells: "solved" (the default) or "blank"

    [answers]                             # what stands in a solution cell
    sgd_step = '''
    def sgd_step(a, lr): …
    '''

    [damage]                              # what happened to the file, all optional
    delete = ["mse-checks"]               # cells, by grade_id
    duplicate = ["fit"]
    edit = {"fit-checks" = "pass"}        # another source for a cell
    rename = {"predict" = "my-predict"}   # another grade_id
    strip = true                          # all nbgrader metadata is gone
    insert = ["while True: pass"]         # the student's own cells, behind the first code cell
    first = ["!pip install torch"]        # … before it
    append = ["predict = None"]           # … at the end
    after = {mse = "loss = mse"}          # … behind the cell of this grade_id
    bare = true                           # without the lesson's own cells, but for the first
    nbformat = 5
    text = "not a notebook"               # instead of everything

    [expected]                            # what is not simply right; every other exercise gets full marks
    note = "words of the report's note"   # of a file that cannot be read
    sgd_step = {status = "partial", score = 7.0, failed = ["the names of the criteria that it loses"]}

Run as a module, it hands the class in: ``python -m tests.sample_class COURSE_ROOT``.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.lesson import shelf
from autograder.lesson.manifest import Cell, Lesson
from autograder.lesson.release import source_notebook

MARKERS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """One student of the sample class."""

    name: str
    about: str
    start: str
    answers: dict[str, str]
    damage: dict[str, Any]
    expected: dict[str, Any]


def load(lesson: Lesson) -> list[Sample]:
    """The whole class, by name."""
    return [_sample(path) for path in sorted(lesson.folder.glob("class/*.toml"))]


def _sample(path: Path) -> Sample:
    data = tomllib.loads(path.read_text("utf-8"))
    known = {"about", "start", "answers", "damage", "expected"}
    if unknown := data.keys() - known:
        raise ValueError(f"{path.name}: unknown keys {sorted(unknown)}; known are {sorted(known)}")
    return Sample(
        path.stem, data["about"], data.get("start", "solved"),
        data.get("answers", {}), data.get("damage", {}), data.get("expected", {}),
    )  # fmt: skip


class Maker:
    """Makes notebook files of one lesson."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        solved = source_notebook(shelf.source(lesson.assignment, lesson.root))
        self._solved = {
            _id(cell): MARKERS.sub("", cell["source"])
            for cell in solved.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }

    def text(self, start: str = "solved", answers: dict[str, str] | None = None, **damage: Any) -> str:
        """What is in the student's file."""
        if "text" in damage:
            return str(damage["text"])
        notebook = copy.deepcopy(self._lesson.notebook)
        for cell in notebook["cells"]:
            if start == "solved" and _id(cell) in self._solved:
                cell["source"] = self._solved[_id(cell)]
            cell["source"] = (answers or {}).get(_id(cell), cell["source"])
        _damage(notebook, **damage)
        return json.dumps(notebook)

    def of(self, sample: Sample) -> str:
        """What is in the file of one of the class."""
        return self.text(sample.start, sample.answers, **sample.damage)


def _damage(
    notebook: dict[str, Any],
    *,
    delete: tuple[str, ...] = (),
    duplicate: tuple[str, ...] = (),
    edit: dict[str, str] | None = None,
    rename: dict[str, str] | None = None,
    strip: bool = False,
    insert: tuple[str, ...] = (),
    first: tuple[str, ...] = (),
    append: tuple[str, ...] = (),
    after: dict[str, str] | None = None,
    bare: bool = False,
    nbformat: int = 4,
) -> None:
    cells: list[Cell] = []
    for cell in notebook["cells"]:
        name = _id(cell)
        cell["source"] = (edit or {}).get(name, cell["source"])
        if name in (rename or {}):
            cell["metadata"]["nbgrader"]["grade_id"] = (rename or {})[name]
        if strip:
            cell["metadata"].pop("nbgrader", None)
        if name not in delete:
            cells += [cell, copy.deepcopy(cell)] if name in duplicate else [cell]
        if name in (after or {}):
            cells.append(_code((after or {})[name]))
    if bare:
        lessons = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not _id(cell)]
        cells = [cell for cell in cells if cell not in lessons[1:]]
    place = next(index for index, cell in enumerate(cells) if cell["cell_type"] == "code")
    cells[place : place + 1] = [*map(_code, first), cells[place], *map(_code, insert)]
    notebook["cells"] = cells + [_code(source) for source in append]
    notebook["nbformat"] = nbformat


def _code(source: str) -> Cell:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def _id(cell: Cell) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def hand_in(root: Path, lesson: Lesson) -> None:
    """Put the class's files where nbgrader expects hand-ins, unless real ones are there."""
    refuse_others(root, lesson)
    maker, assignment = Maker(lesson), lesson.assignment
    for sample in load(lesson):
        folder = root / "course" / "submitted" / sample.name / assignment
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{assignment}.ipynb").write_text(maker.of(sample), "utf-8")


def refuse_others(root: Path, lesson: Lesson) -> None:
    """Keep out of a course that is in use."""
    there = {folder.parent.name for folder in (root / "course" / "submitted").glob(f"*/{lesson.assignment}")}
    if others := sorted(there - {sample.name for sample in load(lesson)}):
        raise SystemExit(
            f"course/submitted holds hand-ins of others ({', '.join(others[:3])}): no sample class is added"
        )


if __name__ == "__main__":
    for name in shelf.names():
        hand_in(Path(sys.argv[1]), Lesson.load(name))
