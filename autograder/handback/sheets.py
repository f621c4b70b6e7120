"""An LMS's sheet with the class's marks in it: the cells of one column, and nothing else of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from autograder.classroom.roster import Person, Roster, number_of
from autograder.classroom.submitted import alike
from autograder.classroom.table import Table
from autograder.handback.layouts import Layout, who
from autograder.handback.results import Cohort, Result, Status, number

UNGRADED = "not graded yet"
REVIEW = "a person has still to look, so no mark is written"
TWICE = "two rows or two hand-ins of one student, so no mark is written"
LOCKED = "the sheet says that the mark cannot be changed"
ABOVE = "more than the maximum, which the LMS would pass over"


@dataclass(frozen=True)
class Sheet:
    """One that waits for marks, in this column.

    Attributes:
        most: what the assignment is out of.
        rowless: why somebody has none who has no row; and what to do if nobody has one.
    """

    table: Table
    column: int
    layout: Layout
    most: float
    rowless: str
    remedy: str = ""

    def fill(self, cohort: Cohort, *, unreviewed: bool = False) -> Filled:
        """Put each mark into its student's row; `unreviewed` ones too, if that is said."""
        owners = self.owners(cohort)
        filled = Filled(replace(self.table, rows=[list(row) for row in self.table.rows]))
        people = Counter(alike(one.person.id) for one in cohort.results)
        for one in cohort.results:
            places = [place for place, student in enumerate(owners) if student == one.student]
            alone = people[alike(one.person.id)] == 1 and len(places) < 2
            if reason := self._reason(one, places if alone else None, unreviewed):
                filled.left.setdefault(reason, []).append(one)
            elif one.score is not None:
                filled.table.rows[places[0]][self.column] = number(one.score)
                filled.placed.append(places[0])
        return filled

    def _reason(self, one: Result, places: list[int] | None, unreviewed: bool) -> str | None:
        """Why somebody gets no mark who should have one."""
        if one.status is Status.UNGRADED:
            return UNGRADED
        if one.status is Status.REVIEW and (one.score is None or not unreviewed):
            return REVIEW
        if one.score is None:
            return None
        if not places:
            return TWICE if places is None else self.rowless
        if self.layout.open and self.table.cells(self.layout.open)[places[0]].casefold() == self.layout.locked:
            return LOCKED
        return ABOVE if self.layout.strict and one.score > self.most else None

    def owners(self, cohort: Cohort) -> list[str | None]:
        """Whose each row is: by a number, a user name or an address in it, and then by a name that only one has."""
        known = Roster(_known(cohort, self.layout))
        columns = who(self.table, self.layout)
        keys = [self.table.cells(title) for title in (*columns.id, *columns.keys, *columns.email)]
        whole, first, last = (self.table.cells(*titles) for titles in (columns.name, columns.first, columns.last))
        rows = range(len(self.table.rows))
        by_key = [_only(known.find(cells[row], number_of(cells[row])) for cells in keys) for row in rows]
        names = [known.named(whole[row] or f"{first[row]} {last[row]}") for row in rows]
        sure = set(by_key)
        return [by_key[row] or (one.id if (one := names[row]) and one.id not in sure else None) for row in rows]

    def participants(self, cohort: Cohort) -> dict[str, str]:
        """The numbers that Moodle's sheet has, by student."""
        numbers = zip(self.owners(cohort), self.table.cells("Identifier"), strict=True)
        return {student: number_of(cell) for student, cell in numbers if student and cell}


@dataclass
class Filled:
    """A sheet with marks.

    Attributes:
        placed: the rows that have got one.
        left: who has got none and should have, by the reason.
    """

    table: Table
    placed: list[int] = field(default_factory=list)
    left: dict[str, list[Result]] = field(default_factory=dict)


def _known(cohort: Cohort, layout: Layout) -> Iterator[Person]:
    """Everybody, by the name of the folder and by all else that programs call them."""
    for one in cohort.results:
        origin = cohort.origins.get(one.student)
        same = origin is not None and layout.program.casefold().startswith(origin.program)
        more = {one.person.id, origin.key if origin and same else ""} - {""}
        yield replace(one.person, id=one.student, keys=one.person.keys | more)


def _only(found: Iterator[Person | None]) -> str | None:
    """The one whom all of a row's cells mean that mean anybody."""
    students = {one.id for one in found if one}
    return students.pop() if len(students) == 1 else None
