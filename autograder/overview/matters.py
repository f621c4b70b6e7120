"""What the instructor has to look at: faults of the kit, limits that were reached, cells that do not run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from autograder.basics.text import brief, plain
from autograder.classroom.audits import Audits
from autograder.overview.losses import Cause, Kind, blank
from autograder.overview.members import Member
from autograder.overview.reader import Group, Reader

LONGEST = 300  # characters of what was said
ABOUT = {  # in the order in which they are shown
    Kind.FAULT: "A fault of the kit",
    Kind.OUTDATED: "Written with a newer Python than the grader's",
    Kind.LIMIT: "A limit was reached",
    Kind.DIED: "The process of the answer ended, or sent what cannot be read",
    Kind.CELL: "The cell stops before the answer is defined",
}
AUDIT = "All marks, and fails its visible checks: the graders are weaker than those, which is a fault of the kit"
BLANK = "Handed in without any answer"
STRANGER = "Handed in, and not in students.csv"


class Matter(NamedTuple):
    """One thing, in an exercise if it is about one."""

    about: str
    exercise: str
    text: str
    group: Group


def matters(members: Sequence[Member], causes: Iterable[Cause], audits: Audits, reader: Reader) -> Iterator[Matter]:
    """All that there are."""
    found = sorted((one for one in causes if one.kind in ABOUT), key=lambda one: [*ABOUT].index(one.kind))
    audited = [_audited(member, audits, reader) for member in members]
    faults = [one for one in found if one.kind is Kind.FAULT]
    yield from (_matter(one, reader) for one in faults)
    yield from (matter for those in audited for matter in those)
    yield from (_matter(one, reader) for one in found if one not in faults)
    strangers = [one.id for one in members if one.person is None]
    for about, students in (
        (BLANK, [one.id for one in members if one.report and blank(one.report)]),
        (STRANGER, strangers if len(strangers) < len(members) else []),
    ):
        if students:
            yield Matter(about, "", "", reader.group(students))


def _matter(cause: Cause, reader: Reader) -> Matter:
    one = cause.criteria[0]
    notes = {loss.student: _short(loss.note) for loss in cause.losses} if cause.kind is Kind.CELL else {}
    text = {Kind.FAULT: one.name, Kind.LIMIT: one.actual, Kind.DIED: one.actual}.get(cause.kind)
    return Matter(ABOUT[cause.kind], cause.exercise, _short(text), reader.group(cause.students, notes))


def _audited(member: Member, audits: Audits, reader: Reader) -> list[Matter]:
    found: Mapping[str, str] = audits.of(member.id) or {}
    return [Matter(AUDIT, exercise, _short(why), reader.group([member.id])) for exercise, why in found.items()]


def _short(text: str | None) -> str:
    return brief(plain(text or ""), LONGEST)
