"""The command `autograder`: `check` one notebook, `grade` a class.

What is slow to import (torch, nbgrader) is imported where it is needed, so that mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from autograder import names, tutor
from autograder.advice import Advice
from autograder.lesson import Lesson, UnfitGraders, UnknownAssignment
from autograder.local import grader
from autograder.memory import Exhausted
from autograder.render import terminal, words
from autograder.sandbox import levels, probe
from autograder.sandbox.launch import CannotStart
from autograder.sandbox.limits import Limits
from autograder.text import escaped
from autograder.tutor import Refused
from autograder.workbook import NoWorkbook

if TYPE_CHECKING:
    from autograder.batch import Batch, Outcome
    from autograder.report import Report

# jsonschema would load this for a check that no notebook asks for, and it takes longer to load than nbgrader itself.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

PIPE_WIDTH = 160  # a file has room for the whole table
ALL_RIGHT, NOT_ALL_RIGHT, NOT_GRADED, INTERRUPTED, NOT_READ = 0, 1, 2, 130, 141  # the last as if SIGPIPE had ended it
NOT_ITS_OWN = (BrokenPipeError,)  # nobody reads on


class CannotGrade(Exception):
    """Nothing could be graded; the text is the one line to show."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    _open_streams()
    try:
        return _run(argv)
    except BrokenPipeError:
        _leave_streams()
        return NOT_READ


def _run(argv: list[str] | None) -> int:
    options = _parser().parse_args(argv)
    try:
        status: int | None = options.run(options)
    except (CannotGrade, Exhausted, UnknownAssignment, UnfitGraders, NoWorkbook, Refused) as error:
        return _complain(str(error), NOT_GRADED)
    except CannotStart as error:
        return _complain(f"student code cannot be run on this machine: {error}", NOT_GRADED)
    except KeyboardInterrupt:
        return _complain("interrupted; the same command again goes on from here", INTERRUPTED)
    return status or ALL_RIGHT


def _complain(text: str, status: int) -> int:
    terminal.say(f"autograder: {text}", error=True)
    return status


def _open_streams() -> None:
    """Have somewhere to print to, whatever this was started with, also for what is logged."""
    logging.lastResort = terminal.Log(logging.WARNING)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # to the end
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every terminal has a ✓


