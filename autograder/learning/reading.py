"""A reader's notebook as it lies on the disk: read when nobody is writing it, and what is missing from it said."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.handin import handin
from autograder.handin.handin import HandIn
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Exercise, Report, Status

REST, STEP = 2.0, 0.1  # seconds that a file must be left alone before it is called unreadable, and between two looks
GONE = "Its cell is gone: `autograder reset {}` brings it back."
NOT_RUN = "Its cell was not run since the kernel was started: run it, and check again."
UNUSED = "Not run since the kernel was started, though it may be needed here: {}."


def read(path: Path, lesson: Lesson) -> HandIn:
    """Read a notebook that an editor may be writing where it stands: half of one is read again until it is at rest.

    Raises:
        OSError: the file cannot be opened, and stays so.
    """
    before, since = _state(path), time.monotonic()
    while True:
        at_rest = time.monotonic() - since >= REST
        try:
            found = handin.read(path, lesson)
            if at_rest or not found.partial:
                return found
        except OSError:  # some editors, and git, remove a file before they write it anew
            if at_rest:
                raise
        time.sleep(STEP)
        if (now := _state(path)) != before:
            before, since = now, time.monotonic()


def _state(path: Path) -> tuple[int, ...] | None:
    """What tells a file that is being written from one that is left alone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def explained(exercises: Iterable[Exercise], found: HandIn, why: str = GONE) -> tuple[Exercise, ...]:
    """Of an exercise that has no cell, why that is so, and not that nothing is written in it."""
    return tuple(
        dataclasses.replace(one, note=why.format(one.id))
        if one.status is Status.NOT_ATTEMPTED and found.solution(one.id) is None
        else one
        for one in exercises
    )


def of_kernel(report: Report, found: HandIn, uses: Callable[[str], Iterable[str]]) -> Report:
    """The Report on what a kernel defines, in which nothing counts as unwritten because its cell was not run."""
    exercises = explained(report.exercises, found, NOT_RUN)
    return dataclasses.replace(report, exercises=tuple(_with_unused(one, found, uses(one.id)) for one in exercises))


def _with_unused(exercise: Exercise, found: HandIn, uses: Iterable[str]) -> Exercise:
    """With a note on earlier answers that it was judged without."""
    names = [name for name in uses if found.solution(name) is None and name not in found.absent]
    if not names or exercise.status is Status.NOT_ATTEMPTED:
        return exercise
    said = UNUSED.format(", ".join(f"`{name}`" for name in names))
    return dataclasses.replace(exercise, note=" ".join(filter(None, (exercise.note, said))))
