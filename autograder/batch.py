"""Grades a whole class through nbgrader: every hand-in into the gradebook, with a feedback page and a Report each."""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from autograder.course import Course
from autograder.lesson import Lesson
from autograder.nbgrading import KEY, digest, save
from autograder.release import register
from autograder.report import Report


class NothingToGrade(Exception):
    """There is no hand-in to grade."""


class Unwritable(Exception):
    """The course folder cannot be written to."""


@dataclass(frozen=True)
class Outcome:
    """What became of one student's hand-in: its Report, or the reason why nbgrader could not take it."""

    student: str
    report: Report | None
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
            Unwritable: a folder cannot be written to.
        """
        top = self.course.root / "course"
        for folder in (top, top / "autograded", top / "feedback", top / "reports"):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Unwritable(f"cannot make the folder {folder}: {error.strerror}") from None
            if not os.access(folder, os.W_OK | os.X_OK):
                raise Unwritable(f"cannot write to the folder {folder}: change its permissions")
        register(self.course, self.assignment)

    def run(self, students: list[str], jobs: int) -> Iterator[Outcome]:
        """Grade these students in `jobs` processes; outcomes come as they are ready."""
        with ProcessPoolExecutor(
            max_workers=min(jobs, len(students)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_quiet,
        ) as pool:
            waiting = {pool.submit(grade_one, self, student): student for student in students}
            try:
                for future in as_completed(waiting):
                    error = future.exception()
                    yield Outcome(waiting[future], None, error=str(error)) if error else future.result()
            finally:
                pool.shutdown(cancel_futures=True)


def grade_one(batch: Batch, student: str) -> Outcome:
    """Grade one student's hand-in, unless it has been graded as it is."""
    course, assignment = batch.course, batch.assignment
    report_path = course.report(assignment, student)
    handin = course.submitted(assignment)[student] / f"{assignment}.ipynb"
    if not batch.force and _is_done(batch, student, handin):
        return Outcome(student, Report.from_json(report_path.read_text("utf-8")), skipped=True)
    if not handin.is_file():
        return _missing(batch, student, handin.parent)
    try:
        _convert(batch, student)
    except Exception as error:
        return Outcome(student, None, error=str(error).strip() or type(error).__name__)
    return Outcome(student, Report.from_json(report_path.read_text("utf-8")))


def _convert(batch: Batch, student: str) -> None:
    """nbgrader's two steps for one student: marks, then the page."""
    config = Config(batch.course.config)
    config.HiddenGraders.isolation = batch.isolation
    for converter in (Autograde, GenerateFeedback):
        directory = Course(batch.course.root, config).directory()
        directory.assignment_id, directory.student_id = batch.assignment, student
        step = converter(coursedir=directory, config=config)
        step.force = True
        _start(step)


def _is_done(batch: Batch, student: str, handin: Path) -> bool:
    """Whether this very file has been graded in the same isolation, and nothing of the result is missing."""
    course, assignment = batch.course, batch.assignment
    autograded = course.autograded(assignment, student)
    results = (autograded, course.feedback(assignment, student), course.report(assignment, student))
    if not handin.is_file() or not all(path.is_file() for path in results):
        return False
    try:
        about: dict[str, Any] = nbformat.read(autograded, as_version=4).metadata.get(KEY, {})
    except Exception:  # half-written: grade it again
        return False
    return about.get("digest") == digest(handin) and about.get("isolation") == batch.isolation


def _missing(batch: Batch, student: str, folder: Path) -> Outcome:
    """A hand-in without the file that counts: no marks, whatever there were before, and a Report that says so."""
    others = sorted(path.name for path in folder.iterdir())
    found = f"found {', '.join(others[:3])}" if others else "the folder is empty"
    note = f"there is no {batch.assignment}.ipynb in the hand-in: {found}"
    total = Lesson.load(batch.assignment, batch.course.root).max_score
    report = Report.unreadable(batch.assignment, total, note, isolation=batch.isolation, student=student)
    save(report, batch.course.report(batch.assignment, student))
    for old in (batch.course.autograded(batch.assignment, student), batch.course.feedback(batch.assignment, student)):
        shutil.rmtree(old.parent, ignore_errors=True)
    _mark_zero(batch, student)
    return Outcome(student, report)


def _mark_zero(batch: Batch, student: str) -> None:
    """Put no marks into the gradebook; those that a person gave by hand stay."""
    directory = batch.course.directory()
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(batch.assignment, student)
        for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
            grade.auto_score, grade.needs_manual_grade = 0.0, False
        gradebook.db.commit()


def _start(step: BaseConverter) -> None:
    """Run one of nbgrader's steps; its own exception says only to look at the log, so the log's last word is raised."""
    errors = _Errors(logging.ERROR)
    step.log.handlers[:], step.log.propagate = [errors], False
    try:
        step.start()
    except NbGraderException as error:
        raise NbGraderException(errors.last or str(error)) from error


class _Errors(logging.Handler):
    """Remembers the last line of the last traceback in a log."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage().strip()
        if message.startswith("Traceback"):
            self.last = message.splitlines()[-1][:300]


def _quiet() -> None:
    """In each process of the pool: Ctrl-C is for the main process; nbgrader's harmless warnings are for nobody."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
