"""What the gradebook has of an assignment: the graders' marks, and what people and lateness made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from nbgrader.api import Assignment, Grade, Gradebook, GradeCell, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.orm import Query, Session


class Times(NamedTuple):
    """When a student's hand-in of one assignment came, and when it should have; in UTC.

    Attributes:
        date: when it is due for all.
        extension: by how much that is put off for this student.
    """

    assignment: str
    handed_in: datetime | None = None
    date: datetime | None = None
    extension: timedelta | None = None

    @property
    def due(self) -> datetime | None:
        """When it is due for this student."""
        return self.date and self.date + (self.extension or timedelta())


@dataclass
class Entry:
    """One student's entry.

    Attributes:
        timestamp: when it was handed in, in UTC.
        times: of all assignments of this student.
        penalty: marks that are taken off because it was late.
        graders: the graders' marks by graded cell, where there are any.
        score: all marks, with those that a person gave.
        by_hand: whether a person gave some.
        deadline: the end of the time to hand it in, in UTC; None without a due date.
        scores: all marks by graded cell, with those that a person gave.
        unmarked: whether a cell has no mark yet, neither the graders' nor a person's.
        review: whether a person has still to look at it.
    """

    timestamp: datetime | None = None
    times: list[Times] = field(default_factory=list)
    penalty: float = 0.0
    graders: dict[str, float | None] = field(default_factory=dict)
    score: float = 0.0
    by_hand: bool = False
    deadline: datetime | None = None
    scores: dict[str, float] = field(default_factory=dict)
    unmarked: bool = False
    review: bool = False

    @property
    def late(self) -> timedelta:
        """By how much it came too late; nothing if it did not."""
        if self.timestamp is None or self.deadline is None:
            return timedelta()
        return max(timedelta(), self.timestamp - self.deadline)

    @property
    def final(self) -> float:
        """What `nbgrader export` says."""
        return max(0.0, self.score - self.penalty)


def entries(directory: CourseDirectory, assignment: str) -> dict[str, Entry]:
    """By student, in two queries for a class of any size."""
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        found = _entered(gradebook.db, assignment)
        graded = (
            gradebook.db.query(
                SubmittedAssignment.student_id, GradeCell.name, Grade.auto_score, Grade.manual_score,
                Grade.extra_credit, Grade.score, Grade.needs_manual_grade,
            )
            .select_from(Grade)
            .join(GradeCell, GradeCell.id == Grade.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == assignment)
        )  # fmt: skip
        for student, cell, auto, manual, extra, score, review in graded:
            entry = found[student]
            entry.graders[cell], entry.scores[cell] = auto, score or 0.0
            entry.score += score or 0.0
            entry.by_hand |= manual is not None or bool(extra)
            entry.unmarked |= auto is None and manual is None
            entry.review |= review
    return found


def times(db: Session, student: str) -> list[Times]:
    """Of all that a student has handed in."""
    return [Times(*row) for row in _submissions(db).filter(Student.id == student)]


def _entered(db: Session, assignment: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    every: dict[str, list[Times]] = {}
    for *row, student, penalty in _submissions(db, Student.id, SubmittedAssignment.late_submission_penalty):
        one = Times(*row)
        known = every.setdefault(student, [])
        known.append(one)
        if one.assignment == assignment:
            found[student] = Entry(one.handed_in, known, penalty or 0.0, deadline=one.due)
    return found


def _submissions(db: Session, *more: Any) -> Query[Any]:
    """What `Times` are made of, and more, of everything that was handed in."""
    found: Query[Any] = (
        db.query(
            Assignment.name, SubmittedAssignment.timestamp, Assignment.duedate, SubmittedAssignment.extension, *more
        )
        .select_from(SubmittedAssignment)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    )
    return found
