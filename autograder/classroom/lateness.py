"""How late one hand-in is: what its page, the gradebook and the class page say of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from autograder.classroom.timestamp import in_utc

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """When it came, and when it should have: times with a zone, that of the due date.

    Attributes:
        due: for this student; None if there is no due date.
        extended: whether that is later than for others.
        free: how many days late cost this student nothing.
    """

    handed_in: datetime | None = None
    due: datetime | None = None
    extended: bool = False
    free: int = 0

    @property
    def by(self) -> timedelta:
        """How much time passed between; none, if it came in time or nobody knows when."""
        if self.handed_in is None or self.due is None:
            return timedelta()
        return max(timedelta(), in_utc(self.handed_in) - in_utc(self.due))

    @property
    def days(self) -> int:
        """The days late that had begun: each ends when the clock shows the hour of the due date again."""
        if self.handed_in is None or self.due is None or not self.by:
            return 0
        local = self.handed_in.astimezone(self.due.tzinfo)
        return max(1, math.ceil((local.replace(tzinfo=None) - self.due.replace(tzinfo=None)) / DAY))

    @property
    def charged(self) -> int:
        """Those of them that are not free."""
        return max(0, self.days - self.free)

    def sentence(self) -> str:
        """What its page says; nothing if there is no due date."""
        if self.due is None:
            return ""
        due = f"{shown(self.due)}{', with your extension' if self.extended else ''}"
        if self.handed_in is None:
            return f"Due {due}. When this was handed in is not known, so it counts as in time."
        if not self.by:
            return f"Handed in {shown(self.handed_in)}, in time: due {due}."
        return f"Handed in {shown(self.handed_in)}, {duration(self.by)} late: it was due {due}."


def summary(of: Sequence[Lateness]) -> str:
    """A class in a line: when it is due, and for how many that says something; nothing if there is no due date."""
    known = [one for one in of if one.due]
    usual = [shown(one.due) for one in known if one.due and not one.extended][:1]
    numbers = {
        "late": sum(bool(one.days) for one in known),
        "with an extension": sum(one.extended for one in known),
        "at a time that is not known": sum(one.handed_in is None for one in known),
    }
    counted = ", ".join(f"{number} {what}" for what, number in numbers.items() if number)
    return "; ".join(filter(None, [*usual, counted]))


def shown(when: datetime) -> str:
    """A time, as pages show it."""
    return f"{when:%Y-%m-%d %H:%M %Z}"


def duration(time: timedelta) -> str:
    """So much time, in its two largest units."""
    minutes = int(time.total_seconds()) // 60
    numbers = {"day": minutes // (24 * 60), "hour": minutes // 60 % 24, "minute": minutes % 60}
    parts = [count(number, unit) for unit, number in numbers.items() if number]
    return " and ".join(parts[:2]) or "less than a minute"


def count(number: int, unit: str) -> str:
    """1 day, 2 days."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
