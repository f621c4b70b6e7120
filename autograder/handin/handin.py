"""A handed-in notebook: read whatever state it is in, and brought back into the shape of the released one.

What counts is what the names mean once the whole notebook has run. So nothing that a student wrote is thrown away;
what the lesson owns (locked cells, points, ids, kernel) is put back.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import hashlib
import json
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.basics import files
from autograder.handin import newer
from autograder.handin.calls import binds, refers
from autograder.handin.calls import parse as parse_cell
from autograder.handin.notebook import KEY, NotJson, Unreadable, content, grade_id, is_checks, new_cell, parsed
from autograder.lesson.manifest import CHECKS, Cell, Lesson
from autograder.lesson.stub import idle

IN_CHECKS = "Your answer stood in the locked cell of checks; it has been graded."
SEVERAL = "Several cells define {}; the last definition is the one that was graded."
NOT_MEANT = "The cell that was graded is not the one meant for {}, but it defines it."


@dataclass(frozen=True)
class HandIn:
    """One hand-in, ready to be run.

    Attributes:
        notebook: the repaired notebook in nbformat 4.5; the released one where the file could not be read.
        unreadable: why it could not be read, or None; `at_home` says it to a reader, who hands nothing in.
        notes: what was put back, by exercise id.
        absent: why an exercise that was answered is not in it, by exercise id.
        note: which file it is, where that is not plain.
        digest: of the file, or of what a running notebook handed over. Graders draw numbers from it.
        partial: whether it may be that somebody is still writing it.
        python: the version that it was written with, or may have been if it does not say so.
    """

    notebook: dict[str, Any]
    unreadable: str | None
    notes: dict[str, str]
    absent: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    digest: str = ""
    at_home: str | None = None
    partial: bool = False
    python: newer.Version = newer.HERE

    @property
    def code(self) -> list[Cell]:
        """The cells that a worker runs, in order.

        Not the graded cells, whose verdicts are made elsewhere, nor the lesson's demonstrations that nothing needs.
        """
        code = [cell for cell in self.notebook["cells"] if cell["cell_type"] == "code" and not is_checks(cell)]
        return [cell for cell in code if not cell["metadata"].get(KEY, {}).get("idle")]

    def solution(self, exercise: str) -> int | None:
        """The index in `code` of the exercise's solution cell."""
        ids = [grade_id(cell) for cell in self.code]
        return ids.index(exercise) if exercise in ids else None


def read(path: Path, lesson: Lesson) -> HandIn:
    """Read and repair a hand-in. One that cannot be read is a `HandIn` too, which says why.

    Raises:
        OSError: the file cannot be opened.
    """
    try:
        read = content(path)  # once: it may be another file at the next moment
        with warnings.catch_warnings(action="ignore"):  # Python's about the student's code, nbformat's about ids
            return dataclasses.replace(repair(parsed(read), lesson), digest=hashlib.sha256(read).hexdigest())
    except Unreadable as reason:
        found = dataclasses.replace(nothing(lesson, str(reason)), digest=files.digest(path))
        return dataclasses.replace(found, at_home=reason.at_home, partial=isinstance(reason, NotJson))


def nothing(lesson: Lesson, reason: str) -> HandIn:
    """A hand-in that cannot be read."""
    return HandIn(copy.deepcopy(lesson.notebook), reason, {})


def live(cells: Mapping[str, str], absent: Mapping[str, str]) -> HandIn:
    """What a running notebook hands over: a cell for each exercise it has, and the rest as in `HandIn`."""
    code = [new_cell("code", source, {"nbgrader": {"grade_id": name}}) for name, source in cells.items()]
    digest = hashlib.sha256(json.dumps(dict(cells)).encode()).hexdigest()
    return HandIn({"cells": code}, None, {}, absent, digest=digest)


def repair(notebook: dict[str, Any], lesson: Lesson) -> HandIn:
    """Give the released cells back what is theirs, in a notebook from `parse`.

    Raises:
        Unreadable: no cell of this assignment is in it.
    """
    _demand(notebook, lesson)
    notes: dict[str, str] = {}
    cells = _unlocked(notebook["cells"], lesson, notes)
    _claim_solutions(cells, lesson, notes)
    for task in lesson.tasks:
        _insert_checks(cells, task.id, lesson)
    _number(cells)
    _mark_lesson(cells, lesson)
    python = newer.said(notebook["metadata"]) or newer.NEWEST
    repaired = {**notebook, "metadata": copy.deepcopy(lesson.notebook["metadata"]), "cells": cells}
    return HandIn(repaired, None, notes, python=python)


def answered(notebook: dict[str, Any], lesson: Lesson) -> bool:
    """Whether something in a notebook from `parse` answers an exercise, right or wrong: more than its stub.

    Raises:
        Unreadable: no cell of this assignment is in it.
    """
    _demand(notebook, lesson)
    stubs = {task.id: _essence(lesson.cells[task.id]["source"]) for task in lesson.tasks}
    for cell in notebook["cells"]:
        for exercise in stubs.keys() & {*defined(cell), grade_id(cell)}:
            if not _says_no_more(_essence(cell["source"]), stubs[exercise]):
                return True
    return False


def places(cells: Sequence[Cell], lesson: Lesson) -> dict[str, int]:
    """The place of each exercise's solution cell among a notebook's cells, if it has one."""
    return _claims([defined(cell) for cell in cells], [grade_id(cell) for cell in cells], lesson)


