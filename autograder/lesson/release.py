"""Makes the students' notebook from the lesson's source, as nbgrader's own command does."""

from __future__ import annotations

import copy
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.lesson import shelf
from autograder.lesson.manifest import STUBS, Lesson

if TYPE_CHECKING:
    import nbformat
    from traitlets.config import Config


class LastError(logging.Handler):
    """Remembers the last line of the last traceback in a log: nbgrader's own exceptions only point there."""

    text = ""

    @classmethod
    def of(cls, log: logging.Logger) -> LastError:
        """In the place of all that a log goes to."""
        handler = cls(logging.ERROR)
        log.handlers[:], log.propagate = [handler], False
        return handler

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one message."""
        message = record.getMessage().strip()
        if message.startswith("Traceback"):
            self.text = message.splitlines()[-1][:300]


def source_notebook(source: Path) -> nbformat.NotebookNode:
    """The lesson as a notebook, with ids that do not change from one build to the next."""
    import jupytext  # slow to import, and not needed to register a released assignment

    notebook: nbformat.NotebookNode = jupytext.read(source, fmt="py:percent")
    notebook.metadata.pop("jupytext", None)
    for index, cell in enumerate(notebook.cells):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{index}")
    notebook.nbformat_minor = 5
    return notebook


def fresh(lesson: Lesson, into: Path) -> Path:
    """The release as students get it: the file that there is, or if somebody works on that, one made anew in `into`."""
    if lesson.untouched:
        return shelf.release(lesson.assignment, lesson.root)
    return build(shelf.source(lesson.assignment, lesson.root), into)  # takes seconds


def build(source: Path, into: Path, settings: Config | None = None) -> Path:
    """Make the release of `source`, a lesson NAME.py, in the folder `into`: NAME/NAME.ipynb. No gradebook is asked.

    `settings` are a course's, for nbgrader.

    Raises:
        NbGraderException: nbgrader cannot make one of it; the text is the last line of its log.
    """
    import nbformat  # these are slow to import
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    name = source.stem
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "source", name)
        folder.mkdir(parents=True)
        nbformat.write(source_notebook(source), folder / f"{name}.ipynb")
        config = copy.deepcopy(settings) if settings else Config()
        config.CourseDirectory.root = root
        config.CourseDirectory.source_directory = "source"
        config.CourseDirectory.assignment_id = name
        config.CourseDirectory.release_directory = str(into.resolve())
        config.ClearSolutions.code_stub = STUBS
        config.SaveCells.enabled = False
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        converter.no_database = converter.force = True
        errors = LastError.of(converter.log)
        try:
            converter.start()
        except NbGraderException as error:
            raise NbGraderException(errors.text or str(error)) from error
    return into.resolve() / name / f"{name}.ipynb"
