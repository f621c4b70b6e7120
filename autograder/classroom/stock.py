"""nbgrader's own commands and formgrader's buttons, held to the notebook where other files of a hand-in lie beside it.

They copy all of it into the course, and from there into what is given back: a link brings along any file that the
instructor can read, and a sparse file fills the disk. And one `timestamp.txt` that holds no time ends them with an
error, and formgrader's list of all students too. To make a gradebook they start `alembic` by that name, which is not on
the path of an environment that is not activated, or of packages that one user has installed. nbgrader has no setting
for any of these, so methods and names are replaced.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.utils import parse_utc

OWN = "."  # the student id of what is the instructor's
TIMESTAMP = 100  # characters of a time that are read: a file of any size may lie there
_copy_files = BaseConverter.init_assignment


def mend() -> None:
    """Replace them, in the process that is about to use them."""
    BaseConverter.init_assignment = _init_assignment
    CourseDirectory.get_existing_timestamp = lambda _, path: timestamp(path)
    NbGraderAPI.get_submitted_timestamp = _get_submitted_timestamp
    api.get_alembic_version = _newest_tables


def _init_assignment(self: BaseConverter, assignment_id: str, student_id: str) -> None:
    """Copy nothing that a student has handed in: what lies beside a notebook is not graded."""
    if student_id == OWN:
        _copy_files(self, assignment_id, student_id)


def _get_submitted_timestamp(self: NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    return timestamp(self.coursedir.format_path(self.coursedir.submitted_directory, student_id, assignment_id))


def _newest_tables() -> str:
    """The version of the tables that a new gradebook has."""
    return ScriptDirectory(ALEMBIC_DIR).get_current_head() or ""


def timestamp(folder: str) -> datetime | None:
    """When a hand-in was handed in, as nbgrader's exchange writes it beside it; None for what is no time."""
    file = Path(folder, "timestamp.txt")
    if file.is_symlink() or file.parent.is_symlink() or not file.is_file():
        return None
    try:
        with file.open(encoding="utf-8") as text:
            found: datetime = parse_utc(text.read(TIMESTAMP).strip())
            return found
    except (ValueError, TypeError, OverflowError, OSError):  # nbgrader's own calls what it does not have
        return None
