"""The lesson as the kit's manifest: exercises, points, locked cells and reference answers.

Nothing is listed twice: ids, points and locked texts come from the released notebook in `exercises/`, the reference
answers from the lesson itself in `solutions/`.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Cell = dict[str, Any]
CHECKS = "-checks"
STUB = "This exercise is not written yet."  # what a stub says when it is run
RAISES = f"raise NotImplementedError({STUB!r})"  # the line that says it
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
HOME = Path(__file__).resolve().parent.parent


class UnknownAssignment(Exception):
    """There is no lesson of that name."""


class UnfitGraders(Exception):
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


@dataclass(frozen=True)
class Lesson:
    """One assignment: its released notebook and its reference answers."""

    assignment: str
    notebook: dict[str, Any]
    source: str

    @classmethod
    def load(cls, assignment: str = "sgd", root: Path = HOME) -> Lesson:
        """Read `exercises/ASSIGNMENT/ASSIGNMENT.ipynb` and `solutions/ASSIGNMENT.py` below `root`.

        While the files do not change it is the same Lesson each time, with its reference answers and their pictures.

        Raises:
            UnknownAssignment: one of them is missing.
        """
        release = root / "exercises" / assignment / f"{assignment}.ipynb"
        solution = root / "solutions" / f"{assignment}.py"
        for path in (release, solution):
            if not path.is_file():
                where = path.relative_to(root) if path.is_relative_to(root) else path
                raise UnknownAssignment(f"unknown assignment {assignment!r}: there is no {where}")
        return cls._read(assignment, release, solution, release.stat().st_mtime_ns, solution.stat().st_mtime_ns)

    @classmethod
    @functools.lru_cache(maxsize=4)
    def _read(cls, assignment: str, release: Path, solution: Path, *_: int) -> Lesson:
        notebook = json.loads(release.read_text("utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])  # on disk it is a list of lines
        return cls(assignment, notebook, solution.read_text("utf-8"))

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
        return [node for node in self._definitions if exercise in _binds(node)][-1]

    @property
    def max_score(self) -> float:
        """All marks of the assignment."""
        return sum(task.points for task in self.tasks)

    @functools.cached_property
    def reference(self) -> Reference:
        """The reference answers, defined in this process: `reference.predict(x, a)` and so on."""
        return Reference(f"{self.assignment}.py", self._definitions)

    def helpers(self, names: tuple[str, ...]) -> str:
        """Source that defines the reference answers `names`, to be used in the place of a student's."""
        wanted = [node for node in self._definitions if _defines(node, set(names))]
        return ast.unparse(ast.Module(body=wanted, type_ignores=[]))

    @functools.cached_property
    def _definitions(self) -> list[ast.stmt]:
        """The lesson's imports, and the functions and values that answer its exercises."""
        ids = {task.id for task in self.tasks}
        return [node for node in ast.parse(self.source).body if _defines(node, ids)]


class Reference:
    """Functions and values of a source file, each defined when it is first asked for, with the imports that it needs.

    So nothing is imported for an answer that nobody looks at: matplotlib takes a third as long as torch.
    """

    def __init__(self, filename: str, definitions: list[ast.stmt]) -> None:
        self._filename = filename
        self._definitions = {name: node for node in definitions for name in _binds(node)}
        self._names: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._definitions:
            raise AttributeError(name)
        self._define(name)
        return self._names[name]

    def _define(self, name: str) -> None:
        if name in self._names or name not in self._definitions:
            return
        node = self._definitions[name]
        self._names[name] = None  # in the making: functions may call each other
        for used in ast.walk(node):
            if isinstance(used, ast.Name):
                self._define(used.id)
        exec(compile(ast.Module(body=[node], type_ignores=[]), self._filename, "exec"), self._names)


def _binds(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        case ast.FunctionDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
    return []


def _defines(node: ast.stmt, ids: set[str]) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef():
            return node.name in ids
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in ids
    return False
