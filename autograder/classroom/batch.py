"""Grades a whole class through nbgrader: every hand-in into the gradebook, with a feedback page and a Report each."""

from __future__ import annotations

import functools
import gc
import logging
import multiprocessing
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import Gradebook
from pebble import ProcessExpired, ProcessPool
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from autograder.basics import memory
from autograder.basics.refused import Refused
from autograder.classroom import basis, extensions, history, names, roster, timestamp
from autograder.classroom.course import Course, load_config
from autograder.classroom.deadlines import Deadlines
from autograder.classroom.earlier import Earlier
from autograder.classroom.marks import Entry, entries
from autograder.classroom.release import register
from autograder.classroom.submitted import doubles
from autograder.lesson.manifest import Lesson, UnfitGraders
from autograder.lesson.report import Report
from autograder.render.terminal import Log
from autograder.sandbox.launch import START_SECONDS, begin
from autograder.sandbox.limits import Limits, UnknownLimit

if TYPE_CHECKING:
    from autograder.classroom.converters import Marks, Pages

FORCED = "--force"
MARGIN = START_SECONDS  # beyond a hand-in's own time: for processes to come up, and for its page


class NothingToGrade(Refused):
    """There is no hand-in to grade."""


class Unwritable(Refused):
    """The course folder cannot be written to."""


class NoGradebook(Refused):
    """The gradebook cannot be opened."""


