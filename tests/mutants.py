"""Small changes to a right answer, one at a time: what a slip of the pen, or of the mind, makes of it.

Run as a module, it grades them all and lists those that no criterion notices: ``python -m tests.mutants``.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import io
import logging
import sys
import tomllib
import warnings
from collections.abc import Iterator
from types import FrameType
from typing import Any

import matplotlib.pyplot as plt
import torch

from autograder.graders.student import Axes, Drawing, StudentError
from autograder.grading.imitation import Imitation
from autograder.grading.verdicts import judge, uses
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.sandbox import drawing
from autograder.sandbox.limits import overfull
from tests.answers import load

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult, ast.FloorDiv, ast.Mod)
METHODS = {
    "mean": ("sum", "max", "median", "std", "prod"), "sum": ("mean", "max", "prod", "cumsum"), "scatter": ("plot",),
    "plot": ("scatter",), "randperm": ("arange",), "sub_": ("add_", "mul_", "sub"), "zero_": ("zero", "neg_"),
    "detach": ("detach_", "clone", "numpy"), "append": ("extend",), "item": ("detach",), "no_grad": ("enable_grad",),
}  # fmt: skip
ANSWER = "<answer>"  # the file that an answer's code is said to come from
LINES = 20_000  # of an answer that may run, in all that it is asked; no right one needs more than 1,300


class Hung(Exception):
    """An answer has run too many lines."""


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Ends an answer that never does, at the same line on every machine: by its lines, since a clock has moods."""
    left = LINES

    def line(_: FrameType, event: str, __: Any) -> Any:
        nonlocal left
        left -= event == "line"
        if left < 0:
            raise Hung
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, _, __: line if frame.f_code.co_filename == ANSWER else None)
    try:
        yield
    finally:
        sys.settrace(before)


class Artist(Imitation):
    """An imitation that can draw, on axes of this process."""

    def axes(self, *, current: bool = True) -> Axes:
        plt.close("all")
        figure = drawing.blank()
        plt.figure(figure)
        if not current:
            plt.figure()
        self._figure = figure
        return Axes(0)

    def drawing(self, axes: Axes, *, picture: bool = False) -> Drawing:
        try:
            marks = drawing.describe(self._figure.axes[0])
            if picture and marks and not overfull(marks):
                self._figure.savefig(io.BytesIO())
        except Exception as error:
            raise StudentError(type(error).__name__, str(error), "") from error
        return Drawing(b"", tuple(marks), None, drawing.is_attached(self._figure.axes[0]))

    def _call(self, name: str, args: tuple[Any, ...], *, drawn: bool = False) -> Any:
        args = tuple(self._figure.axes[0] if isinstance(arg, Axes) else arg for arg in args)
        return super()._call(name, args, drawn=drawn)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Every change as (what was changed into what, the changed source)."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for index, node in enumerate(ast.walk(tree)):
        for replacement in _replacements(node):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[index]
            before = ast.unparse(_line(changed, target))
            line = _line(changed, target)
            _replace(changed, target, replacement)
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text not in seen:
                seen.add(text)
                after = "" if replacement is None else ast.unparse(replacement if line is target else line)
                yield f"{before.splitlines()[0]} -> {after.splitlines()[0] if after else 'nothing'}", text


def _replacements(node: ast.AST) -> Iterator[Any]:
    match node:
        case ast.BinOp(left, op, right):
            yield from (ast.BinOp(left, other(), right) for other in OPERATORS if not isinstance(op, other))
            yield from (left, right, *([] if isinstance(op, (ast.Add, ast.Mult)) else [ast.BinOp(right, op, left)]))
        case ast.Constant(value) if isinstance(value, int) and not isinstance(value, bool):
            yield from (ast.Constant(other) for other in (value + 1, value - 1, -value - 2))
        case ast.Call(ast.Attribute(owner, name), arguments, keywords):
            yield owner
            for other in METHODS.get(name, ()):
                yield ast.Call(ast.Attribute(owner, other, ast.Load()), arguments, keywords)
            if keywords:
                yield ast.Call(ast.Attribute(owner, name, ast.Load()), arguments, [])
            yield from _other_arguments(node)
        case ast.Call():
            yield from _other_arguments(node)
        case ast.Attribute(value, attr) if isinstance(node.ctx, ast.Load) and attr in ("grad", "T", "data"):
            yield value
        case ast.Subscript(value) if isinstance(node.ctx, ast.Load):
            yield value
        case ast.AugAssign(target, _, value):
            yield from (ast.AugAssign(target, other(), value) for other in (ast.Add, ast.Mult, ast.Div))
            yield ast.Assign([target], value)
            yield None
        case ast.With(_, body) | ast.For(_, _, body):
            yield body
        case ast.Expr() | ast.Assign():
            yield None
        case ast.Return(value) if value is not None:
            yield ast.Return(None)