def _leave_streams() -> None:
    """Nobody reads on, as in `autograder grade | head`: Python is not to try it once more when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def check(options: argparse.Namespace) -> int:
    """Grade one notebook here and now: 0 all marks, 1 marks lost, 2 not graded."""
    path, lesson = Path(options.path), Lesson.load()
    ids = [task.id for task in lesson.tasks]
    if options.exercise not in (None, *ids):
        raise CannotGrade(f"no exercise {options.exercise!r}: the exercises are {', '.join(ids)}")
    report = _check(path, lesson, options.exercise)
    if options.json:
        terminal.write(escaped(report.to_json()))
    if not report.exercises:
        raise CannotGrade(f"{path}: {report.note}")
    if not options.json:
        _show_report(report, options.hints)
        if report.isolation == levels.NONE:
            terminal.say(words.NO_WALLS)
    return ALL_RIGHT if report.score == report.max_score else NOT_ALL_RIGHT


def _show_report(report: Report, hints: int) -> None:
    """The Report; its marks alone if that cannot be made."""
    with Advice("the Report", passes=NOT_ITS_OWN):
        terminal.show(terminal.console(), terminal.report(report, hints))
        return
    terminal.say(f"{report.score:g} of {report.max_score:g} points")


def _check(path: Path, lesson: Lesson, exercise: str | None) -> Report:
    from autograder import handin

    if not path.is_file():
        raise CannotGrade(f"{path}: {'a folder, not a notebook' if path.is_dir() else 'no such file'}")
    try:
        found = handin.read(path, lesson)
    except OSError as error:
        raise CannotGrade(f"{path}: cannot be read: {error.strerror}") from None
    if found.unreadable is not None:  # known without starting anything
        from autograder.report import Report

        return Report.unreadable(lesson.assignment, lesson.max_score, found.unreadable, isolation=probe.best())
    with grader(lesson, Limits(), thorough=False) as here:
        return here.grade(found, only=exercise).report


def grade(options: argparse.Namespace) -> int:
    """Grade a class: 0 all hand-ins graded, 1 some could not be, 2 not started."""
    _demand_isolation(options.isolation)
    from autograder.batch import Batch, NoGradebook, NothingToGrade, Unwritable
    from autograder.course import Course, find_root
    from autograder.sandbox.limits import UnknownLimit

    batch = Batch(Course(find_root()), options.assignment, options.isolation, options.force)
    try:
        Lesson.load(options.assignment, batch.course.root)
        students = batch.students(options.student)
        batch.prepare()
    except (NoGradebook, NothingToGrade, UnknownLimit, Unwritable) as error:
        raise CannotGrade(str(error)) from None
    outcomes = _grade_with_progress(batch, students, options.jobs)
    return _summarise(batch, outcomes)


def _demand_isolation(level: str) -> None:
    if level not in levels.LEVELS:
        raise CannotGrade(f"unknown isolation {level!r}: choose from {', '.join(levels.LEVELS)}")
    if sys.platform != "linux":
        raise CannotGrade("a class is graded on Linux, where a container is enough; here, `autograder check` works")
    if level != levels.NONE and probe.best() != level:
        raise CannotGrade(
            f"student code cannot be shut in on this machine ({level} is missing): "
            f"grade elsewhere, or without protection by saying --isolation {levels.NONE}"
        )


def _grade_with_progress(batch: Batch, students: list[str], jobs: int) -> list[Outcome]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]:.1f} a second")
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    outcomes, console = [], terminal.console(error=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(students), rate=0.0)
        for outcome in batch.run(students, jobs):
            outcomes.append(outcome)
            progress.update(task, advance=1, rate=progress.tasks[task].speed or 0.0)
    return sorted(outcomes, key=lambda outcome: outcome.student)


def _summarise(batch: Batch, outcomes: list[Outcome]) -> int:
    failures = [outcome for outcome in outcomes if outcome.error is not None]
    try:
        _show_class(batch, [outcome for outcome in outcomes if outcome.error is None])
    finally:  # also if nobody reads the table to its end
        for outcome in failures:
            _complain(f"{names.shown(outcome.student)} could not be graded: {outcome.error}", NOT_ALL_RIGHT)
    return NOT_ALL_RIGHT if failures else ALL_RIGHT


def _show_class(batch: Batch, outcomes: list[Outcome]) -> None:
    from autograder.report import Report

    course = batch.course
    paths = [course.report(batch.assignment, outcome.student) for outcome in outcomes]
    reports = [Report.from_json(path.read_text("utf-8")) for path in paths]
    ids = [task.id for task in Lesson.load(batch.assignment, course.root).tasks]
    with Advice("the table of the class", passes=NOT_ITS_OWN):
        terminal.show(terminal.console(piped=PIPE_WIDTH), terminal.class_table(reports, ids))
    found = [outcome.skipped for outcome, report in zip(outcomes, reports, strict=True) if report.exercises]
    terminal.say("")
    terminal.say(f"{found.count(False)} graded, {found.count(True)} unchanged, {len(reports) - len(found)} unreadable")
    terminal.say(f"marks:    {course.gradebook()} (nbgrader's)")
    terminal.say(f"feedback: {course.feedback(batch.assignment, 'STUDENT')}")
    terminal.say(f"reports:  {course.report(batch.assignment, 'STUDENT')}")
    if batch.isolation == levels.NONE:
        terminal.say(words.UNISOLATED)


class _Parser(argparse.ArgumentParser):
    """Prints as all else does, and does not repeat arguments as they are."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        terminal.say(f"{self.prog}: error: {message}", error=True)
        raise SystemExit(NOT_GRADED)

    def _print_message(self, message: str, file: Any = None) -> None:
        terminal.write(message, error=file is not sys.stdout)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autograder",
        description="Grades the exercises of SGD from scratch.",
        epilog="New here? `autograder start` gives you a copy, and `autograder watch` goes through it with you.",
    )
    parser.set_defaults(run=lambda _: _help(parser))
    commands = parser.add_subparsers(metavar="COMMAND")
    _add_tutor(commands)

    one = commands.add_parser("check", help="grade one notebook here and now, with the hidden graders")
    one.add_argument("path", metavar="PATH", help="the notebook")
    one.add_argument("--json", action="store_true", help="print the Report as JSON")
    one.add_argument("--exercise", metavar="ID", help="look at this exercise only")
    one.add_argument("--hints", metavar="N", type=int, default=1, help="hints for each failure: 0 to 3 (default: 1)")
    one.set_defaults(run=check)

    many = commands.add_parser("grade", help="grade everything in course/submitted/ into nbgrader's gradebook")
    many.add_argument("assignment", metavar="ASSIGNMENT", nargs="?", default="sgd", help="default: sgd")
    many.add_argument("--jobs", metavar="N", type=_positive, default=os.cpu_count() or 1, help="default: all cores")
    many.add_argument("--student", metavar="GLOB", default="*", help="only the students of this name")
    many.add_argument("--force", action="store_true", help="grade again what has not changed")
    many.add_argument(
        "--isolation", metavar="LEVEL", default=levels.BEST,
        help=f"how student code is shut in: {' or '.join(levels.LEVELS)} (default: {levels.BEST})",
    )  # fmt: skip
    many.set_defaults(run=grade)
    return parser


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return NOT_GRADED


def _add_tutor(commands: Any) -> None:
    """The commands for those who learn on their own."""

    def add(name: str, run: Callable[[argparse.Namespace], None], about: str, *, exercise: bool = False) -> Any:
        command = commands.add_parser(name, help=about)
        if exercise:
            command.add_argument("exercise", metavar="EXERCISE", help="such as mse")
        command.set_defaults(run=run)
        return command

    start = add("start", tutor.start, "put a fresh copy of the exercises into a folder")
    start.add_argument("dir", metavar="DIR", nargs="?", default="sgd", help="default: sgd")
    needy = [
        add("next", tutor.next_, "say what to do now"),
        add("watch", tutor.watch, "check the notebook each time it is saved"),
        add("hint", tutor.hint, "give one more hint for an exercise", exercise=True),
        add("reset", tutor.reset, "put one stub back, and your answer aside", exercise=True),
        add("solution", tutor.solution, "show the reference answer to an exercise that is right", exercise=True),
    ]
    for command in needy:
        command.add_argument("path", metavar="PATH", nargs="?", default=".", help="the notebook or its folder")
    needy[-1].add_argument("--spoil", action="store_true", help="show it in any case")


def _positive(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes: give 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
