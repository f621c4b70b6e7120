"""An earlier grading of a hand-in: whether its result still stands, or why it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom import basis, timestamp
from autograder.classroom.course import Course
from autograder.classroom.marks import Entry
from autograder.handin.delivery import Delivery
from autograder.handin.notebook import KEY
from autograder.lesson.manifest import CHECKS, Lesson
from autograder.lesson.report import Report

INCOMPLETE = "their results were not all there, or an older kit's"
NO_MARKS = "the gradebook did not have their marks"


@dataclass(frozen=True)
class Earlier:
    """What is left of it among a course's files."""

    course: Course
    lesson: Lesson
    student: str

    @property
    def there(self) -> bool:
        """Whether there was one."""
        return any(path.is_file() for path in self._files)

    def outdated(self, common: basis.Basis, entry: Entry | None) -> list[str]:
        """Why it stands no more, given what results depend on now, and what the gradebook has; nothing if it does."""
        autograded, report, page = self._files
        handin = self.course.hand_in(self.lesson.assignment, self.student)
        try:
            before = json.loads(autograded.read_bytes())["metadata"][KEY]["basis"]
            found = Report.from_json(report.read_text("utf-8"))
            files = Delivery(handin.parent, handin.name).digest()
        except (OSError, ValueError, KeyError, TypeError):
            return [INCOMPLETE]
        if not page.is_file():
            return [INCOMPLETE]
        due = entry.due if entry else before.get("due", "")
        own = basis.own(files, timestamp.read(handin.parent)[0], due)
        reasons = basis.changed(before, {**common, **own})
        return reasons if entry and self._entered(entry, found, before) else [*reasons, NO_MARKS]

    @property
    def _files(self) -> tuple[Path, Path, Path]:
        """The graded notebook, the Report and the page, which is written last."""
        course, about = self.course, (self.lesson.assignment, self.student)
        return course.autograded(*about), course.report(*about), course.feedback(*about)

    def _entered(self, entry: Entry, report: Report, before: basis.Basis) -> bool:
        """Whether the gradebook has what was found, and the time that was known then."""
        marks: dict[str, float | None] = dict.fromkeys((task.checks_id for task in self.lesson.tasks), 0.0)
        marks |= {one.id + CHECKS: None if one.outdated else one.score for one in report.exercises}
        return entry.graders == marks and str(entry.timestamp) == before.get("timestamp")