@dataclass(frozen=True)
class Outcome:
    """What became of one student's hand-in: a Report among the course's files, or the error that kept it from one.

    Attributes:
        again: why it was graded once more.
    """

    student: str
    skipped: bool = False
    error: str | None = None
    again: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """A class to be graded.

    Attributes:
        began: when, which is what the history calls this run.
    """

    course: Course
    assignment: str
    isolation: str
    force: bool = False
    began: str = field(default_factory=history.begun)

    def students(self, pattern: str = "*") -> list[str]:
        """Those who have handed something in.

        Raises:
            NothingToGrade: nobody has, or nobody of that name; and nothing lies elsewhere.
        """
        everybody = self.course.submitted(self.assignment).students()
        found = [student for student in everybody if fnmatchcase(student, pattern)]
        if found or self.strays(pattern):
            return found
        if everybody:
            raise NothingToGrade(f"no submissions: none of the {len(everybody)} students is called {pattern!r}")
        place = f"course/submitted/STUDENT/{self.assignment}/{self.assignment}.ipynb"
        raise NothingToGrade(f"no submissions: put each hand-in at {place}")

    def strays(self, pattern: str = "*") -> list[Outcome]:
        """What lies where no hand-in is looked for, with what to do about it."""
        found = self.course.submitted(self.assignment).strays()
        return [Outcome(path, error=reason) for path, reason in found if fnmatchcase(path.split("/")[0], pattern)]

    def doubts(self, students: list[str]) -> list[str]:
        """What was graded, but may not be what somebody meant: a line for each."""
        folders = {student: self.course.hand_in(self.assignment, student).parent for student in students}
        faults = [(student, timestamp.read(folder)[1]) for student, folder in folders.items()]
        alike = [", ".join(map(ascii, group)) for group in doubles(students)]
        return [
            *(f"{names.shown(student)}: {fault}" for student, fault in faults if fault),
            *(
                f"{group} differ in case or Unicode form only: if that is one student, keep one folder"
                for group in alike
            ),
            *(
                f"{extensions.PLACE}: nobody in the class has the id {one!r}, nor has handed in"
                for one in self._unknown()
            ),
        ]

    def _unknown(self) -> list[str]:
        """Who is given an extension, and is neither in the roster nor has handed anything in."""
        put_off, people = extensions.load(self.course.root), roster.load(self.course.root)
        known = {*(one.id for one in people), *self.course.submitted(self.assignment).students()}
        return put_off.unknown(known) if put_off else []

    @functools.cached_property
    def basis(self) -> dict[str, str]:
        """What all results depend on, as it is when grading begins."""
        return basis.common(self.course, self._lesson, self.isolation)

    def entries(self) -> dict[str, Entry]:
        """What the gradebook has, by student.

        Raises:
            NoGradebook: it cannot be read.
        """
        with self._gradebook():
            return entries(self.course.directory(), self.assignment)

    def prepare(self) -> None:
        """Make the folders and put the assignment into the gradebook.

        Raises:
            Refused: the course sets a limit that does not exist.
            Unwritable: a folder cannot be written to.
            NoGradebook: its server does not answer, or the file is not one, is locked or not ours to write.
        """
        self.limits()
        top = self.course.root / "course"
        for folder in (top, top / "autograded", top / "feedback", top / "reports"):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Unwritable(f"cannot make the folder {folder}: {error.strerror}") from None
            if not os.access(folder, os.W_OK | os.X_OK):
                raise Unwritable(f"cannot write to the folder {folder}: change its permissions")
        try:
            os.close(history.open_(self.course.root))
        except OSError as error:
            raise Unwritable(f"cannot write to the file {top / history.NAME}: {error.strerror}") from None
        _hush()
        with self._gradebook():
            register(self.course, self.assignment)

    @contextmanager
    def _gradebook(self) -> Iterator[None]:
        try:
            yield
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
        known, common, policy = self.entries(), self.basis, self.deadlines  # as it is now, for every process to come
        again = {student: self._again(student, known.get(student), common, policy) for student in good}
        yield from (Outcome(student, skipped=True) for student in good if again[student] == [])
        waiting = {student: tuple(why or ()) for student, why in again.items() if why != []}
        if waiting:
            yield from (replace(outcome, again=waiting[outcome.student]) for outcome in self._grade(waiting, jobs))

    def _again(self, student: str, entry: Entry | None, common: dict[str, str], policy: Deadlines) -> list[str] | None:
        """Why a hand-in has to be graded again: nothing, if it has not; None if it has never been."""
        earlier = Earlier(self.course, self._lesson, student)
        if not earlier.there:
            return None
        return [FORCED] if self.force else earlier.outdated(common, entry, policy)

    @property
    def deadlines(self) -> Deadlines:
        """When things are due, and what it costs to be late."""
        return Deadlines.of(self.course.config)

    @property
    def _lesson(self) -> Lesson:
        return Lesson.load(self.assignment, self.course.root)

    def limits(self) -> Limits:
        """Those of the course.

        Raises:
            Refused: its settings name one that there is not.
        """
        try:
            return Limits.of(self.course.config.HiddenGraders.get("limits", {}))
        except UnknownLimit as error:
            raise Refused(str(error)) from None

    def _grade(self, students: Mapping[str, Sequence[str]], jobs: int) -> Iterator[Outcome]:
        """Students, each with the reasons for it.

        A process that dies or hangs is replaced, and costs the hand-in that it was at, no other.
        """
        limits = self.limits()
        seconds = limits.submission + limits.grace + MARGIN
        pool = ProcessPool(
            max_workers=min(jobs, len(students)),
            context=multiprocessing.get_context("spawn"),
            initializer=begin,
            initargs=[self.isolation, str(self.course.root.resolve())],
        )
        try:
            futures: dict[Future[Outcome], str] = {
                pool.schedule(_grade_in_pool, [self, student, why], timeout=seconds): student
                for student, why in students.items()
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


def _grade_in_pool(batch: Batch, student: str, why: Sequence[str] = ()) -> Outcome:
    """Grade one student's hand-in in a process of the pool."""
    _settle(batch.course.root, batch.assignment, batch.isolation, tuple(batch.basis.items()))
    return _grade_one(batch, student, why)


@functools.cache
def _settle(root: Path, assignment: str, isolation: str, common: tuple[tuple[str, str], ...]) -> None:
    """Import and make all that stays to the end, so that the garbage collector need not look through it every time."""
    _hush()
    _steps(root, assignment, isolation, common)
    from autograder.grading.verdicts import demand  # torch, as above

    demand(Lesson.load(assignment, root))  # nothing has been graded by then
    gc.collect()
    gc.freeze()
    memory.limit()


def _grade_one(batch: Batch, student: str, why: Sequence[str] = ()) -> Outcome:
    """Grade one student's hand-in. Its page is removed first and written last, so a page means that all is done."""
    batch.course.feedback(batch.assignment, student).unlink(missing_ok=True)
    try:
        marks, pages = _steps(batch.course.root, batch.assignment, batch.isolation, tuple(batch.basis.items()))
        marks.convert(student)
        report = Report.from_json(batch.course.report(batch.assignment, student).read_text("utf-8"))
        history.append(batch.course.root, history.Line.of(batch.began, report, marks.final(student), why))
        pages.convert(student)
    except Exception as error:
        return Outcome(student, error=_withdraw(batch, student, _reason(error)))
    return Outcome(student)


@functools.cache
def _steps(root: Path, assignment: str, isolation: str, common: tuple[tuple[str, str], ...]) -> tuple[Marks, Pages]:
    from autograder.classroom.converters import steps  # torch and all that is slow: not for the main process

    config = load_config(root)
    config.HiddenGraders.isolation, config.HiddenGraders.basis = isolation, dict(common)
    return steps(config, assignment)


def _withdraw(batch: Batch, student: str, reason: str) -> str:
    """Leave nothing of an earlier grading that would look like this one's result; the reason, and what that did."""
    course = batch.course
    with suppress(OSError):
        history.append(course.root, history.Line(batch.began, batch.assignment, student, error=reason))
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
