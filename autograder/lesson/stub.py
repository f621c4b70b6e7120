"""Whether a stub is still one: a function of which the source shows more than its docstring and the stub's line."""

from __future__ import annotations

import ast

MOST = 8 << 10  # characters of a source that no parser makes much of; a longer one is no stub


def written(source: str, name: str) -> bool:
    """Whether the function `name`, as it stands last in this source, holds anything else than a stub does."""
    return len(source) > MOST or not all(map(idle, _body(source, name)))


def left(source: str, name: str) -> bool:
    """Whether the line of a stub stands in it, and not under a condition."""
    return any(isinstance(node, ast.Raise) and idle(node) for node in _body(source, name))


def _body(source: str, name: str) -> list[ast.stmt]:
    if len(source) > MOST:
        return []
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = [node.body for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else []


def idle(node: ast.stmt) -> bool:
    """Whether a statement says nothing: a docstring, `pass`, the line of a stub."""
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) | ast.Name(id=name)):
            return name == NotImplementedError.__name__
    return False
