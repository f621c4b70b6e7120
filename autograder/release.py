"""Makes the students' notebook in `exercises/` from the lesson in `solutions/`, through nbgrader's own command."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbgrader.api import Base, Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine, inspect
from traitlets.config import Config

from autograder.course import Course, find_root


def source_notebook(lesson: Path) -> nbformat.NotebookNode:
    """The lesson as a notebook, with ids that do not change from one build to the next."""
    import jupytext  # slow to import, and not needed to register a released assignment

    notebook: nbformat.NotebookNode = jupytext.read(lesson, fmt="py:percent")
    notebook.metadata.pop("jupytext", None)
    for index, cell in enumerate(notebook.cells):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{index}")
    notebook.nbformat_minor = 5
    return notebook


def build(course: Course, assignment: str, into: Path | None = None) -> Path:
    """Generate the release notebook of an assignment; `into` is a folder to use in the place of `exercises/`."""
    lesson = course.root / "solutions" / f"{assignment}.py"
    source = course.root / "solutions" / assignment / f"{assignment}.ipynb"
    source.parent.mkdir(exist_ok=True)
    (course.root / "course").mkdir(exist_ok=True)
    nbformat.write(source_notebook(lesson), source)
    config = Config(course.config)
    if into is not None:
        config.CourseDirectory.release_directory = str(into)
        config.CourseDirectory.db_url = f"sqlite:///{into}/gradebook.db"
    directory = Course(course.root, config).directory()
    directory.assignment_id = assignment
    converter = GenerateAssignment(coursedir=directory, config=config)
    converter.create_assignment = converter.force = True
    converter.start()
    folder: str = directory.release_directory
    return (course.root / folder / assignment / f"{assignment}.ipynb").resolve()


def register(course: Course, assignment: str) -> None:
    """Put the released assignment into the gradebook, as generating it would have.

    Raises:
        ValueError: the database is another program's.
    """
    release = course.root / "exercises" / assignment / f"{assignment}.ipynb"
    directory = course.directory()
    _refuse_strangers(directory.db_url)
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_assignment(assignment)
    marks = {"notebook": assignment, "assignment": assignment, "db_url": directory.db_url}
    SaveCells().preprocess(nbformat.read(release, as_version=4), {"nbgrader": marks})


def _refuse_strangers(db_url: str) -> None:
    """A new gradebook needs a database of its own: nbgrader would put its tables into any."""
    engine = create_engine(db_url)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    others = sorted(tables - Base.metadata.tables.keys() - {"alembic_version"})
    if others and "submitted_assignment" not in tables:
        raise ValueError(f"it is another program's, with a table {others[0]!r}: name a new one")


if __name__ == "__main__":
    for path in sys.argv[1:] or ["sgd"]:
        build(Course(find_root()), path)
