"""The commands for one notebook: start, next, watch, hint, reset, solution, check."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import functools
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from autograder.basics.advice import Advice
from autograder.basics.exits import Exit
from autograder.basics.refused import Refused
from autograder.basics.text import escaped
from autograder.grading.local import grader
from autograder.handin.recognition import recognise
from autograder.learning import progress, reading, workbook
from autograder.learning import screen as render
from autograder.learning.standing import Standing
from autograder.learning.study import Study
from autograder.learning.workbook import Workbook
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.render import terminal, words
from autograder.sandbox import levels, probe
from autograder.sandbox.limits import INTERACTIVE, Limits

if TYPE_CHECKING:
    from autograder.lesson.report import Report


def start(options: argparse.Namespace) -> None:
    """Put a fresh copy of the exercises where the reader wants it."""
    lesson = Lesson.load(options.lesson, shelf.here())
    folder = options.dir or lesson.assignment
    made = workbook.start(Path(folder), lesson)
    say, place = program(), shlex.quote(folder)
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
    with _study(*_workbook(options)) as study:
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
    with _study(*_workbook(options), thorough=True) as study:
        console, done = terminal.console(), False
        start = terminal.safe(f"Watching {study.workbook.path}. The first look takes some seconds.", "dim")
        terminal.show(console, start)
        study.begin()
        from autograder.learning.watch import Watch  # what it needs is slow to import

        watching = Watch(study, console)
        with contextlib.suppress(KeyboardInterrupt):
            done = asyncio.run(watching.run())
    watching.join()
    if watching.ended_by is not None:
        signal.raise_signal(watching.ended_by)  # as it would have ended, but for the terminal
    elif not done:
        _show(f"No longer watching. To go on: {_command('watch', '', options)}")


def hint(options: argparse.Namespace) -> None:
    """Give one hint more for an exercise."""
    with _study(*_workbook(options)) as study:
        before = _look(study, options.exercise, firm=False)
        standing = study.hint(before)
    if standing.done:
        _show(f"{options.exercise} is all right: there is nothing to hint at.")
        return
    _show(render.first(standing, study.lesson))
    _show(_after(before, standing, options))
    if study.unsaved and standing != before:
        place = study.workbook.path.with_name(workbook.PROGRESS)
        _show(
            f"It cannot be noted in {place} ({workbook.why(study.unsaved)}): so the next hint will be this one again."
        )


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
    work, lesson = _workbook(options)
    exercise = options.exercise
    done = work.reset(exercise, lesson)
    if not done.changed:
        _show(f"{exercise} is as it was in the beginning: there is nothing to reset.")
        return
    _show(f"{exercise} is a stub again, in {work.path}.")
    _show(f"Your old answer is in {done.aside}." if done.aside else "Its cell was gone, and is where it belongs.")
    _show("If the notebook is open, load it again: File > Reload Notebook from Disk.")


def solution(options: argparse.Namespace) -> None:
    """Show the reference answer to those who have one of their own, or who insist."""
    lesson = _having(options) if options.spoil else _opened(options)
    terminal.show(terminal.console(), terminal.code(lesson.answer(options.exercise)), wrap=False)


def _opened(options: argparse.Namespace) -> Lesson:
    """The lesson of an exercise that the reader has right, or had once.

    Raises:
        Refused: that is not so.
    """
    work, lesson = _workbook(options)
    exercise = options.exercise
    if exercise not in progress.load(work.progress).done:
        with _study(work, lesson) as study:
            if not _look(study, exercise).done:
                raise Refused(
                    f"{exercise} is not right yet, so its solution stays shut: "
                    f"`{_command('hint', exercise, options)}` helps on, and "
                    f"`{_command('solution', exercise, options)} --spoil` shows it all the same"
                )
    return lesson


def _having(options: argparse.Namespace) -> Lesson:
    """The lesson of an exercise, for which nobody needs a notebook unless several have one of that name."""
    lessons = _lessons(options)
    _demand(options.exercise, *lessons)
    found = [lesson for lesson in lessons if options.exercise in _ids(lesson)]
    return found[0] if len(found) == 1 else _workbook(options)[1]


def check(options: argparse.Namespace) -> Exit:
    """Grade one notebook here and now."""
    path = Path(options.path)
    lesson = recognise(path, _lessons(options))
    if options.exercise is not None:
        _demand(options.exercise, lesson)
    if not path.is_file():
        raise Refused(f"{path}: {'a folder, not a notebook' if path.is_dir() else 'no such file'}")
    try:
        report = _check(path, lesson, options.exercise)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {workbook.why(error)}") from None
    if options.json:
        terminal.write(escaped(report.to_json()))
    if not report.exercises:
        raise Refused(f"{path}: {report.note}")
    if not options.json:
        _show_report(report, options.hints)
        if report.isolation == levels.NONE:
            terminal.say(words.NO_WALLS)
    return Exit.DONE if report.score == report.max_score else Exit.NOT_RIGHT


def _check(path: Path, lesson: Lesson, exercise: str | None) -> Report:
    from autograder.lesson.report import Report

    found = reading.read(path, lesson)
    if found.at_home is not None:  # known without starting anything
        return Report.unreadable(lesson.assignment, lesson.max_score, found.at_home, isolation=probe.best())
    with grader(lesson, Limits(), thorough=False) as here:
        report = here.grade(found, only=exercise).report
    return dataclasses.replace(report, exercises=reading.explained(report.exercises, found))


def _show_report(report: Report, hints: int) -> None:
    """The Report; its marks alone if that cannot be made."""
    with Advice("the Report", passes=terminal.UNREAD):
        terminal.show(terminal.console(), terminal.report(report, hints))
        return
    terminal.say(f"{report.score:g} of {report.max_score:g} points")


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
def _study(work: Workbook, lesson: Lesson, *, thorough: bool = False) -> Iterator[Study]:
    """The reader's notebook, and graders for it as soon as they are needed."""
    if probe.best() == levels.NONE:
        _show(Text(words.NO_WALLS, "dim"))
    with contextlib.ExitStack() as needed:
        graders = functools.cache(lambda: needed.enter_context(grader(lesson, INTERACTIVE, thorough=thorough)))
        yield Study(work, lesson, graders, probe.best())


