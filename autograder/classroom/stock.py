"""nbgrader's own commands and formgrader's buttons, held to the notebook where other files of a hand-in lie beside it.

They copy all of it into the course, and from there into what is given back: a link brings along any file that the
instructor can read, and a sparse file fills the disk. They read times wrongly (`timestamp`), keep one that is there no
more, and end with an error where a `timestamp.txt` holds none; so does formgrader's list of all students. They know
nothing of `c.Deadlines`, and end with an error where an extension puts off what has no due date. To make a gradebook
they start `alembic` by that name, which is not on the path of an environment that is not activated, or of packages that
one user has installed. To bring one up to date they look for a file of the gradebook's whole address, and read `%` in
it as something else. nbgrader has no setting for any of these, so methods and names are replaced.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from nbgrader import api, dbutil
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.dbapp import DbUpgradeApp
from nbgrader.converters import Autograde, autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy.engine import make_url

from autograder.classroom import extensions, timestamp
from autograder.classroom.deadlines import Deadlines

OWN = "."  # the student id of what is the instructor's
_copy_files = BaseConverter.init_assignment
_enter = Autograde.init_assignment
_back_up = DbUpgradeApp._backup_db_file


def mend() -> None:
    """Replace them, in the process that is about to use them."""
    BaseConverter.init_assignment = _init_assignment
    Autograde.init_assignment = _init_hand_in
    CourseDirectory.get_existing_timestamp = lambda _, path: timestamp.read(Path(path))[0]
    NbGraderAPI.get_submitted_timestamp = _get_submitted_timestamp
    api.SubmittedAssignment.duedate = property(_due)
    api.get_alembic_version = _newest_tables
    DbUpgradeApp._backup_db_file = _backup_db_file
    dbutil.upgrade = _upgrade


def _init_assignment(self: BaseConverter, assignment_id: str, student_id: str) -> None:
    """Copy nothing that a student has handed in: what lies beside a notebook is not graded."""
    if student_id == OWN:
        _copy_files(self, assignment_id, student_id)


def _init_hand_in(self: Autograde, assignment_id: str, student_id: str) -> None:
    """The times of a hand-in, as they are now: nbgrader would keep one that is there no more, or is none any more."""
    _enter(self, assignment_id, student_id)
    with autograde.Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
        submission = gradebook.find_submission(assignment_id, student_id)
        submission.timestamp = self.coursedir.get_existing_timestamp(self._format_source(assignment_id, student_id))
        gradebook.db.commit()
        put_off = extensions.load(Path(self.coursedir.root))
        Deadlines.of(self.config).enter(gradebook, assignment_id, put_off)


def _due(self: Any) -> datetime | None:
    """Where there is no due date, an extension puts nothing off; nbgrader would end with an error."""
    date: datetime | None = self.assignment.duedate
    return date and date + (self.extension or timedelta())


def _get_submitted_timestamp(self: NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    folder = self.coursedir.format_path(self.coursedir.submitted_directory, student_id, assignment_id)
    return timestamp.read(Path(folder))[0]


def _newest_tables() -> str:
    """The version of the tables that a new gradebook has."""
    return ScriptDirectory(ALEMBIC_DIR).get_current_head() or ""


def _backup_db_file(self: DbUpgradeApp, _: str) -> None:
    _back_up(self, make_url(self.coursedir.db_url).database or "")


def _upgrade(db_url: str, revision: str = "head") -> None:
    """Bring a gradebook's tables up to date, in this process."""
    from alembic import command
    from alembic.config import Config

    with dbutil._temp_alembic_ini("") as ini:  # it has settings for the log too
        config = Config(ini)
        for name, value in (("sqlalchemy.url", db_url), ("script_location", ALEMBIC_DIR)):
            config.set_main_option(name, value.replace("%", "%%"))
        command.upgrade(config, revision)
