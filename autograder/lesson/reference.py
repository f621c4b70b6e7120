"""The reference answers: taken from the lesson's source, and defined here without running the rest of it."""

from __future__ import annotations

import ast
from typing import Any


class Reference:
    """Functions and values of a source file, each defined when it is first asked for, with the imports that it needs.

    So nothing is imported for an answer that nobody looks at: matplotlib takes a third as long as torch.
    """

    def __init__(self, filename: str, definitions: list[ast.stmt]) -> None:
        self._filename = filename
        self._definitions = {name: node for node in definitions for name in binds(node)}
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


def binds(node: ast.stmt) -> list[str]:
    """The names that a statement of the lesson gives a meaning to."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        case ast.FunctionDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
    return []


def defines(node: ast.stmt, ids: set[str]) -> bool:
    """Whether a statement answers one of these exercises, or is an import, which any of them may need."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef():
            return node.name in ids
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in ids
    return False
