"""All that the page says, ready to be shown: sentences, numbers and groups, as far as its reader may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograder.basics.advice import Advice
from autograder.basics.text import brief, plain
from autograder.classroom.audits import Audits
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report, Status
from autograder.overview.answers import Answers
from autograder.overview.headcount import Count, headcount
from autograder.overview.losses import causes
from autograder.overview.matters import Matter, matters
from autograder.overview.members import Member, Standing
from autograder.overview.reader import Reader
from autograder.overview.spread import Range, Spread, ranges
from autograder.overview.tally import Tally, tallies
from autograder.overview.troubles import Line, Trouble, Troubles, first

LONGEST = 60  # characters of a section's name
NOWHERE = "no section"
STATES = {  # how far one can be with an exercise
    "all right": (Status.PASSED,),
    "partly right": (Status.PARTIAL,),
    "not right yet": (Status.FAILED, Status.ERROR),
    "not attempted": (Status.NOT_ATTEMPTED,),
}


class Part(NamedTuple):
    """An exercise, and how many are in each of `STATES`, in their order."""

    tally: Tally
    states: Sequence[int]


class Section(NamedTuple):
    """The marks of one section."""

    name: str
    spread: Spread


@dataclass(frozen=True)
class View:
    """The page, which is about those whose hand-ins were graded.

    Attributes:
        most: what one may have.
        roster: whether it is known who is in the class.
    """

    title: str
    assignment: str
    reader: Reader
    when: str
    graded: int
    most: float
    roster: bool
    counts: Sequence[Count]
    first: Sequence[Line]
    spread: Spread | None
    ranges: Sequence[Range]
    sections: Sequence[Section]
    misconceptions: Sequence[Trouble]
    riddles: Sequence[Trouble]
    exercises: Sequence[Part]
    criteria: Sequence[Tally]
    matters: Sequence[Matter]

    @property
    def enough(self) -> bool:
        """Whether there are so many that something can be said and nobody is meant."""
        return self.graded >= self.reader.least


def view(
    lesson: Lesson, members: Sequence[Member], reader: Reader, answers: Answers, audits: Audits, when: str
) -> View:
    """Everything, for this reader."""
    graded = [member for member in members if member.standing is Standing.GRADED]
    reports = {member.id: member.report for member in graded if member.report}
    found = [cause for cause in causes(reports) if len(cause.losses) >= reader.least]
    items = tallies(reports.values())
    totals = [member.total for member in graded]
    troubles = Troubles(lesson, reader, answers, lambda exercise: _tests(lesson, exercise))
    return View(
        lesson.title, lesson.assignment, reader, when, len(graded), lesson.max_score,
        roster=any(member.person for member in members),
        counts=headcount(members, reader),
        first=first(found, reader, reports),
        spread=Spread.of(totals) if totals else None,
        ranges=[bar for bar in ranges(totals, lesson.max_score) if bar.number == 0 or bar.number >= reader.least],
        sections=list(_sections(graded, reader)),
        misconceptions=list(troubles.misconceptions(found)),
        riddles=list(troubles.riddles(found)),
        exercises=[
            Part(one, _states(reports.values(), one.item.exercise, reader)) for one in items if not one.item.criterion
        ],
        criteria=[one for one in items if one.item.criterion and _shown(one, reader)],
        matters=[] if reader.anonymous else list(matters(members, found, audits, reader)),
    )  # fmt: skip


def _tests(lesson: Lesson, exercise: str) -> Mapping[str, str]:
    """The names of an exercise's tests by criterion; of none, if its graders cannot be read."""
    from autograder.grading.verdicts import tests  # torch, and only for entries that name them

    found: Mapping[str, str] = {}
    with Advice("the names of the graders' tests"):
        found = tests(lesson, exercise)
    return found


def _sections(graded: Iterable[Member], reader: Reader) -> Iterator[Section]:
    """Nothing where all are in one."""
    totals: dict[str, list[float]] = {}
    for member in graded:
        totals.setdefault(member.section, []).append(member.total)
    for name, found in sorted(totals.items()) if len(totals) > 1 else []:
        if len(found) >= reader.least and reader.may_read(name):
            yield Section(brief(plain(name), LONGEST) or NOWHERE, Spread.of(found))


def _states(reports: Iterable[Report], exercise: str, reader: Reader) -> list[int]:
    """Where there are so few that one could tell who they are, nobody is counted."""
    found = Counter(one.status for report in reports for one in report.exercises if one.id == exercise)
    numbers = [sum(found[status] for status in together) for together in STATES.values()]
    return [number if number >= reader.least else 0 for number in numbers]


def _shown(tally: Tally, reader: Reader) -> bool:
    """Whether so many have lost a criterion, or nobody."""
    lost = tally.hand_ins - tally.full
    return lost == 0 or lost >= reader.least
