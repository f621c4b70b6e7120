"""The command `autograder`: which commands there are, what each may be told, and how it ends.

What a command does lives in its room. What is slow to import (torch, nbgrader) is imported where it is needed, so that
mistakes are answered at once.
"""

from __future__ import annotations

from autograder.basics import start  # isort: skip  # before what the environment may have changed

start.clean()

from autograder.basics import interrupted  # noqa: F401  # isort: skip  # before the rest, which takes a moment

import argparse
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any, NoReturn

from autograder.basics.exits import Exit
from autograder.basics.refused import Refused
from autograder.basics.text import SPELLED, brief, savable
from autograder.classroom import commands as classroom
from autograder.handback import commands as handback
from autograder.intake import commands as intake
from autograder.learning import commands as learning
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.overview import commands as overview
from autograder.platforms import commands as platforms
from autograder.platforms.formats import FORMATS
from autograder.render import terminal
from autograder.sandbox import levels
from autograder.sandbox.launch import CannotStart

# jsonschema would load this for a check that no notebook asks for, and it takes longer to load than nbgrader itself.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

Command = Callable[[argparse.Namespace], Exit | None]
Told = tuple[str, dict[str, Any]]  # what a command may be told


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    if argv is None:
        start.again()
    _open_streams()
    try:
        return _run_or_say(argv)
    except BrokenPipeError:
        _leave_streams()
        return Exit.NOT_READ


def _run_or_say(argv: list[str] | None) -> Exit:
    """Run it; of a fault of the kit one line, and the rest where it can be read."""
    try:
        return _run(argv)
    except BrokenPipeError:
        raise
    except Exception as error:
        return _complain(f"this is a fault of the kit ({_short(error)}): report it with {_log(error)}", Exit.CRASHED)


def _short(error: Exception) -> str:
    lines = str(error).split("\n")
    return brief(f"{type(error).__name__}: {lines[0]}" if lines[0] else type(error).__name__, 100)


def _log(error: Exception) -> str:
    """Where the whole of it is."""
    text = "".join(traceback.format_exception(error))
    try:
        file, path = tempfile.mkstemp(".log", "autograder-")
        with open(file, "w", encoding="utf-8") as log:
            log.write(savable(text))
    except OSError:
        terminal.write(text, error=True)
        return "the lines above"
    return f"the log {path}"


def _run(argv: list[str] | None) -> Exit:
    try:
        parser = _parser()
        options = parser.parse_args(argv)
        if options.run is None:
            parser.print_help()
            return Exit.NOT_DONE
        ended: Exit | None = options.run(options)
    except Refused as refusal:
        return _complain(str(refusal), Exit.NOT_DONE)
    except CannotStart as error:
        return _complain(f"student code cannot be run on this machine: {error}", Exit.NOT_DONE)
    except KeyboardInterrupt:
        return _complain("interrupted; the same command again goes on from here", Exit.INTERRUPTED)
    return Exit.DONE if ended is None else ended


def _complain(text: str, status: Exit) -> Exit:
    terminal.complain(text)
    return status


def _open_streams() -> None:
    """Have somewhere to print to, whatever this was started with, also for what is logged."""
    logging.lastResort = terminal.Log(logging.WARNING)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # to the end
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=SPELLED)  # not every terminal has a ✓


def _leave_streams() -> None:
    """Nobody reads on, as in `autograder grade | head`: Python is not to try it once more when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Parser(argparse.ArgumentParser):
    """Prints as all else does, and does not repeat arguments as they are."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        terminal.say(f"{self.prog}: error: {message}", error=True)
        raise SystemExit(Exit.NOT_DONE)

    def _print_message(self, message: str, file: Any = None) -> None:
        terminal.write(message, error=file is not sys.stdout)


def _told(name: str, **more: Any) -> Told:
    return name, more


