"""An assignment as nbgrader knows it: its source and release among the course's folders, its cells in the gradebook."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbgrader.api import Base, Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine, inspect

from autograder.basics.refused import Refused
from autograder.classroom import extensions
from autograder.classroom.course import Course
from autograder.classroom.deadlines import Deadlines
from autograder.classroom.extensions import Extensions
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.release import build, source_notebook


def publish(course: Course, assignment: str) -> Path:
    """Make an assignment's notebooks anew, and put it into the gradebook; the file that students get.

    Raises:
        UnknownAssignment: there is no such lesson.
        Refused: nbgrader cannot make a notebook of it, or the gradebook already has marks for other exercises.
    """
    lesson = shelf.source(assignment, course.root)
    if not lesson.is_file():
        raise shelf.UnknownAssignment(f"unknown assignment {assignment!r}: there is no {lesson}")
    source = course.root / "solutions" / assignment / f"{assignment}.ipynb"  # where nbgrader's own command looks
    source.parent.mkdir(exist_ok=True)
    nbformat.write(source_notebook(lesson), source)
    (course.root / "course").mkdir(exist_ok=True)
    try:
        released = build(lesson, course.root / "exercises", course.config)
        register(course, assignment)
    except (NbGraderException, RuntimeError, ValueError) as error:
        raise Refused(f"{assignment} cannot be released: {error}") from None
    return released


def register(course: Course, assignment: str) -> None:
    """Put the released assignment into the gradebook, as generating it would have.

    Raises:
        ValueError: the database is another program's.
        Refused: due dates or extensions are not what they have to be.
    """
    lesson = Lesson.load(assignment, course.root)
    directory, deadlines, put_off = course.directory(), *_due(course, assignment)
    _refuse_strangers(directory.db_url)
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_assignment(assignment)
        deadlines.enter(gradebook, assignment, put_off)
    marks = {"notebook": assignment, "assignment": assignment, "db_url": directory.db_url}
    SaveCells().preprocess(nbformat.from_dict(lesson.notebook), {"nbgrader": marks})


def _due(course: Course, assignment: str) -> tuple[Deadlines, Extensions | None]:
    """What the course says about when it is due, if all of it can be done."""
    deadlines, put_off = Deadlines.of(course.config), extensions.load(course.root)
    deadlines.demand(course.assignments())
    if put_off is not None:
        put_off.demand(course.assignments(), assignment, deadlines.date(assignment))
    return deadlines, put_off


def _refuse_strangers(db_url: str) -> None:
    """A new gradebook needs a database of its own: nbgrader would put its tables into any."""
    engine = create_engine(db_url)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    others = sorted(tables - Base.metadata.tables.keys() - {"alembic_version"})
    if others and "submitted_assignment" not in tables:
        raise ValueError(f"it is another program's, with a table {others[0]!r}: name a new one")
