"""Graders for one's own notebook on one's own machine, with the best walls that it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder import memory
from autograder.lesson import Lesson
from autograder.sandbox import probe
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import process

if TYPE_CHECKING:
    from autograder.grading import Grader


@contextmanager
def grader(lesson: Lesson, limits: Limits, *, thorough: bool) -> Iterator[Grader]:
    """A grader and what it needs; `thorough` takes longer to start, and pays from the second grading on.

    Raises:
        CannotStart: student code cannot be run here at all.
    """
    with process(probe.best(), thorough=thorough) as workers:
        workers.start()
        from autograder.grading import Grader  # torch and pytest, while the other process imports torch too

        with memory.limited():
            yield Grader(lesson, workers, limits)