def _positive(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes: give 1 or more")
    return number


PLATFORMS = ("gradescope",)  # for which there are packages
LESSON = _told("--lesson", metavar="NAME", help="which lesson, where there are several")
PATH = _told("path", metavar="PATH", nargs="?", default=".", help="the notebook or its folder")
SPOIL = _told("--spoil", action="store_true", help="show it in any case")
NOTEBOOK = _told("path", metavar="PATH", help="the notebook; with --format also a folder that holds it")
JSON = _told("--json", action="store_true", help="print the Report as JSON")
AS_JSON = _told("--json", action="store_true", help="print it as JSON")
ONLY = _told("--exercise", metavar="ID", help="look at this exercise only")
FORMAT = _told("--format", choices=FORMATS, help="give the results as this platform reads them")
RESULTS = _told("--output", metavar="FILE", help="where to put them (with --format)")
WALLS = _told("--isolation", metavar="LEVEL", help="what walls to demand (with --format; default: the best there are)")
PLATFORM = _told("platform", metavar="PLATFORM", choices=PLATFORMS, help=" or ".join(PLATFORMS))
ZIP = _told("--output", metavar="FILE", help="default: LESSON-PLATFORM.zip, here")
INDEX = _told("--torch-index", metavar="ADDRESS", help="where pip finds PyTorch's builds for the CPU")
HINTS = _told("--hints", metavar="N", type=int, default=1, help="hints for each failure: 0 to 3 (default: 1)")
SOURCES = _told("sources", metavar="PATH", nargs="+", help="a download from an LMS, an archive, a folder or a notebook")
DRY = _told("--dry-run", action="store_true", help="say what would become of every file, and write nothing")
ZONE = _told(
    "--zone", metavar="PLACE", help="where times without a zone are from, such as Europe/Berlin (default: here)"
)
COURSE = _told("dir", metavar="DIR", help="the folder, which is made if need be")
JOBS = _told("--jobs", metavar="N", type=_positive, help="default: all cores")
STUDENT = _told("--student", metavar="GLOB", default="*", help="only the students of this name")
FORCE = _told("--force", action="store_true", help="grade again what has not changed")
WHOM = _told("student", metavar="STUDENT", help="an id, or a name or address in the roster")
AUDIT = _told("--audit", action="store_true", help="see whether what has all marks passes the visible checks, too")
ANONYMOUS = _told(
    "--anonymous", action="store_true", help="the page that the class may see: nobody can be told from it"
)
SINCE = _told("--since", metavar="DATE|RUN", help="also what has changed since then, and why")
ISOLATION = _told(
    "--isolation", metavar="LEVEL", default=levels.BEST,
    help=f"how student code is shut in: {' or '.join(levels.LEVELS)} (default: {levels.BEST})",
)  # fmt: skip

TO = _told("--to", metavar="FORMAT", help=f"what reads the marks: {', '.join(handback.FORMATS)}")
SHEET = _told("--sheet", metavar="FILE", help="the LMS's own table, to be filled in; only its column for marks changes")
COLUMN = _told("--column", metavar="TITLE", help="which column of the LMS has the marks, where that is not plain")
OUTPUT = _told("--output", metavar="FILE", help="where to write (default: in course/export/)")
PAGES = _told("--pages", action="store_true", help="also the feedback pages, in a zip for the LMS to hand out")
UNREVIEWED = _told("--unreviewed", action="store_true", help="also marks that a person has still to look at")


def _check(options: argparse.Namespace) -> Exit:
    """For its author, or for a platform."""
    for_platform = options.format or options.output or options.isolation
    return platforms.check(options) if for_platform else learning.check(options)


def _parser() -> argparse.ArgumentParser:
    lessons = Lesson.all(shelf.here())
    only = lessons[0].assignment if len(lessons) == 1 else None
    directory = _told("dir", metavar="DIR", nargs="?", help=f"default: {only or 'the name of the lesson'}")
    exercise = _told("exercise", metavar="EXERCISE", help=f"such as {lessons[0].tasks[0].id}" if lessons else None)
    assignment = _told("assignment", metavar="ASSIGNMENT", nargs="?", help=f"default: {only or 'none, of several'}")
    every = _told("assignment", metavar="ASSIGNMENT", nargs="?", help="default: all that there are")
    parser = _Parser(
        prog="autograder",
        description=f"Grades the exercises of {' and '.join(lesson.title for lesson in lessons)}.",
        epilog="New here? `autograder start` gives you a copy, and `autograder watch` goes through it with you.",
    )
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(metavar="COMMAND")

    def add(name: str, run: Command, about: str, *told: Told) -> None:
        command = commands.add_parser(name, help=about)
        command.set_defaults(run=run)
        for flag, more in told:
            command.add_argument(flag, **more)

    add("start", learning.start, "put a fresh copy of the exercises into a folder", directory, LESSON)
    add("next", learning.next_, "say what to do now", PATH, LESSON)
    add("watch", learning.watch, "check the notebook each time it is saved", PATH, LESSON)
    add("hint", learning.hint, "give one more hint for an exercise", exercise, PATH, LESSON)
    add("reset", learning.reset, "put one stub back, and your answer aside", exercise, PATH, LESSON)
    add("solution", learning.solution, "show the reference answer to an exercise that is right",
        exercise, PATH, LESSON, SPOIL)  # fmt: skip
    add("check", _check, "grade one notebook here and now, with the hidden graders",
        NOTEBOOK, JSON, ONLY, HINTS, LESSON, FORMAT, RESULTS, WALLS)  # fmt: skip
    add("init", classroom.init, "make a course of your own in a folder", COURSE, LESSON)
    add("doctor", classroom.doctor, "say what this machine and this course lack, if anything", AS_JSON)
    add("release", classroom.release, "make the notebooks in exercises/ from the lessons in solutions/", every)
    add("collect", intake.collect, "take hand-ins from a download of an LMS, or wherever they lie",
        SOURCES, LESSON, DRY, ZONE)  # fmt: skip
    add("package", platforms.package, "make the zip that a platform runs", PLATFORM, ZIP, INDEX, LESSON)
    add("grade", classroom.grade, "grade everything in course/submitted/ into nbgrader's gradebook",
        assignment, JOBS, STUDENT, FORCE, ISOLATION, AUDIT)  # fmt: skip
    add("export", handback.export, "write the marks for people or for an LMS, and pages for it to hand out",
        assignment, TO, SHEET, COLUMN, OUTPUT, PAGES, UNREVIEWED)  # fmt: skip
    add("report", overview.report, "put the class on one page, and into tables", assignment, ANONYMOUS, SINCE)
    add("show", classroom.show, "say how one student's hand-in was graded, and what has changed and why",
        WHOM, assignment)  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
