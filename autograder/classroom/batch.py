"""Grades a whole class through nbgrader: every hand-in into the gradebook, with a feedback page and a Report each."""

from __future__ import annotations

import functools
import gc
import json
import logging
import multiprocessing
import os
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.api import Gradebook
from pebble import ProcessExpired, ProcessPool
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from autograder.basics import memory
from autograder.basics.refused import Refused
from autograder.classroom import names
from autograder.classroom.course import Course, load_config
from autograder.classroom.release import register
from autograder.handin.delivery import Delivery
from autograder.handin.notebook import KEY
from autograder.lesson.manifest import Lesson, UnfitGraders
from autograder.render.terminal import Log
from autograder.sandbox.launch import START_SECONDS, begin
from autograder.sandbox.limits import Limits, UnknownLimit

if TYPE_CHECKING:
    from autograder.classroom.converters import OneStudent

MARGIN = START_SECONDS  # beyond a hand-in's own time: for processes to come up, and for its page


class NothingToGrade(Refused):
    """There is no hand-in to grade."""


class Unwritable(Refused):
    """The course folder cannot be written to."""


class NoGradebook(Refused):
    """The gradebook cannot be opened."""


@dataclass(frozen=True)
class Outcome:
    """What became of one student's hand-in: a Report among the course's files, or the error that kept it from one."""

    student: str
    skipped: bool = False
    error: str | None = None


@dataclass(frozen=True)
class Batch:
    """A class to be graded."""

    course: Course
    assignment: str
    isolation: str
    force: bool = False

    def students(self, pattern: str = "*") -> list[str]:
        """Those who have handed something in.

        Raises:
            NothingToGrade: nobody has, or nobody of that name.
        """
        folders = self.course.submitted(self.assignment)
        if not folders:
            place = f"course/submitted/STUDENT/{self.assignment}/{self.assignment}.ipynb"
            raise NothingToGrade(f"no submissions: put each hand-in at {place}")
        found = [student for student in folders if fnmatchcase(student, pattern)]
        if not found:
            raise NothingToGrade(f"no submissions: none of the {len(folders)} students is called {pattern!r}")
        return found

    def prepare(self) -> None:
        """Make the folders and put the assignment into the gradebook.

        Raises:
            Refused: the course sets a limit that does not exist.
            Unwritable: a folder cannot be written to.
            NoGradebook: its server does not answer, or the file is not one, is locked or not ours to write.
        """
        self._limits()
        top = self.course.root / "course"
        for folder in (top, top / "autograded", top / "feedback", top / "reports"):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Unwritable(f"cannot make the folder {folder}: {error.strerror}") from None
            if not os.access(folder, os.W_OK | os.X_OK):
                raise Unwritable(f"cannot write to the folder {folder}: change its permissions")
        _hush()
        try:
            register(self.course, self.assignment)
        except (SQLAlchemyError, ValueError, ImportError) as error:  # nbgrader's own for a database is a ValueError
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            place = self.course.gradebook()
            raise NoGradebook(f"the gradebook cannot be opened: {place}: {reason}") from None

    def run(self, students: list[str], jobs: int) -> Iterator[Outcome]:
        """Grade these students in `jobs` processes; outcomes come as they are ready.

        A folder's name is judged before anything is done with it, so a bad one reaches no file and no gradebook.

        Raises:
            UnfitGraders: the graders are not those of the lesson; nothing is graded then.
        """
        refused = {student: reason for student in students if (reason := names.fault(student))}
        yield from (Outcome(student, error=reason) for student, reason in refused.items())
        good = [student for student in students if student not in refused]
        done = [student for student in good if not self.force and _is_done(self, student)]
        yield from (Outcome(student, skipped=True) for student in done)
        waiting = sorted(set(good) - set(done))
        if waiting:
            yield from self._grade(waiting, jobs)

    def _limits(self) -> Limits:
        try:
            return Limits.of(self.course.config.HiddenGraders.get("limits", {}))
        except UnknownLimit as error:
            raise Refused(str(error)) from None

    def _grade(self, students: list[str], jobs: int) -> Iterator[Outcome]:
        """A process that dies or hangs is replaced, and costs the hand-in that it was at, no other."""
        limits = self._limits()
        seconds = limits.submission + limits.grace + MARGIN
        pool = ProcessPool(
            max_workers=min(jobs, len(students)),
            context=multiprocessing.get_context("spawn"),
            initializer=begin,
            initargs=[self.isolation, str(self.course.root.resolve())],
        )
        try:
            futures: dict[Future[Outcome], str] = {
                pool.schedule(_grade_in_pool, [self, student], timeout=seconds): student for student in students
            }
            for future in as_completed(futures):
                if isinstance(unfit := future.exception(), UnfitGraders):
                    raise unfit
                yield self._outcome(futures.pop(future), future, seconds)
        finally:
            pool.stop()
            pool.join()

    def _outcome(self, student: str, future: Future[Outcome], seconds: float) -> Outcome:
        match future.exception():
            case None:
                return future.result()
            case TimeoutError():
                reason = f"its grader gave no answer for {seconds:g} s; it was stopped"
            case ProcessExpired() as death:
                reason = f"its grader ended before it was done (exit status {death.exitcode})"
            case error:
                reason = _reason(error)
        return Outcome(student, error=_withdraw(self, student, reason))


