"""What the gradebook has of an assignment: the graders' marks, and what people and lateness made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nbgrader.api import Assignment, Grade, Gradebook, GradeCell, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.orm import Session


@dataclass
class Entry:
    """One student's entry.

    Attributes:
        timestamp: when it was handed in, in UTC.
        due: when it should have been, as the gradebook has it, and by how much that was put off for this student.
        penalty: marks that are taken off because it was late.
        graders: the graders' marks by graded cell, where there are any.
        score: all marks, with those that a person gave.
        by_hand: whether a person gave some.
        deadline: the moment in UTC until which it was in time.
    """

    timestamp: datetime | None = None
    due: str = ""
    penalty: float = 0.0
    graders: dict[str, float | None] = field(default_factory=dict)
    score: float = 0.0
    by_hand: bool = False
    deadline: datetime | None = None

    @property
    def final(self) -> float:
        """What `nbgrader export` says."""
        return max(0.0, self.score - self.penalty)

    @property
    def late(self) -> timedelta:
        """By how much the deadline was missed; nothing where one of the two times is not known."""
        over = self.timestamp - self.deadline if self.timestamp and self.deadline else timedelta()
        return max(over, timedelta())


def entries(directory: CourseDirectory, assignment: str) -> dict[str, Entry]:
    """By student, in two queries for a class of any size."""
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        found = _entered(gradebook.db, assignment)
        graded = (
            gradebook.db.query(
                SubmittedAssignment.student_id, GradeCell.name, Grade.auto_score, Grade.manual_score,
                Grade.extra_credit, Grade.score,
            )
            .select_from(Grade)
            .join(GradeCell, GradeCell.id == Grade.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == assignment)
        )  # fmt: skip
        for student, cell, auto, manual, extra, score in graded:
            entry = found[student]
            entry.graders[cell] = auto
            entry.score += score or 0.0
            entry.by_hand |= manual is not None or bool(extra)
    return found


def _entered(db: Session, assignment: str) -> dict[str, Entry]:
    rows = (
        db.query(
            Student.id, SubmittedAssignment.timestamp, Assignment.duedate, SubmittedAssignment.extension,
            SubmittedAssignment.late_submission_penalty,
        )
        .select_from(SubmittedAssignment)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
    )  # fmt: skip
    return {
        student: Entry(
            timestamp, due(date, extension), penalty or 0.0, deadline=date and date + (extension or timedelta())
        )
        for student, timestamp, date, extension, penalty in rows
    }


def due(date: datetime | None, extension: timedelta | None) -> str:
    """What tells one due date from another, for one student."""
    return f"{date} {extension or ''}".strip()
