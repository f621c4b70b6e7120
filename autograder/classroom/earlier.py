"""An earlier grading of a hand-in: whether its result still stands, or why it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom import basis, deadlines, timestamp
from autograder.classroom.course import Course
from autograder.classroom.deadlines import Deadlines
from autograder.classroom.lateness import Lateness
from autograder.classroom.marks import Entry, Times
from autograder.handin.delivery import Delivery
from autograder.handin.notebook import KEY
from autograder.lesson.manifest import CHECKS, Lesson
from autograder.lesson.report import Report

INCOMPLETE = "their results were not all there, or an older kit's"
NO_MARKS = "the gradebook did not have their marks"
OTHER_PENALTY = "the gradebook's penalty was not that of their marks"
CENT = 0.005  # of a mark: penalties are rounded


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

    def outdated(self, common: basis.Basis, entry: Entry | None, policy: Deadlines) -> list[str]:
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
        if entry is None:
            return [*basis.changed(before, {**before, **common, "hand-in": files}), NO_MARKS]
        late = policy.lateness(self._times(entry), self.lesson.assignment)
        reasons = basis.changed(before, {**common, **basis.own(files, late, policy)})
        if not self._entered(entry, found, before):
            return [*reasons, NO_MARKS]
        return reasons or self._penalty(entry, late, policy)

    @property
    def _files(self) -> tuple[Path, Path, Path]:
        """The graded notebook, the Report and the page, which is written last."""
        course, about = self.course, (self.lesson.assignment, self.student)
        return course.autograded(*about), course.report(*about), course.feedback(*about)

    def _times(self, entry: Entry) -> list[Times]:
        """Those of the gradebook, but for when this one was handed in: that is what the file says now."""
        handed_in, _ = timestamp.read(self.course.hand_in(self.lesson.assignment, self.student).parent)
        this = self.lesson.assignment
        return [one._replace(handed_in=handed_in) if one.assignment == this else one for one in entry.times]

    def _penalty(self, entry: Entry, late: Lateness, policy: Deadlines) -> list[str]:
        """nbgrader makes a penalty of the marks that there are when it grades, and a person may have changed them."""
        due = policy.penalty(entry.score, late) if deadlines.ours(self.course.config) else None
        return [OTHER_PENALTY] if due is not None and abs(due - entry.penalty) > CENT else []

    def _entered(self, entry: Entry, report: Report, before: basis.Basis) -> bool:
        """Whether the gradebook has what was found, and the time that was known then."""
        marks: dict[str, float | None] = dict.fromkeys((task.checks_id for task in self.lesson.tasks), 0.0)
        marks |= {one.id + CHECKS: None if one.outdated else one.score for one in report.exercises}
        return entry.graders == marks and str(entry.timestamp) == before.get("timestamp")