def _other_arguments(node: ast.Call) -> Iterator[ast.Call]:
    if len(node.args) > 1:
        for index in range(len(node.args) - 1):
            swapped = [*node.args]
            swapped[index], swapped[index + 1] = swapped[index + 1], swapped[index]
            yield ast.Call(node.func, swapped, node.keywords)
        yield ast.Call(node.func, node.args[:-1], node.keywords)


def _line(tree: ast.AST, node: ast.AST) -> ast.AST:
    """The statement that a node stands in."""
    statements = [one for one in ast.walk(tree) if isinstance(one, ast.stmt) and any(n is node for n in ast.walk(one))]
    return statements[-1]


def _replace(tree: ast.AST, target: ast.AST, replacement: Any) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
            elif isinstance(value, list) and any(item is target for item in value):
                index = next(i for i, item in enumerate(value) if item is target)
                new = replacement if isinstance(replacement, list) else [replacement]
                value[index : index + 1] = [] if replacement is None else new
                if not value and isinstance(parent, ast.stmt):
                    value.append(ast.Pass())


@functools.cache
def known(lesson: Lesson) -> dict[str, Any]:
    """What its `mutants.toml` says: the `answers` and `styles` to change, and which changes are `equivalent` or `tolerated`."""
    path = lesson.folder / "mutants.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {"answers": {}}


@functools.cache
def sources(lesson: Lesson, exercise: str) -> list[str]:
    """The right answers whose mutants are looked at: `answers`, and those in the `styles` that `mutants.toml` names."""
    styles = known(lesson).get("styles", {}).get(exercise, [])
    right = {
        one.name: one.code for one in load() if (one.lesson.assignment, one.exercise) == (lesson.assignment, exercise)
    }
    return [*known(lesson)["answers"][exercise], *(right[name] for name in styles)]


def excused(lesson: Lesson) -> dict[str, str]:
    """The changes that no criterion has to notice, and why."""
    return {**known(lesson).get("equivalent", {}), **known(lesson).get("tolerated", {})}


def survives(lesson: Lesson, exercise: str, source: str) -> bool:
    """Whether an answer gets all marks, in this process; one that never ends does not."""
    logging.disable()  # in a worker backward() raises the student's error; here, the grader's
    names: dict[str, Any] = {"torch": torch, "plt": plt}
    names |= {name: getattr(lesson.reference, name) for name in uses(lesson, exercise)}
    exec(compile(source, ANSWER, "exec"), names)
    student: Any = Artist(exercise, names[exercise], lesson.reference)
    try:
        with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()), bounded():
            torch.manual_seed(0)
            return judge(lesson, exercise, student).full
    finally:
        logging.disable(logging.NOTSET)


@functools.cache
def survivors(lesson: Lesson, exercise: str) -> tuple[int, list[str]]:
    """How many mutants there are, and those that no criterion notices."""
    found = [(name, text) for source in sources(lesson, exercise) for name, text in mutants(source)]
    return len(found), [name for name, text in found if survives(lesson, exercise, text)]


if __name__ == "__main__":
    for lesson in map(Lesson.load, shelf.names()):
        for exercise in known(lesson)["answers"]:
            number, alive = survivors(lesson, exercise)
            print(f"{exercise}: {number} mutants, {number - len(alive)} killed")  # noqa: T201
            for name in alive:
                print(f"  {excused(lesson).get(name, 'ALIVE')}: {name}")  # noqa: T201
