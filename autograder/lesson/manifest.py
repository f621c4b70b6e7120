"""The lesson as the kit's manifest: exercises, points, locked cells and reference answers.

Nothing is listed twice: ids, points and locked texts come from the released notebook, the reference answers from the
lesson itself.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.basics.kit import KIT
from autograder.basics.refused import Refused
from autograder.lesson import shelf
from autograder.lesson.reference import Reference, binds, defines

Cell = dict[str, Any]
CHECKS = "-checks"
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
STUB = "This exercise is not written yet."  # what a stub says when it is run
RAISES = f"raise NotImplementedError({STUB!r})"  # the line that says it
STUBS = {"python": f"# YOUR CODE HERE\n{RAISES}"}  # what stands in the place of an answer, as nbgrader wants it
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


class UnfitGraders(Refused):
    """The hidden graders are not those of the lesson; the text says what differs, and what to do."""


@dataclass(frozen=True)
class Task:
    """One exercise of the lesson: the name that the student defines, and its marks."""

    id: str
    points: float

    @property
    def checks_id(self) -> str:
        """The grade_id of its graded cell."""
        return self.id + CHECKS


@dataclass(frozen=True, eq=False)
class Lesson:
    """One assignment.

    Attributes:
        assignment: its name.
        notebook: as it was released.
        source: what its author wrote, with the reference answers.
        root: the folder that all of it lies below.
        folder: where its graders and misconceptions are.
    """

    assignment: str
    notebook: dict[str, Any]
    source: str
    root: Path
    folder: Path

    @classmethod
    def load(cls, assignment: str | None = None, root: Path = KIT) -> Lesson:
        """Read a lesson below `root`; without a name the only one that there is.

        While the files do not change it is the same Lesson each time, with its reference answers and their pictures.

        Raises:
            UnknownAssignment: some of it is missing, or it is not known which one is meant.
        """
        name = shelf.only(root) if assignment is None else assignment
        release, source, folder = shelf.release(name, root), shelf.source(name, root), shelf.hidden(name, root)
        for path, there in ((release, release.is_file()), (source, source.is_file()), (folder, folder.is_dir())):
            if not there:
                where = path.relative_to(root) if path.is_relative_to(root) else path
                raise shelf.UnknownAssignment(f"unknown assignment {name!r}: there is no {where}")
        return cls._read(name, root, folder, release.stat().st_mtime_ns, source.stat().st_mtime_ns)

    @classmethod
    def all(cls, root: Path = KIT) -> list[Lesson]:
        """Those below `root` that students can have received."""
        return [cls.load(name, root) for name in shelf.released(root)]

    @classmethod
    @functools.lru_cache(maxsize=4)
    def _read(cls, name: str, root: Path, folder: Path, *_: int) -> Lesson:
        notebook = json.loads(shelf.release(name, root).read_text("utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])  # on disk it is a list of lines
        return cls(name, notebook, shelf.source(name, root).read_text("utf-8"), root, folder)

    @functools.cached_property
    def title(self) -> str:
        """The first heading of the notebook, or else the lesson's name."""
        prose = (cell["source"] for cell in self.notebook["cells"] if cell["cell_type"] == "markdown")
        found = next((match for text in prose if (match := TITLE.search(text))), None)
        return found[1].strip() if found else self.assignment

    @functools.cached_property
    def words(self) -> dict[str, Any]:
        """What its author says of it beyond the notebook, in `lesson.toml`: all of it may be missing.

        `next` is a list of places to go to when all is right, and `learned` says in the place of an answer's docstring
        what one has learned by it.
        """
        path = self.folder / "lesson.toml"
        return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}

    @functools.cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The exercises in the order of the lesson."""
        return tuple(
            Task(grade_id.removesuffix(CHECKS), float(cell["metadata"]["nbgrader"]["points"]))
            for grade_id, cell in self.cells.items()
            if grade_id.endswith(CHECKS)
        )

    @functools.cached_property
    def cells(self) -> dict[str, Cell]:
        """The released solution and graded cells by grade_id, in order."""
        marked = [cell for cell in self.notebook["cells"] if "nbgrader" in cell["metadata"]]
        return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in marked}

    @property
    def untouched(self) -> bool:
        """Whether the released notebook holds nobody's answers, as when somebody works on the kit's own copy."""
        return all(RAISES in self.cells[task.id]["source"] for task in self.tasks)

    def wrote(self, cell: Cell) -> bool:
        """Whether a cell is word for word the lesson's."""
        if cell["cell_type"] == "code":
            return cell["source"].strip() in self._code
        return cell["source"] in self._prose

    @functools.cached_property
    def sources(self) -> frozenset[str]:
        """What stands in the released notebook's cells."""
        return frozenset(cell["source"] for cell in self.notebook["cells"])

    @functools.cached_property
    def _code(self) -> set[str]:
        """The lesson's code cells, from its source: who works on the released file adds cells of their own to that."""
        return {part.strip() for part in re.split(r"^# %%.*$", self.source, flags=re.MULTILINE)}

    @functools.cached_property
    def _prose(self) -> set[str]:
        return {cell["source"] for cell in self.notebook["cells"] if cell["cell_type"] != "code"}

    def section(self, exercise: str) -> str:
        """The heading of the part of the notebook in which an exercise stands."""
        heading = ""
        for cell in self.notebook["cells"]:
            titles = re.findall(r"^## (.+)$", cell["source"], re.MULTILINE) if cell["cell_type"] == "markdown" else []
            heading = titles[-1] if titles else heading
            if cell is self.cells[exercise]:
                break
        return heading

    def summary(self, exercise: str) -> str:
        """What an answer does, in the first line of its docstring; empty if it is no function."""
        node = self._answer(exercise)
        text = ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else None
        return (text or "").partition("\n")[0]

    def answer(self, exercise: str) -> str:
        """The source of the reference answer, without its docstring."""
        node = self._answer(exercise)
        lines = self.source.splitlines()[node.lineno - 1 : node.end_lineno]
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            start, end = node.body[0].lineno - node.lineno, (node.body[0].end_lineno or 0) - node.lineno
            lines[start : end + 1] = []
        return "\n".join(line for line in lines if line.strip() not in MARKERS)

    def _answer(self, exercise: str) -> ast.stmt:
        """The definition that counts: the last one."""
        return [node for node in self._definitions if exercise in binds(node)][-1]

    @property
    def max_score(self) -> float:
        """All marks of the assignment."""
        return sum(task.points for task in self.tasks)

    @functools.cached_property
    def reference(self) -> Reference:
        """The reference answers, defined in this process: `reference.double(x)` and so on."""
        return Reference(f"{self.assignment}.py", self._definitions)

    def helpers(self, names: tuple[str, ...]) -> str:
        """Source that defines the reference answers `names`, to be used in the place of a student's."""
        wanted = [node for node in self._definitions if defines(node, set(names))]
        return ast.unparse(ast.Module(body=wanted, type_ignores=[]))

    @functools.cached_property
    def _definitions(self) -> list[ast.stmt]:
        """The lesson's imports, and the functions and values that answer its exercises."""
        ids = {task.id for task in self.tasks}
        return [node for node in ast.parse(self.source).body if defines(node, ids)]
