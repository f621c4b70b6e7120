"""Where the time of one hand-in goes, in one process that is warm: ``python -m benchmarks.phases [HAND-INS]``.

Each figure is the mean over the hand-ins; a part's time does not contain that of the parts below it.
"""

from __future__ import annotations

import functools
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.classroom import batch, nbgrading
from autograder.classroom.converters import Marks, Pages
from autograder.classroom.course import Course
from autograder.grading import grader as grading
from autograder.sandbox import session, submission
from autograder.sandbox.levels import BEST
from benchmarks.courses import ours, subject

spent: defaultdict[str, float] = defaultdict(float)
running: list[str] = []


def timed(owner: Any, name: str, part: str) -> None:
    """Count the time of a function as its part's, and not as that of the part which called it."""
    function: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        begin = time.perf_counter()
        running.append(part)
        try:
            return function(*args, **kwargs)
        finally:
            seconds = time.perf_counter() - begin
            running.pop()
            spent[part] += seconds
            if running:
                spent[running[-1]] -= seconds

    setattr(owner, name, wrapper)


def main(hand_ins: int = 20) -> None:
    timed(nbgrading, "take", "read: choose, parse, repair")
    timed(session.Session, "__init__", "execute: fork a worker, shut it in")
    timed(session.Session, "close", "execute: end it, remove its folder")
    timed(submission.Submission, "_run_cell", "execute: the cells")
    timed(grading, "judge", "graders: pytest, inputs, comparing")
    timed(submission.Submission, "call", "graders: the student's functions, in the worker")
    timed(Marks, "convert", "nbgrader: autograde")
    timed(Pages, "convert", "nbgrader: feedback page")
    with tempfile.TemporaryDirectory() as folder:
        course = Course(ours(Path(folder, "kit"), hand_ins + 1))
        work = batch.Batch(course, subject().assignment, BEST, force=True)
        work.prepare()
        students = work.students()
        batch._grade_in_pool(work, students[0])
        spent.clear()
        begin = time.perf_counter()
        for student in students[1:]:
            batch._grade_in_pool(work, student)
        total = time.perf_counter() - begin
    for part, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{1000 * seconds / hand_ins:8.1f} ms {100 * seconds / total:5.1f} %  {part}")
    print(f"{1000 * total / hand_ins:8.1f} ms 100.0 %  one hand-in, in one of the pool's processes")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
