"""The commands for those who work through the lesson on their own: start, next, watch, hint, reset, solution."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.syntax import Syntax
from rich.text import Text

from autograder import progress, workbook
from autograder.lesson import Lesson
from autograder.local import grader
from autograder.render import standing as render
from autograder.render import terminal, words
from autograder.sandbox import levels, probe
from autograder.sandbox.limits import INTERACTIVE
from autograder.standing import Standing
from autograder.workbook import Workbook

if TYPE_CHECKING:
    from autograder.study import Study


class Refused(Exception):
    """A command that will not do what was asked; the text is one line that says why, and what will."""


def start(options: argparse.Namespace) -> bool:
    """Put a fresh copy of the exercises where the reader wants it."""
    made = workbook.start(Path(options.dir), Lesson.load())
    _show(
        f"Your copy is {made.path}.\n\n"
        f"1. Open it in JupyterLab (jupyter lab {made.path}), VS Code or Colab.\n"
        f"2. In a second terminal, run: {program()} watch {options.dir}\n"
        "   Each time you save, it says what is right and what to look at next.\n\n"
        f"Or ask now and then: {program()} next {options.dir}"
    )
    return True


def next_(options: argparse.Namespace) -> bool:
    """Say what to do now; whether all is done."""
    with _study(options.path, thorough=False) as study:
        standing = study.look()
        standing = study.verify() if standing.done else standing
    place = study.workbook.path
    if standing.done:
        _show(render.closing(standing, study.lesson, place))
        return True
    _show(render.screen(standing, study.lesson, place))
    if standing.exercise and standing.lost:
        _show(f"\nFor a hint: {program()} hint {standing.exercise.id}{_at(options.path)}")
    return False


def watch(options: argparse.Namespace) -> bool:
    """Say where the reader stands each time the notebook is saved; whether all was done in the end."""
    with _study(options.path, thorough=True) as study:
        from autograder.watch import Watch  # it loads torch

        console, done = Console(), False
        console.print(Text(f"Watching {study.workbook.path}. The first look takes some seconds.", "dim"))
        watching = Watch(study, console)
        with contextlib.suppress(KeyboardInterrupt):
            done = asyncio.run(watching.run())
    watching.join()
    if done:
        return True
    _show(f"No longer watching. To go on: {program()} watch{_at(options.path)}")
    return False


def hint(options: argparse.Namespace) -> bool:
    """Give one hint more for an exercise."""
    exercise = options.exercise
    with _study(options.path, thorough=False, exercise=exercise) as study:
        before = study.look(only=exercise)
        standing = study.hint(before)
    if standing.done:
        _show(f"{exercise} is all right: there is nothing to hint at.")
        return True
    _show(render.first(standing, study.lesson))
    _show(_after(before, standing, exercise))
    return True


def _after(before: Standing, standing: Standing, exercise: str) -> str:
    """What stands below a hint."""
    there = len(standing.hints)
    if not there:
        return "\nHints are about what an answer does, and there is none to look at yet."
    if before.given < there:
        return f"\nThat is hint {standing.given} of {there}."
    return f"\nThose were all {there} hints. The answer itself: {program()} solution {exercise} --spoil"


def reset(options: argparse.Namespace) -> bool:
    """Put one stub back, and the old answer aside."""
    lesson, work = Lesson.load(), _workbook(options.path, options.exercise)
    done = work.reset(options.exercise, lesson)
    if not done.changed:
        _show(f"{options.exercise} is as it was in the beginning: there is nothing to reset.")
        return True
    answer = f"Your old answer is in {done.aside}." if done.aside else "It was missing, and stands at the end."
    _show(
        f"{options.exercise} is a stub again, in {work.path}. {answer}\n"
        "If the notebook is open, load it again (in JupyterLab: File > Reload Notebook from Disk)."
    )
    return True


def solution(options: argparse.Namespace) -> bool:
    """Show the reference answer to those who have one of their own, or who insist."""
    exercise, lesson = options.exercise, Lesson.load()
    work = _workbook(options.path, exercise) if not options.spoil else None
    _demand(exercise, lesson)
    if work and exercise not in progress.load(work.progress).done:
        with _study(options.path, thorough=False, exercise=exercise) as study:
            right = study.look(only=exercise).done
        if not right:
            raise Refused(
                f"{exercise} is not right yet, so its solution stays shut: `{program()} hint {exercise}` helps on, "
                f"and `{program()} solution {exercise} --spoil` shows it all the same"
            )
    code = lesson.answer(exercise)
    Console().print(Syntax(code, "python", theme="ansi_dark").highlight(code), end="", soft_wrap=True)
    return True


def program() -> str:
    """This command, as it was typed."""
    typed = sys.argv[0]
    name = Path(typed).name
    return "autograder" if name == "__main__.py" or shutil.which(name) == shutil.which(typed) else typed


@contextlib.contextmanager
def _study(path: str, *, thorough: bool, exercise: str | None = None) -> Iterator[Study]:
    """The reader's notebook with graders for it."""
    work, lesson = _workbook(path, exercise), Lesson.load()
    if probe.best() == levels.NONE:
        _show(Text(words.NO_WALLS, "dim"))
    with grader(lesson, INTERACTIVE, thorough=thorough) as found:
        from autograder.study import Study  # it loads torch

        yield Study(work, lesson, found)


def _workbook(path: str, exercise: str | None = None) -> Workbook:
    lesson = Lesson.load()
    if exercise is not None:
        _demand(exercise, lesson)
    return Workbook.find(Path(path), lesson.assignment)


def _demand(exercise: str, lesson: Lesson) -> None:
    ids = [task.id for task in lesson.tasks]
    if exercise not in ids:
        raise Refused(f"no exercise {exercise!r}: the exercises are {', '.join(ids)}")


def _at(path: str) -> str:
    return "" if path == "." else f" {path}"


def _show(what: RenderableType) -> None:
    terminal.show(Console(), Text(what) if isinstance(what, str) else what)
