"""What `grade --audit` has found, kept for the class's page. A finding stands as long as the Report it is about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from autograder.basics.files import digest, save
from autograder.basics.text import savable
from autograder.classroom.course import Course

Findings = dict[str, str]  # by exercise, why its visible checks fail


class Audit(NamedTuple):
    """Of one student: the digest of the Report that was looked at, and what was found."""

    report: str
    found: Findings


class Audits:
    """Those of one assignment; of no student, if the file is not there or is none of ours."""

    def __init__(self, course: Course, assignment: str) -> None:
        self._course = course
        self._assignment = assignment
        self._kept = _read(self._path)

    def of(self, student: str) -> Findings | None:
        """What was found; None if nobody has looked since the hand-in was graded."""
        kept = self._kept.get(student)
        return kept.found if kept and kept.report == self._report(student) else None

    def keep(self, student: str, found: Findings) -> None:
        """Remember it, in the place of what was known before."""
        self._kept[student] = Audit(self._report(student), found)

    def save(self) -> None:
        """Write the file.

        Raises:
            Refused: it cannot be written.
        """
        kept = {student: audit._asdict() for student, audit in sorted(self._kept.items())}
        save(self._path, savable(json.dumps(kept, indent=1, ensure_ascii=False) + "\n"))

    @property
    def _path(self) -> Path:
        return self._course.overview(f"{self._assignment}-audit.json")

    def _report(self, student: str) -> str:
        path = self._course.report(self._assignment, student)
        return digest(path) if path.is_file() else ""


def _read(path: Path) -> dict[str, Audit]:
    try:
        kept = json.loads(path.read_text("utf-8"))
        return {student: Audit(str(one["report"]), dict(one["found"])) for student, one in kept.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