def _demand(notebook: dict[str, Any], lesson: Lesson) -> None:
    ids = {task.id for task in lesson.tasks}
    if not any(grade_id(cell) in lesson.cells or defined(cell) & ids for cell in notebook["cells"]):
        raise Unreadable(
            f"the notebook is not that of assignment {lesson.assignment!r}: none of its exercises is in it"
        )


def _essence(source: str) -> list[ast.stmt] | None:
    """What a cell does: not its comments and docstrings, nor the line of a stub; None if it is no Python."""
    body = parse_cell(source)
    inner = [one for node in body or [] for one in (node.body if isinstance(node, ast.FunctionDef) else [node])]
    return None if body is None else [one for one in inner if not idle(one)]


def _says_no_more(cell: list[ast.stmt] | None, stub: list[ast.stmt] | None) -> bool:
    if cell is None or stub is None or len(cell) not in (0, len(stub)):
        return False
    try:
        return not cell or list(map(ast.dump, cell)) == list(map(ast.dump, stub))
    except (RecursionError, MemoryError):
        return False


def _unlocked(cells: Iterable[Cell], lesson: Lesson, notes: dict[str, str]) -> list[Cell]:
    """All cells but the graded ones. Of an edited graded cell the student's own definitions stay, in a plain cell."""
    ids = {task.id for task in lesson.tasks}
    checks = [lesson.cells[task.checks_id] for task in lesson.tasks]
    texts = {cell["source"].strip() for cell in checks}
    names = set().union(*(defined(cell) for cell in checks))
    kept = []
    for cell in cells:
        name = grade_id(cell)
        if cell["source"].strip() in texts:
            continue
        if name is not None and name.endswith(CHECKS):
            if not defined(cell) - names:
                continue
            notes.update(dict.fromkeys(defined(cell) & ids, IN_CHECKS))
        if name not in ids:
            cell["metadata"] = {}
        kept.append(cell)
    return kept


def _claim_solutions(cells: list[Cell], lesson: Lesson, notes: dict[str, str]) -> None:
    """Mark one solution cell for each exercise."""
    names = [defined(cell) for cell in cells]
    owners = [grade_id(cell) for cell in cells]
    for cell in cells:
        cell["metadata"] = {}
    for exercise, place in _claims(names, owners, lesson).items():
        if cells[place]["cell_type"] != "code":
            cells[place].update(cell_type="code", execution_count=None, outputs=[])
        cells[place]["metadata"] = copy.deepcopy(lesson.cells[exercise]["metadata"])
        if sum(exercise in defined for defined in names) > 1:
            notes.setdefault(exercise, SEVERAL.format(exercise))
        elif owners[place] != exercise:
            notes.setdefault(exercise, NOT_MEANT.format(exercise))


def _claims(names: list[set[str]], owners: list[str | None], lesson: Lesson) -> dict[str, int]:
    """The place of each exercise's solution cell: its own that defines it, or else one that does, or else its own.

    Of several it is the last, and a cell belongs to one exercise only.
    """
    claims: dict[str, int] = {}
    rules: tuple[Callable[[int, str], bool], ...] = (
        lambda place, exercise: exercise in names[place] and owners[place] == exercise,
        lambda place, exercise: exercise in names[place],
        lambda place, exercise: owners[place] == exercise,
    )
    for fits in rules:
        for exercise in (task.id for task in lesson.tasks if task.id not in claims):
            free = [place for place in range(len(names)) if fits(place, exercise) and place not in claims.values()]
            if free:
                claims[exercise] = free[-1]
    return claims


def _insert_checks(cells: list[Cell], exercise: str, lesson: Lesson) -> None:
    """Put the exercise's graded cell behind its solution cell, or behind the graded cell before it, or first."""
    checks = copy.deepcopy(lesson.cells[exercise + CHECKS])
    checks.update(outputs=[], execution_count=None)
    solutions = [place for place, cell in enumerate(cells) if grade_id(cell) == exercise]
    graded = [place for place, cell in enumerate(cells) if is_checks(cell)]
    place = _last(solutions, graded)
    cells.insert(0 if place is None else place + 1, checks)


def _number(cells: list[Cell]) -> None:
    """Give every cell an id of its own that nbformat accepts: its place."""
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index}"


def _mark_lesson(cells: list[Cell], lesson: Lesson) -> None:
    """Tell the lesson's own, unchanged cells from the student's, and its demonstrations that need not run.

    Those take most of a notebook's time, and no answer depends on them unless a student's cell uses what they set.
    """
    ours = [cell for cell in cells if grade_id(cell) is None and lesson.wrote(cell)]
    code = [cell for cell in cells if cell["cell_type"] == "code" and not is_checks(cell)]
    theirs = [cell["source"] for cell in code if cell not in ours]
    demos = [cell for cell in code if cell in ours and not _imports(cell)]
    idle = not _needed(theirs, [cell["source"] for cell in demos])
    for cell in ours:
        cell["metadata"] = {KEY: {"lesson": True, "idle": idle and cell in demos}}


def _needed(theirs: list[str], demos: list[str]) -> bool:
    try:
        return refers(theirs, demos)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what parses need not compile: def f(a, a): ...
        return True


def _imports(cell: Cell) -> bool:
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in parse_cell(cell["source"]) or ())


def defined(cell: Cell) -> set[str]:
    """The names that a code cell defines, magics aside; those of its functions only if it is no Python."""
    return binds(cell["source"]) if cell["cell_type"] == "code" else set()


def _last(*choices: list[int]) -> int | None:
    """The last place of the first choice that has any."""
    return next((places[-1] for places in choices if places), None)
