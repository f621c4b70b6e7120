"""The commands for those who work through the lesson on their own: start, next, watch, hint, reset, solution."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType
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


def start(options: argparse.Namespace) -> None:
    """Put a fresh copy of the exercises where the reader wants it."""
    made = workbook.start(Path(options.dir), Lesson.load())
    say, place = program(), shlex.quote(options.dir)
    _show(
        f"Your copy is {made.path}.\n\n"
        f"1. Open it in JupyterLab, VS Code or Colab. For JupyterLab, run:\n"
        f"       {program('jupyter')} lab {shlex.quote(str(made.path))}\n"
        f"2. In a second terminal, run:\n"
        f"       {say} watch {place}\n"
        f"   Each time you save, it says what is right and what to look at next.\n\n"
        f"Or ask now and then: {say} next {place}"
    )


def next_(options: argparse.Namespace) -> None:
    """Say what to do now."""
    with _study(options) as study:
        standing = _look(study)
        standing = study.verify() if standing.done else standing
    if standing.done:
        _show(render.closing(standing, study.lesson, study.workbook.path))
        return
    _show(render.screen(standing, study.lesson, study.workbook.path))
    if standing.exercise and standing.lost:
        _show(f"\nFor a hint: {_command('hint', standing.exercise.id, options)}")


def watch(options: argparse.Namespace) -> None:
    """Say where the reader stands each time the notebook is saved."""
    with _study(options, thorough=True) as study:
        from autograder.watch import Watch  # it loads torch

        console, done = terminal.console(), False
        start = terminal.safe(f"Watching {study.workbook.path}. The first look takes some seconds.", "dim")
        terminal.show(console, start)
        watching = Watch(study, console)
        with contextlib.suppress(KeyboardInterrupt):
            done = asyncio.run(watching.run())
    watching.join()
    if not done:
        _show(f"No longer watching. To go on: {_command('watch', '', options)}")


def hint(options: argparse.Namespace) -> None:
    """Give one hint more for an exercise."""
    with _study(options) as study:
        before = _look(study, options.exercise)
        standing = study.hint(before)
    if standing.done:
        _show(f"{options.exercise} is all right: there is nothing to hint at.")
    else:
        _show(render.first(standing, study.lesson))
        _show(_after(before, standing, options))


def _after(before: Standing, standing: Standing, options: argparse.Namespace) -> str:
    """What stands below a hint."""
    there = len(standing.hints)
    if not there:
        return "\nHints are about what an answer does: there is nothing to look at yet."
    if before.given < there:
        return f"\nThat is hint {standing.given} of {there}."
    return (
        f"\nThose were all {there} hints. The answer itself: {_command('solution', options.exercise, options)} --spoil"
    )


def reset(options: argparse.Namespace) -> None:
    """Put one stub back, and the old answer aside."""
    work, exercise = _workbook(options), options.exercise
    done = work.reset(exercise, Lesson.load())
    if not done.changed:
        _show(f"{exercise} is as it was in the beginning: there is nothing to reset.")
        return
    _show(f"{exercise} is a stub again, in {work.path}.")
    _show(f"Your old answer is in {done.aside}." if done.aside else "It was missing, and stands at the end.")
    _show("If the notebook is open, load it again: File > Reload Notebook from Disk.")


def solution(options: argparse.Namespace) -> None:
    """Show the reference answer to those who have one of their own, or who insist."""
    lesson, exercise = Lesson.load(), options.exercise
    if not options.spoil and not _was_right(options):
        raise Refused(
            f"{exercise} is not right yet, so its solution stays shut: `{_command('hint', exercise, options)}` helps "
            f"on, and `{_command('solution', exercise, options)} --spoil` shows it all the same"
        )
    _demand(exercise, lesson)
    source = lesson.answer(exercise)
    code = Syntax(source, "python", theme="ansi_dark").highlight(source)
    code.rstrip()
    terminal.show(terminal.console(), code, wrap=False)


def _was_right(options: argparse.Namespace) -> bool:
    """Whether the reader's answer is right, or was once."""
    if options.exercise in progress.load(_workbook(options).progress).done:
        return True
    with _study(options) as study:
        return _look(study, options.exercise).done


def program(name: str = "") -> str:
    """This command as it was typed, or another one that is installed beside it."""
    typed = Path(sys.argv[0])
    found = typed.name == "__main__.py" or typed.parent == Path() or shutil.which(typed.name) == str(typed)
    return (name or "autograder") if found else shlex.quote(str(typed.with_name(name or typed.name)))


def _command(command: str, exercise: str, options: argparse.Namespace) -> str:
    """A command for the same notebook, as it is to be typed."""
    path = "" if options.path == "." else shlex.quote(options.path)
    return " ".join(filter(None, (program(), command, exercise, path)))


@contextlib.contextmanager
def _study(options: argparse.Namespace, *, thorough: bool = False) -> Iterator[Study]:
    """The reader's notebook with graders for it."""
    work, lesson = _workbook(options), Lesson.load()
    if probe.best() == levels.NONE:
        _show(Text(words.NO_WALLS, "dim"))
    with grader(lesson, INTERACTIVE, thorough=thorough) as found:
        from autograder.study import Study  # it loads torch

        yield Study(work, lesson, found)


def _look(study: Study, only: str | None = None) -> Standing:
    """Where the reader stands.

    Raises:
        Refused: the notebook cannot be read.
    """
    path = study.workbook.path
    try:
        standing = study.look(only)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    if not standing.report.exercises:
        raise Refused(f"{path}: {standing.report.note}")
    return standing


def _workbook(options: argparse.Namespace) -> Workbook:
    lesson = Lesson.load()
    if "exercise" in options:
        _demand(options.exercise, lesson)
    return Workbook.find(Path(options.path), lesson.assignment)


def _demand(exercise: str, lesson: Lesson) -> None:
    ids = [task.id for task in lesson.tasks]
    if exercise not in ids:
        raise Refused(f"no exercise {exercise!r}: the exercises are {', '.join(ids)}")


def _show(what: RenderableType) -> None:
    """Print it; what is a sentence is left to the terminal to wrap, so that commands can be copied."""
    if isinstance(what, str):
        terminal.show(terminal.console(), terminal.safe(what), wrap=False)
    else:
        terminal.show(terminal.console(), what)
