"""Graders for one's own notebook on one's own machine, with the best walls that it has."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder.basics import memory
from autograder.lesson.manifest import Lesson
from autograder.sandbox import probe
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import process

if TYPE_CHECKING:
    from autograder.grading.grader import Grader


@contextmanager
def graders(limits: Limits, *, thorough: bool, isolation: str | None = None) -> Iterator[Callable[[Lesson], Grader]]:
    """What makes a lesson's grader, and what it needs; `thorough` takes longer to start, and pays from the second on.

    Without an `isolation` it is the best that there is here.

    Raises:
        CannotStart: student code cannot be run here at all.
    """
    with process(isolation or probe.best(), thorough=thorough) as workers:
        workers.start()
        from autograder.grading.grader import Grader  # torch and pytest, while the other process imports torch too

        with memory.limited():
            yield functools.cache(lambda lesson: Grader(lesson, workers, limits))


@contextmanager
def grader(lesson: Lesson, limits: Limits, *, thorough: bool, isolation: str | None = None) -> Iterator[Grader]:
    """The grader of one lesson; as above."""
    with graders(limits, thorough=thorough, isolation=isolation) as of:
        yield of(lesson)
