"""When assignments are due and what it costs to be late: the settings `c.Deadlines`, which nbgrader's own steps ask.

All that they say goes into the gradebook, where nbgrader and formgrader find it. What they do not say (a due date that
was set in formgrader, `c.LateSubmissionPlugin.penalty_method`) counts as it does in nbgrader.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dateutil import tz
from nbgrader.api import Assignment, Gradebook, Student, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin
from sqlalchemy.orm import Session
from traitlets import Dict, Enum, Float, Integer, TraitError
from traitlets.config import Config

from autograder.basics.refused import Refused
from autograder.classroom import timestamp
from autograder.classroom.extensions import Extensions
from autograder.classroom.lateness import Lateness, count
from autograder.classroom.marks import Times, times
from autograder.classroom.timestamp import in_utc

PLUGIN, STEP = "autograder.classroom.deadlines.Deadlines", "nbgrader.preprocessors.AssignLatePenalties"
SECTIONS = ("Deadlines", "LateSubmissionPlugin")  # where the settings may stand
EXAMPLE = "2026-11-05 23:59 Europe/Berlin"


class Deadlines(LateSubmissionPlugin):  # type: ignore[misc]
    """The settings, and the penalty that follows from them."""

    due = Dict(help=f"When assignments are due, by name: such as {EXAMPLE!r}; None for no due date").tag(config=True)
    penalty_method = Enum(
        ("none", "zero", "percent"),
        "none",
        help="What a late hand-in loses: nothing, all its marks, or `percent` a day",
    ).tag(config=True)
    percent = Float(10.0, min=0, max=100, help="So much of its marks for each day begun").tag(config=True)
    free_days = Integer(0, min=0, help="So many days late cost a student nothing, in the whole course").tag(config=True)

    @classmethod
    def of(cls, config: Config) -> Deadlines:
        """Those of a course.

        Raises:
            Refused: a setting is not there, or cannot be what it is set to.
        """
        names = cls.class_trait_names(config=True)
        if unknown := sorted(config.Deadlines.keys() - set(names)):
            raise Refused(f"there is no setting c.Deadlines.{unknown[0]}: the settings are {', '.join(names)}")
        try:
            found = cls(config=config)
        except TraitError as error:
            raise Refused(f"c.Deadlines in nbgrader_config.py: {error}") from None
        for assignment in found.due:
            found.date(assignment)
        return found

    def date(self, assignment: str) -> datetime | None:
        """When an assignment is due, if the settings say so.

        Raises:
            Refused: they say something else.
        """
        said = self.due.get(assignment)
        if said is None:
            return None
        try:
            found = timestamp.said(str(said))
        except (ValueError, OverflowError):
            found = None
        if found is None or found.tzinfo is None or ":" not in str(said):
            wanted = f"give a day, a time and a time zone, such as {EXAMPLE!r}"
            raise Refused(f"c.Deadlines.due says {said!r} for {assignment}: {wanted}")
        return _exact(found)

    def demand(self, assignments: Collection[str]) -> None:
        """See that they name these assignments only.

        Raises:
            Refused: they name another.
        """
        if unknown := sorted(map(str, self.due.keys() - set(assignments))):
            known = ", ".join(sorted(assignments))
            raise Refused(f"c.Deadlines.due names the assignment {unknown[0]!r}: choose from {known}")

    def lateness(self, of: Sequence[Times], assignment: str) -> Lateness:
        """How late a student's hand-in is, by the `Times` of all assignments of that student."""
        this = next((one for one in of if one.assignment == assignment), Times(assignment))
        used = sum(self._late(one).days for one in of if _before(one, this)) if self.free_days else 0
        return replace(self._late(this), free=max(0, self.free_days - used))

    def _late(self, one: Times) -> Lateness:
        date = self.date(one.assignment)
        zone = date.tzinfo if date else UTC
        handed_in, due = (when and when.replace(tzinfo=UTC).astimezone(zone) for when in (one.handed_in, one.due))
        return Lateness(handed_in, due, bool(due and one.extension))

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """What nbgrader takes off; it asks while it grades, and only of what is late."""
        step = self.parent
        return self.penalty(score, self.lateness(times(step.gradebook.db, student_id), step.assignment_id))

    def penalty(self, score: float, late: Lateness) -> float | None:
        """What is taken off so many marks; None if nothing is."""
        if self.penalty_method == "none" or not late.charged:
            return None
        if self.penalty_method == "zero":
            return score
        return min(score, round(score * late.charged * self.percent / 100, 2))

    def policy(self) -> str:
        """What tells one policy from another."""
        return f"{self.penalty_method} {self.percent:g}" if self.penalty_method == "percent" else self.penalty_method

    def rule(self, late: Lateness) -> str:
        """What the page of a late hand-in says of the policy."""
        if not late.days or self.penalty_method == "none":
            return ""
        if not late.charged:
            return f"That costs nothing: {count(late.free, 'free day')} had not been used."
        if self.penalty_method == "zero":
            return "A late hand-in gets no marks."
        free = f", after {count(late.free, 'free day')}" if late.free else ""
        return f"For each day begun, {self.percent:g} % of the marks are taken off: {count(late.charged, 'day')}{free}."

    def enter(self, gradebook: Gradebook, assignment: str, put_off: Extensions | None) -> None:
        """Bring the gradebook's due date and extensions up to date. What the course says nothing of stays."""
        found = gradebook.db.query(Assignment).filter(Assignment.name == assignment).one_or_none()
        if found is None:
            return
        date = self.date(assignment)
        if assignment in self.due:
            found.duedate = date and in_utc(date)
        elif found.duedate:
            date = found.duedate.replace(tzinfo=UTC)
        if put_off is not None:
            _put_off(gradebook.db, assignment, date, put_off)
        gradebook.db.commit()


def ours(config: Config) -> bool:
    """Whether penalties are made here: a course may have a plugin of its own, or none."""
    steps = config.Autograde.get("autograde_preprocessors", [])
    return STEP in steps and config.AssignLatePenalties.get("plugin_class") == PLUGIN


def _put_off(db: Session, assignment: str, date: datetime | None, put_off: Extensions) -> None:
    submissions = (
        db.query(SubmittedAssignment.id, Student.id, SubmittedAssignment.extension)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
    )
    for id_, student, before in submissions.all():
        now = date and in_utc(_exact(put_off.due(student, assignment, date))) - in_utc(date)
        if (now or None) != before:
            db.query(SubmittedAssignment).filter(SubmittedAssignment.id == id_).update({"extension": now or None})


def _before(one: Times, other: Times) -> bool:
    """Whether an assignment is due before another, so that it uses free days up first."""
    return bool(one.date and other.date) and (one.date, one.assignment) < (other.date, other.assignment)


def _exact(when: datetime) -> datetime:
    """Of a time that the clock shows twice the later one, of one that it never shows the one it shows instead."""
    found: datetime = tz.resolve_imaginary(when)
    return found.replace(fold=1)
