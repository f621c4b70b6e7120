"""A sheet for an LMS whose own was not given: who somebody is comes from the roster, in the columns that it looks for.

Where the roster is an export of the same LMS, its own cells say who somebody is; marks that it has are left out, since
they may be old. An id that a spreadsheet would compute stays out: with a `'` before it the LMS would not know it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.classroom import roster
from autograder.classroom.sheet import harmless
from autograder.classroom.table import Table, read_table
from autograder.handback.layouts import LAYOUTS, POSSIBLE, who
from autograder.handback.origins import Origin
from autograder.handback.results import Cohort, Result, number
from autograder.lesson.manifest import Lesson

END = "End-of-Line Indicator"
LAST_MODIFIED = "Last modified (grade)"
HEADERS = {  # without the column for marks, which comes last, or before `END`
    "canvas": ("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
    "moodle": ("Identifier", "Full name", "Email address", "Maximum Grade", LAST_MODIFIED),
    "blackboard": ("Last Name", "First Name", "Username"),
    "brightspace": ("Username", "Last Name", "First Name", "Email", END),
}
IDS = {"canvas": ("ID", "SIS Login ID"), "moodle": ("Identifier",)}  # by which a row is known, any of these
TITLES = {"moodle": "Grade", "brightspace": "{name} Points Grade <Numeric MaxPoints:{most}>"}


def make(to: str, cohort: Cohort, wanted: str | None) -> tuple[Table, int]:
    """A sheet without marks yet, and the place of the column for them.

    Raises:
        Refused: the roster cannot be read.
    """
    table = _of_roster(to, cohort.course.root) or _of_people(to, cohort)
    title = _title(to, table, cohort.lesson, wanted)
    table = _without_marks(to, table)
    place = table.column(END)
    place = len(table.header) if place is None else place
    rows = [[*row[:place], "", *row[place:]] for row in table.rows]
    return replace(table, header=[*table.header[:place], title, *table.header[place:]], rows=rows), place


def finish(to: str, table: Table, column: int, lesson: Lesson, placed: Sequence[int]) -> Table:
    """Only the rows that have got a mark, and what an LMS wants above them."""
    rows = [table.rows[place] for place in sorted(placed)]
    if to == "canvas":
        possible = ["", *[""] * (len(table.header) - 1)]
        possible[0], possible[column] = f"    {POSSIBLE.title()}", number(lesson.max_score)
        rows.insert(0, possible)
    return replace(table, rows=rows)


def _title(to: str, table: Table, lesson: Lesson, wanted: str | None) -> str:
    """What the column is called: as it is wanted, as the roster has it for this assignment, or by the LMS's rules."""
    pattern = LAYOUTS[to].title
    if wanted and pattern.fullmatch(wanted):
        return wanted
    titles = [(pattern.fullmatch(title.strip()), title) for title in table.header]
    names = (wanted,) if wanted else (lesson.assignment, lesson.title)
    own = [title for found, title in titles if found and found.groupdict().get("name") in names]
    by_rule = TITLES.get(to, "{name}").format(name=wanted or lesson.assignment, most=number(lesson.max_score))
    return own[0] if len(own) == 1 else by_rule


def _without_marks(to: str, table: Table) -> Table:
    """What says who somebody is, and what the LMS wants besides."""
    columns = who(table, LAYOUTS[to])
    known = {title for titles in columns for title in titles} | {title.casefold() for title in HEADERS[to]}
    kept = [place for place, title in enumerate(table.header) if title.strip().casefold() in known]
    rows = [[row[place] for place in kept] for row in table.rows]
    return replace(table, header=[table.header[place] for place in kept], rows=rows)


def _of_roster(to: str, course: Path) -> Table | None:
    path = course / "course" / roster.NAME
    if not path.exists():
        return None
    table = read_table(path, lambda header: roster.program(header) is not None)
    return table if (roster.program(table.header) or "").startswith(LAYOUTS[to].program) else None


def _of_people(to: str, cohort: Cohort) -> Table:
    cells = [dict(_cells(to, one, cohort.origins.get(one.student), cohort.lesson)) for one in cohort.results]
    known = [row for row in cells if any(row[title] for title in IDS.get(to, ("Username",)))]
    rows = [[row.get(title, "") for title in HEADERS[to]] for row in known]
    utf16 = to == "blackboard"
    way = ("utf-16", "\t", True) if utf16 else ("utf-8", ",", False)
    return Table(list(HEADERS[to]), rows, *way)


def _cells(to: str, one: Result, origin: Origin | None, lesson: Lesson) -> Iterator[tuple[str, str]]:
    person, key = one.person, origin.key if origin and origin.program == to else ""
    id_ = person.id if harmless(person.id) == person.id else ""
    yield "ID", key
    yield "SIS Login ID", id_
    yield "Identifier", f"Participant {key}" if key else ""
    yield "Username", f"#{person.id}" if to == "brightspace" else id_
    yield "Student", harmless(f"{person.last}, {person.first}" if person.first else person.name)
    yield "Full name", harmless(person.name)
    yield "First Name", harmless(person.first)
    yield "Last Name", harmless(person.last)
    yield "Email", harmless(person.email)
    yield "Email address", harmless(person.email)
    yield "Section", harmless(person.section)
    yield "Maximum Grade", number(lesson.max_score)
    yield END, "#"
