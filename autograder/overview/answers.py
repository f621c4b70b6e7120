"""Real answers as examples: short, and without what may tell whose they are."""

from __future__ import annotations

import ast
import functools
import json
import warnings
from collections.abc import Iterable

from autograder.basics.text import plain
from autograder.classroom.course import Course
from autograder.handin.calls import forget, parse
from autograder.handin.notebook import grade_id
from autograder.lesson.manifest import Lesson
from autograder.lesson.reference import binds

LONGEST = 8000  # characters of a cell; no example is made of a longer one
LINES, WIDTH = 12, 200  # of an example, whose lines a page breaks
HIDDEN = "…"  # stands for a text
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Answers:
    """What the class has written, from the graded notebooks: those are in shape, and say which cell counted."""

    def __init__(self, course: Course, lesson: Lesson) -> None:
        self._course = course
        self._lesson = lesson
        self._cells = functools.cache(self._read)
        self._bare = functools.cache(self._made)
        self._known = {
            node.value for node in ast.walk(ast.parse(lesson.source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }  # fmt: skip

    def of(self, exercise: str, students: Iterable[str]) -> list[str]:
        """Their answers as `bare` text, the shortest first."""
        found = {text for student in students if (text := self._bare(exercise, student))}
        return sorted(found, key=lambda text: (len(text), text))

    def _made(self, exercise: str, student: str) -> str | None:
        return bare(self._cells(student).get(exercise, ""), exercise, self._known)

    def _read(self, student: str) -> dict[str, str]:
        """The cells of one graded notebook by the exercise that they answer."""
        try:
            notebook = json.loads(self._course.autograded(self._lesson.assignment, student).read_bytes())
            cells = {grade_id(cell): "".join(cell["source"]) for cell in notebook["cells"]}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        return {task.id: cells[task.id] for task in self._lesson.tasks if task.id in cells}


def bare(source: str, name: str, known: Iterable[str] = ()) -> str | None:
    """The definition of `name` in a cell, without comments, docstrings, annotations and decorators.

    Texts in it are hidden, but for single characters and those that are `known`: people sign their work. None if it
    is no Python, or too long.
    """
    if len(source) > LONGEST:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # Python's about a student's code
            nodes = [node for node in parse(source) or [] if name in binds(node)]
            text = ast.unparse(_Bare(frozenset(known)).visit(nodes[-1])) if nodes else ""
            return plain(text, keep="\n") or None
    except (ValueError, RecursionError, MemoryError):
        return None
    finally:
        forget(())


def shortened(text: str) -> str:
    """Its first lines, each cut."""
    lines = text.splitlines()
    kept = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines[:LINES]]
    return "\n".join([*kept, *(["    …"] if len(lines) > LINES else [])])


class _Bare(ast.NodeTransformer):
    """Leaves of a tree what it does."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: Function) -> ast.AST:
        node.decorator_list, node.returns = [], None
        node.body = [one for one in node.body if not _says_nothing(one)] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.copy_location(ast.Constant(HIDDEN), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        shown = not isinstance(node.value, str | bytes) or len(node.value) <= 1 or node.value in self._known
        return node if shown else ast.copy_location(ast.Constant(HIDDEN), node)


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
