"""An assignment as nbgrader knows it: its source and release among the course's folders, its cells in the gradebook."""

from __future__ import annotations

import sys

import nbformat
from nbgrader.api import Base, Gradebook
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine, inspect

from autograder.classroom.course import Course, find_root
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.release import build, source_notebook


def release(course: Course, assignment: str) -> None:
    """Make an assignment's notebooks anew, and put it into the gradebook; what `make exercises` runs."""
    lesson = shelf.source(assignment, course.root)
    source = course.root / "solutions" / assignment / f"{assignment}.ipynb"  # where nbgrader's own command looks
    source.parent.mkdir(exist_ok=True)
    nbformat.write(source_notebook(lesson), source)
    build(lesson, course.root / "exercises", course.config)
    (course.root / "course").mkdir(exist_ok=True)
    register(course, assignment)


def register(course: Course, assignment: str) -> None:
    """Put the released assignment into the gradebook, as generating it would have.

    Raises:
        ValueError: the database is another program's.
    """
    lesson = Lesson.load(assignment, course.root)
    directory = course.directory()
    _refuse_strangers(directory.db_url)
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_assignment(assignment)
    marks = {"notebook": assignment, "assignment": assignment, "db_url": directory.db_url}
    SaveCells().preprocess(nbformat.from_dict(lesson.notebook), {"nbgrader": marks})


def _refuse_strangers(db_url: str) -> None:
    """A new gradebook needs a database of its own: nbgrader would put its tables into any."""
    engine = create_engine(db_url)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    others = sorted(tables - Base.metadata.tables.keys() - {"alembic_version"})
    if others and "submitted_assignment" not in tables:
        raise ValueError(f"it is another program's, with a table {others[0]!r}: name a new one")


if __name__ == "__main__":
    here = Course(find_root())
    for name in sys.argv[1:] or shelf.names(here.root):
        release(here, name)
