"""How many handed in, and in which way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from autograder.basics.text import brief, plain
from autograder.lesson.report import Report
from autograder.overview.members import Member, Standing
from autograder.overview.reader import Group, Reader

LONGEST = 200  # characters of a reason


class Count(NamedTuple):
    """How many there are of something, and who."""

    about: str
    group: Group


def headcount(members: Sequence[Member], reader: Reader) -> list[Count]:
    """All counts, also of nobody; of the last one nothing is known where no roster says who is in the class."""
    late = {one.id: duration(one.late) for one in members if one.late}
    reasons = {one.id: reason(one.report) for one in members if one.standing is Standing.UNREADABLE and one.report}
    found = [
        Count("handed in", reader.group(one.id for one in members if one.handed_in)),
        Count("late", reader.group(late, late)),
        Count("unreadable", reader.group(reasons, reasons)),
        Count("not graded", reader.group(one.id for one in members if one.standing is Standing.NOT_GRADED)),
        Count("for a person", reader.group(one.id for one in members if one.report and needs_somebody(one.report))),
    ]
    missing = reader.group(one.id for one in members if one.standing is Standing.NOT_HANDED_IN)
    return [*found, Count("not handed in", missing)] if any(one.person for one in members) else found


def needs_somebody(report: Report) -> bool:
    """Whether a person has to look at it before its marks stand."""
    return any(exercise.open for exercise in report.exercises)


def reason(report: Report) -> str:
    """Why a file could not be graded."""
    return brief(plain(report.note or ""), LONGEST)


def duration(time: timedelta) -> str:
    """By how much somebody is late: in days and hours, or in minutes."""
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    days, hours = divmod(round(minutes / 60), 24)
    return " ".join(f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h")) if number)