def _look(study: Study, only: str | None = None, *, firm: bool = True) -> Standing:
    """Where the reader stands.

    Raises:
        Refused: the notebook cannot be read.
    """
    path = study.workbook.path
    try:
        standing = study.look(only, firm=firm)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {workbook.why(error)}") from None
    if not standing.report.exercises:
        raise Refused(f"{path}: {standing.report.note}")
    return standing


def _workbook(options: argparse.Namespace) -> tuple[Workbook, Lesson]:
    """The reader's notebook, and the lesson that it is of."""
    lessons = _lessons(options)
    work = Workbook.find(Path(options.path), [lesson.assignment for lesson in lessons])
    lesson = recognise(work.path, lessons)
    if "exercise" in options:
        _demand(options.exercise, lesson)
    return work, lesson


def _lessons(options: argparse.Namespace) -> list[Lesson]:
    """Those that may be meant."""
    root = shelf.here()
    return [Lesson.load(options.lesson, root)] if options.lesson else (Lesson.all(root) or [Lesson.load(root=root)])


def _demand(exercise: str, *lessons: Lesson) -> None:
    if not any(exercise in _ids(lesson) for lesson in lessons):
        known = "; ".join(", ".join(_ids(lesson)) for lesson in lessons)
        raise Refused(f"no exercise {exercise!r}: the exercises are {known}")


def _ids(lesson: Lesson) -> list[str]:
    return [task.id for task in lesson.tasks]


def _show(what: RenderableType) -> None:
    """Print it; what is a sentence is left to the terminal to wrap, so that commands can be copied."""
    if isinstance(what, str):
        terminal.show(terminal.console(), terminal.safe(what), wrap=False)
    else:
        terminal.show(terminal.console(), what)