def _hush() -> None:
    """Keep from the terminal what nbgrader logs with a traceback, what SQLAlchemy thinks of nbgrader, and raw text."""
    logging.lastResort = Log(logging.WARNING)
    logging.getLogger("tornado.application").addHandler(logging.NullHandler())
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


def _grade_in_pool(batch: Batch, student: str) -> Outcome:
    """Grade one student's hand-in in a process of the pool."""
    _settle(batch.course.root, batch.assignment, batch.isolation)
    return _grade_one(batch, student)


@functools.cache
def _settle(root: Path, assignment: str, isolation: str) -> None:
    """Import and make all that stays to the end, so that the garbage collector need not look through it every time."""
    _hush()
    _steps(root, assignment, isolation)
    from autograder.grading.verdicts import demand  # torch, as above

    demand(Lesson.load(assignment, root))  # nothing has been graded by then
    gc.collect()
    gc.freeze()
    memory.limit()


def _grade_one(batch: Batch, student: str) -> Outcome:
    """Grade one student's hand-in. Its page is removed first and written last, so a page means that all is done."""
    batch.course.feedback(batch.assignment, student).unlink(missing_ok=True)
    try:
        for step in _steps(batch.course.root, batch.assignment, batch.isolation):
            step.convert(student)
    except Exception as error:
        return Outcome(student, error=_withdraw(batch, student, _reason(error)))
    return Outcome(student)


@functools.cache
def _steps(root: Path, assignment: str, isolation: str) -> tuple[OneStudent, OneStudent]:
    from autograder.classroom.converters import steps  # torch and all that is slow: not for the main process

    config = load_config(root)
    config.HiddenGraders.isolation = isolation
    return steps(config, assignment)


def _is_done(batch: Batch, student: str) -> bool:
    """Whether these very files have been graded to the end in the same isolation."""
    course, assignment = batch.course, batch.assignment
    autograded = course.autograded(assignment, student)
    results = (autograded, course.feedback(assignment, student), course.report(assignment, student))
    if not all(path.is_file() for path in results):
        return False
    handin = course.hand_in(assignment, student)
    try:
        about: dict[str, Any] = json.loads(autograded.read_bytes())["metadata"].get(KEY, {})
        same = about.get("digest") == Delivery(handin.parent, handin.name).digest()
    except (OSError, ValueError, KeyError):
        return False
    return same and about.get("isolation") == batch.isolation


def _withdraw(batch: Batch, student: str, reason: str) -> str:
    """Leave nothing of an earlier grading that would look like this one's result; the reason, and what that did."""
    course = batch.course
    try:
        course.report(batch.assignment, student).unlink(missing_ok=True)
        course.feedback(batch.assignment, student).unlink(missing_ok=True)
        shutil.rmtree(course.autograded(batch.assignment, student).parent, ignore_errors=True)
        _unmark(batch, student)
    except (SQLAlchemyError, OSError):
        return f"{reason} (and the gradebook still has its old marks)"
    return reason


def _unmark(batch: Batch, student: str) -> None:
    """Leave every exercise without a mark; those that a person gave stay."""
    directory = batch.course.directory()
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(batch.assignment, student)
        for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
            grade.auto_score, grade.needs_manual_grade = None, True
        gradebook.db.commit()


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    line = lines[-1] if lines else type(error).__name__
    return memory.ENOUGH if memory.reached(error) or memory.told(line) else line  # nbgrader hands on the line alone
