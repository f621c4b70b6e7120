"""Two courses with the same class: one graded by this kit, one by stock nbgrader with hidden asserts."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import nbformat

from autograder.basics.kit import KIT
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from tests.sample_class import Maker

BIN = Path(sys.executable).parent
STOCK = "stock.toml"


@functools.cache
def subject() -> Lesson:
    """The lesson that is graded: one that has asserts for stock nbgrader, too."""
    lessons = map(Lesson.load, shelf.names())
    return next(lesson for lesson in lessons if (lesson.folder / STOCK).is_file())


def ours(root: Path, students: int) -> Path:
    """A course of this kit with `students` right hand-ins."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shutil.copy(KIT / "nbgrader_config.py", root)
    for folder in ("exercises", "solutions"):
        shutil.copytree(KIT / folder, root / folder)
    _hand_in(root / "course" / "submitted", Maker(subject()).text(), students)
    return root


def stock(root: Path, students: int) -> Path:
    """A stock nbgrader course: the same functions and quiz with their visible checks, and hidden asserts."""
    shutil.rmtree(root, ignore_errors=True)
    lesson = subject()
    name = lesson.assignment
    (root / "source" / name).mkdir(parents=True)
    asserts = tomllib.loads((lesson.folder / STOCK).read_text("utf-8"))["asserts"]
    solved = json.loads(Maker(lesson).text(bare=True))
    notebook = nbformat.from_dict(
        {**solved, "cells": [cell for cell in solved["cells"] if cell["cell_type"] == "code"]}
    )
    submitted = nbformat.writes(notebook)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id.endswith("-checks"):
            hidden = asserts[grade_id.removesuffix("-checks")]
            cell.source += f"\n### BEGIN HIDDEN TESTS{_lines(hidden)}### END HIDDEN TESTS"
        elif grade_id:
            cell.source = f"### BEGIN SOLUTION\n{cell.source}\n### END SOLUTION"
    nbformat.write(notebook, root / "source" / name / f"{name}.ipynb")
    run(root, "nbgrader", "generate_assignment", name)
    _hand_in(root / "submitted", submitted, students)
    return root


def run(root: Path, *command: str) -> float:
    """Seconds that a command of this environment takes in a course; its output is not looked at."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    begin = time.perf_counter()
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=root, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def _lines(source: str) -> str:
    return f"\n{source.strip()}\n"


def _hand_in(submitted: Path, text: str, students: int) -> None:
    for number in range(students):
        folder = submitted / f"student-{number:04}" / subject().assignment
        folder.mkdir(parents=True)
        (folder / f"{folder.name}.ipynb").write_text(text, "utf-8")
