"""The lesson as the kit's manifest: exercises, points, locked cells and reference answers.

Nothing is listed twice: ids, points and locked texts come from the released notebook in `exercises/`, the reference
answers from the lesson itself in `solutions/`.
"""

from __future__ import annotations

import ast
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Cell = dict[str, Any]
CHECKS = "-checks"
HOME = Path(__file__).resolve().parent.parent


class UnknownAssignment(Exception):
    """There is no lesson of that name."""


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

        Raises:
            UnknownAssignment: one of them is missing.
        """
        release = root / "exercises" / assignment / f"{assignment}.ipynb"
        solution = root / "solutions" / f"{assignment}.py"
        for path in (release, solution):
            if not path.is_file():
                where = path.relative_to(root) if path.is_relative_to(root) else path
                raise UnknownAssignment(f"unknown assignment {assignment!r}: there is no {where}")
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
    def max_score(self) -> float:
        """All marks of the assignment."""
        return sum(task.points for task in self.tasks)

    @functools.cached_property
    def reference(self) -> SimpleNamespace:
        """The reference answers, defined in this process: `reference.predict(x, a)` and so on."""
        names: dict[str, Any] = {}
        module = ast.Module(body=self._definitions, type_ignores=[])
        exec(compile(module, f"{self.assignment}.py", "exec"), names)
        return SimpleNamespace(**{task.id: names[task.id] for task in self.tasks})

    def helpers(self, names: tuple[str, ...]) -> str:
        """Source that defines the reference answers `names`, to be used in the place of a student's."""
        wanted = [node for node in self._definitions if _defines(node, set(names))]
        return ast.unparse(ast.Module(body=wanted, type_ignores=[]))

    @functools.cached_property
    def _definitions(self) -> list[ast.stmt]:
        """The lesson's imports, and the functions and values that answer its exercises."""
        ids = {task.id for task in self.tasks}
        return [node for node in ast.parse(self.source).body if _defines(node, ids)]


def _defines(node: ast.stmt, ids: set[str]) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef():
            return node.name in ids
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in ids
    return False
