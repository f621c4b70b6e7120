"""The command that hands marks and pages back: export."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.basics.exits import Exit
from autograder.basics.files import write
from autograder.basics.refused import Refused
from autograder.lesson.manifest import Lesson
from autograder.render import terminal

if TYPE_CHECKING:
    from autograder.handback.results import Cohort, Result
    from autograder.handback.sheets import Sheet

PEOPLE = {"csv": ".csv", "xlsx": ".xlsx"}
FORMATS = (*PEOPLE, "canvas", "moodle", "blackboard", "brightspace", "gradescope")
SUFFIXES = {**PEOPLE, "blackboard": ".xls"}  # which is what Blackboard calls text between tabs
NAMED = 30  # in one line
Left = dict[str, list["Result"]]


def export(options: argparse.Namespace) -> Exit:
    """Write the marks, or the pages, or both; whoever is left out is named."""
    _demand_format(options)
    cohort = _cohort(options)
    numbers: Mapping[str, str] = {}
    ended = [Exit.DONE]
    if options.to in PEOPLE or (options.to == "gradescope" and not options.sheet):
        _for_people(cohort, options)
    elif options.to:
        left, numbers = _for_lms(cohort, options)
        ended.append(_tell(left))
    if options.pages:
        ended.append(_tell(_pages(cohort, numbers, options)))
    return max(ended)


def _tell(left: Left) -> Exit:
    """Name who is left out, a line for each reason."""
    for reason, people in left.items():
        terminal.complain(f"{reason}: {_named(people)}")
    return Exit.NOT_DONE if left else Exit.DONE


def _demand_format(options: argparse.Namespace) -> None:
    choice = ", ".join(FORMATS)
    if options.to is None and not options.pages:
        raise Refused(f"say where the marks are to go: --to and one of {choice}; or --pages")
    if options.to is not None and options.to not in FORMATS:
        raise Refused(f"unknown format {options.to!r}: choose from {choice}")
    if options.to is None and options.sheet:
        raise Refused("--sheet needs --to: whose sheet it is")


def _cohort(options: argparse.Namespace) -> Cohort:
    """Everybody, with names from the roster; for a table for people, from the sheet if one is given."""
    from autograder.classroom import roster  # nbgrader is slow to import
    from autograder.classroom.course import Course, find_root
    from autograder.handback.results import Cohort

    course = Course(find_root())
    lesson = Lesson.load(options.assignment, course.root)
    own = options.sheet and options.to in PEOPLE
    people = roster.Roster(roster.read(Path(options.sheet))) if own else roster.load(course.root)
    return Cohort.load(course, lesson, people)


def _for_people(cohort: Cohort, options: argparse.Namespace) -> None:
    from autograder.handback import people

    found, lesson = cohort.results, cohort.lesson
    header, rows = people.gradescope(found, lesson) if options.to == "gradescope" else people.table(found, lesson)
    path = _place(cohort, options)
    _save(path, people.as_workbook(header, rows) if options.to == "xlsx" else people.as_csv(header, rows))
    marked = sum(one.score is not None for one in found)
    terminal.say(f"{len(rows)} students, {marked} with marks: {path}")


def _for_lms(cohort: Cohort, options: argparse.Namespace) -> tuple[Left, Mapping[str, str]]:
    """Write the sheet; who is not in it, and the numbers of Moodle's participants as its worksheet has them."""
    from autograder.handback.made import finish

    sheet = _sheet(cohort, options)
    filled = sheet.fill(cohort, unreviewed=options.unreviewed)
    if not filled.placed and (strangers := filled.left.get(sheet.rowless)):
        raise Refused(f"{sheet.rowless}: {_named(strangers)}: {sheet.remedy}")
    table, rest, path = filled.table, "", _place(cohort, options)
    if options.sheet:
        rest = f", {len(table.rows) - len(filled.placed)} rows as they were"
    else:
        table = finish(options.to, table, sheet.column, cohort.lesson, filled.placed)
    _save(path, table.written())
    terminal.say(f"{len(filled.placed)} marks in the column {table.header[sheet.column]!r}{rest}: {path}")
    return filled.left, sheet.participants(cohort)


def _sheet(cohort: Cohort, options: argparse.Namespace) -> Sheet:
    """The LMS's own, or one that is made."""
    from autograder.handback.layouts import LAYOUTS, column, read_sheet
    from autograder.handback.made import make
    from autograder.handback.sheets import Sheet

    layout, most = LAYOUTS[options.to], cohort.lesson.max_score
    if options.sheet:
        path = Path(options.sheet)
        table = read_sheet(path, layout)
        place = column(path, table, layout, cohort.lesson, options.column)
        return Sheet(table, place, layout, most, f"no row in {path.name}", "is it this class's?")
    table, place = make(options.to, cohort, options.column)
    rowless = f"not known by an id of {options.to.title()}"
    return Sheet(table, place, layout, most, rowless, "give its own sheet with --sheet")


def _pages(cohort: Cohort, numbers: Mapping[str, str], options: argparse.Namespace) -> Left:
    """Write the zip; whose page is not in it."""
    from autograder.handback import pages

    to = options.to or pages.program(cohort.origins)
    packed = pages.pack(cohort, to, numbers)
    if not packed.number:
        raise Refused("; ".join(f"{reason}: {_named(people)}" for reason, people in packed.left.items()))
    path = _place_of_pages(cohort, to, options)
    _save(path, packed.content)
    taken = f" as {to.title()} takes them" if to in pages.TAKE else ""
    terminal.say(f"{packed.number} pages{taken}: {path}")
    return packed.left


def _place(cohort: Cohort, options: argparse.Namespace) -> Path:
    """Where the table goes: never over the sheet that it is made of, unless that is said."""
    if options.output:
        return Path(options.output)
    suffix = Path(options.sheet).suffix if options.sheet and options.to not in PEOPLE else ""
    return _folder(cohort) / f"{cohort.lesson.assignment}-{options.to}{suffix or SUFFIXES.get(options.to, '.csv')}"


def _place_of_pages(cohort: Cohort, to: str, options: argparse.Namespace) -> Path:
    """Where the zip goes: beside the table, if there is one."""
    if not options.output:
        return _folder(cohort) / f"{'-'.join(filter(None, (cohort.lesson.assignment, to, 'pages')))}.zip"
    given = Path(options.output)
    return given.with_name(f"{given.stem}-pages.zip") if options.to else given


def _folder(cohort: Cohort) -> Path:
    return cohort.course.root / "course" / "export"


def _save(path: Path, content: bytes) -> None:
    """Replace a file; a device or a folder of that name is never replaced."""
    if path.exists() and not path.is_file():
        raise Refused(f"{path}: cannot be written: it is there, and is no file")
    try:
        write(path, content)
    except OSError as error:
        raise Refused(f"{path}: cannot be written: {error.strerror}") from None


def _named(people: Sequence[Result]) -> str:
    """Who, with the marks; of many some."""
    more = f"; and {len(people) - NAMED} more" if len(people) > NAMED else ""
    return "; ".join(one.said for one in people[:NAMED]) + more
