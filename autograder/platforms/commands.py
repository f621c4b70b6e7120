"""The commands for platforms: `check --format`, package."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.basics import files
from autograder.basics.exits import Exit
from autograder.basics.refused import Refused
from autograder.grading.local import grader
from autograder.handin.delivery import take
from autograder.handin.handin import read
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report
from autograder.platforms import formats
from autograder.platforms.outlet import Outlet
from autograder.render import terminal
from autograder.sandbox import levels, probe
from autograder.sandbox.limits import Limits


def check(options: argparse.Namespace) -> Exit:
    """Grade one hand-in, a notebook or the folder that holds it, and write the results as a platform reads them."""
    if options.format is None:
        raise Refused(f"--output and --isolation go with --format, which is {shelf.either(tuple(formats.FORMATS))}")
    if options.json:
        raise Refused("--json and --format are two forms of the same: say one of them")
    formats.demand(options.format)
    with Outlet(options.format, options.output and Path(options.output), options.hints) as outlet:
        lesson = Lesson.load(options.lesson, shelf.here())
        outlet.about(lesson)
        report = _graded(Path(options.path), lesson, options.exercise, _walls(options.isolation, lesson))
        outlet.put(report)
    if not report.exercises:
        raise Refused(f"{options.path}: {report.note}")
    return Exit.DONE if report.score == report.max_score else Exit.NOT_RIGHT


def package(options: argparse.Namespace) -> None:
    """Make the zip that a platform runs."""
    from autograder.platforms.package import gradescope  # nbgrader is slow to import

    lesson = Lesson.load(options.lesson, shelf.here())
    path = Path(options.output or f"{lesson.assignment}-{options.platform}.zip")
    files.save(path, gradescope(lesson, options.torch_index))
    terminal.say(f"{path} is the autograder of {lesson.assignment}, worth {lesson.max_score:g} points: upload it.")
    if not options.torch_index:
        terminal.say("Its setup fetches torch with CUDA, several gigabytes more than is needed: see --torch-index.")


def _graded(path: Path, lesson: Lesson, exercise: str | None, isolation: str) -> Report:
    _demand_exercise(exercise, lesson)
    _demand_graders_of_ours(path, lesson)
    try:
        found = take(path, lesson) if path.is_dir() else read(path, lesson)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    if found.unreadable is not None:  # known without starting anything
        return Report.unreadable(lesson.assignment, lesson.max_score, found.unreadable, isolation=isolation)
    with grader(lesson, Limits(), thorough=False, isolation=isolation) as here:
        return here.grade(found, only=exercise).report


def _demand_exercise(exercise: str | None, lesson: Lesson) -> None:
    ids = [task.id for task in lesson.tasks]
    if exercise not in (None, *ids):
        raise Refused(f"no exercise {exercise!r}: the exercises are {', '.join(ids)}")


def _demand_graders_of_ours(path: Path, lesson: Lesson) -> None:
    """Graders are run, and not behind walls: who hands in a course with some of their own is not to have them run."""
    if lesson.root.resolve().is_relative_to(path.resolve()):
        raise Refused(f"{path} holds the course that would grade it: run this in another folder")


def _walls(level: str | None, lesson: Lesson) -> str:
    """What keeps student code from the graders, and from results that others rely on; none only if that was said.

    Raises:
        Refused: there are no such walls here.
    """
    if level not in (None, *levels.LEVELS):
        raise Refused(f"unknown isolation {level!r}: choose from {', '.join(levels.LEVELS)}")
    wanted = (level,) if level else (levels.BEST, levels.APART)
    found = next((one for one in wanted if probe.holds(one, str(lesson.root), str(lesson.folder))), None)
    if found is None:
        raise Refused(
            "student code cannot be shut in on this machine, and could write its own marks: "
            f"grade elsewhere, or without protection by saying --isolation {levels.NONE}"
        )
    return found
