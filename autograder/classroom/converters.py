"""nbgrader's two steps, made once in each process of a batch and used for one student after another.

Its own commands load templates, open the gradebook and compile every query anew for each student: a second of work
here. What they do to marks is left to nbgrader's own classes.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

from nbgrader import api
from nbgrader.converters import Autograde, GenerateFeedback, autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import getgrades, latesubmissions, saveautogrades
from sqlalchemy.orm import Session, scoped_session, sessionmaker, undefer
from traitlets.config import Config

from autograder.basics.files import write
from autograder.classroom import stock
from autograder.lesson.release import LastError

OPENERS = (autograde, getgrades, latesubmissions, saveautogrades)  # the modules that open a gradebook here


class OneStudent(BaseConverter):
    """What both steps do alike: convert the assignment's one notebook of one student, without copying other files.

    That part of it is `stock`'s.
    """

    ready = False

    def convert(self, student: str) -> None:
        """Do this step for one student.

        Raises:
            NbGraderException: it failed; with the last line of nbgrader's log, since its own text only points there.
        """
        self.coursedir.student_id = student
        errors = LastError.of(self.log)
        try:
            self.start()
        except NbGraderException as error:
            raise NbGraderException(errors.text or str(error)) from error

    def start(self) -> None:
        """nbgrader's own the first time; then the exporter, with its templates, is there."""
        if not self.ready:
            super().start()
            self.ready = True
            return
        self.init_notebooks()
        here = Path.cwd()
        os.chdir(self.coursedir.root)
        try:
            self.convert_notebooks()
        finally:
            os.chdir(here)

    def init_notebooks(self) -> None:
        """The student's notebook, by its path: an id may hold what a glob would read as a pattern."""
        folder = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        self.assignments = {folder: [str(Path(folder, f"{self.coursedir.assignment_id}.ipynb"))]}

    def write_single_notebook(self, output: str, resources: Any) -> None:
        """Write the file so that no reader ever sees half of it."""
        names = resources["nbgrader"]
        folder = Path(self._format_dest(names["assignment"], names["student"]))
        self.writer.build_directory = str(folder)  # where the second pass of autograding reads
        write(folder / (resources["unique_key"] + resources["output_extension"]), output)


class Marks(Autograde, OneStudent):
    """`nbgrader autograde`."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Make the student's entry in the gradebook, in one transaction."""
        with gradebook(self.coursedir.db_url, self.coursedir.course_id):
            super().init_assignment(assignment_id, student_id)

    def final(self, student: str) -> float:
        """What stands in the gradebook for a student, with marks by hand and penalty."""
        assignment = self.coursedir.assignment_id
        with gradebook(self.coursedir.db_url, self.coursedir.course_id) as opened:
            found = opened.find_submission_notebook(assignment, assignment, student)
            return max(0.0, float(found.score - (found.late_submission_penalty or 0.0)))


class Pages(GenerateFeedback, OneStudent):
    """`nbgrader generate_feedback`."""


def steps(config: Config, assignment: str) -> tuple[Marks, Pages]:
    """Both steps for the assignment, in order. They share one open gradebook with all later ones of this process."""
    stock.mend()
    for module in OPENERS:
        module.Gradebook = gradebook
    marks, pages = (kind(coursedir=CourseDirectory(config=config), config=config) for kind in (Marks, Pages))
    for step in (marks, pages):
        step.coursedir.assignment_id, step.force = assignment, True
    return marks, pages


@functools.cache
def gradebook(db_url: str, course_id: str = "default_course") -> api.Gradebook:
    """This process's one open gradebook of that address: engine and compiled queries stay."""
    return _Open(db_url, course_id)


class _Open(api.Gradebook):
    """A gradebook that stays open.

    Each outermost `with` is one transaction, where nbgrader commits after every cell; and it looks up the grades and
    comments of a notebook all at once, where nbgrader asks for each of them.
    """

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        self.db: Any
        self.db.remove()
        self.db = scoped_session(sessionmaker(bind=self.engine, class_=_Transaction))
        self._depth = 0
        self._found: dict[tuple[Any, ...], dict[str, Any]] = {}

    def __enter__(self) -> _Open:
        self._depth += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        try:
            if kind is None:
                self.db().end()
        finally:
            self._found.clear()
            self.db.remove()

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> api.Grade:
        everything = undefer(api.Grade.max_score)  # or it would be asked for with each grade
        found = self._of(api.Grade, api.GradeCell, notebook, assignment, student, everything).get(grade_cell)
        return found or super().find_grade(grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> api.Comment:
        found = self._of(api.Comment, api.SolutionCell, notebook, assignment, student).get(solution_cell)
        return found or super().find_comment(solution_cell, notebook, assignment, student)

    def _of(self, kind: Any, cell: Any, notebook: str, assignment: str, student: str, *options: Any) -> dict[str, Any]:
        """A student's grades, or comments, by the name of their cell.

        The indices of nbgrader's tables begin with the cell: a query that went by the student's name would look at the
        grades of the whole class.
        """
        key = (kind, notebook, assignment, student)
        if key not in self._found:
            submitted = self.find_submission_notebook(notebook, assignment, student)
            rows = self.db.query(cell.name, kind).join(cell, cell.id == kind.cell_id)
            self._found[key] = dict(rows.filter(kind.notebook_id == submitted.id).options(*options))
        return self._found[key]


class _Transaction(Session):
    """Commits when it is told that all is done; until then a query sees what has changed, and nobody else does."""

    def commit(self) -> None:
        """Not yet."""

    def end(self) -> None:
        super().commit()
