"""Where the table of each LMS has its marks, as its documentation or its source says.

- Canvas, `lib/gradebook_importer.rb`: columns for the student up to `Section`, then `Title (id)` for each assignment;
  the row `Points Possible` says what each is out of. An empty cell takes a mark away, a title that is not known makes
  another assignment, and a row is found by `ID`, then by the SIS columns.
- Moodle, `mod/assign/feedback/offline`: the columns `Identifier`, `Grade` and `Last modified (grade)` are looked for;
  a grade above the maximum, or one that is locked, is passed over without a word.
- Blackboard, "Working Offline with Grade Data": text between tabs in UTF-16, or CSV; `Title [Total Pts: 53 Score] |id`,
  where the id says which column it is and a title without one makes another column, of text.
- Brightspace, "Importing grades" (community.d2l.com): `Username` or `OrgDefinedId`, `Title Points Grade`, as its own
  export has it with `<Numeric MaxPoints:53>` behind, and `End-of-Line Indicator`, always `#`, as the last column.
- Gradescope imports no marks. Its own export has `Total Score` and `Max Points`.

None of these has room for a mark an exercise: a column more would be an assignment more.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.basics.refused import Refused
from autograder.classroom.roster import PROGRAMS, Columns, program
from autograder.classroom.table import Table, read_table
from autograder.handback.results import marks
from autograder.lesson.manifest import Lesson

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
POSSIBLE = "points possible"  # in Canvas' row of what the columns are out of


@dataclass(frozen=True)
class Layout:
    """One program's.

    Attributes:
        program: what the roster calls it, or how what it calls it begins.
        title: of a column with marks; `name` in it is the assignment's, `most` what it is out of.
        most: the column that says for each row what it is out of.
        open: the column that says whether a row's mark may change; `locked` is what it says if not.
        strict: whether it passes over a mark above that.
    """

    program: str
    title: re.Pattern[str]
    most: str = ""
    open: str = ""
    locked: str = "no"
    strict: bool = False


LAYOUTS = {
    "canvas": Layout("Canvas", re.compile(r"(?P<name>.*) \(\d+\)")),
    "moodle": Layout(
        "Moodle's worksheet", re.compile(r"Grade"), "Maximum Grade", "Grade can be changed", strict=True,
    ),
    "blackboard": Layout("Blackboard", re.compile(r"(?P<name>.*?) \[Total Pts: (?P<most>[\d.,]+)[^\]]*\] \|\S+")),
    "brightspace": Layout(
        "Brightspace", re.compile(r"(?P<name>.*) Points Grade(?: <Numeric MaxPoints:(?P<most>[\d.,]+)[^>]*>)?")
    ),
    "gradescope": Layout("Gradescope", re.compile(r"Total Score"), "Max Points"),
}  # fmt: skip


def read_sheet(path: Path, layout: Layout) -> Table:
    """The table that an LMS has made.

    Raises:
        Refused: it is another one's, or cannot be read.
    """
    if zipfile.is_zipfile(path):
        raise Refused(f"{path}: a workbook of a spreadsheet: give the file as it was downloaded")
    table = read_table(path, lambda header: program(header) is not None)
    if not (found := program(table.header) or "").startswith(layout.program):
        raise Refused(f"{path}: its first row is that of {found}, not of {layout.program}")
    return table


def who(table: Table, layout: Layout) -> Columns:
    """Where a table says who somebody is: most programs have more than one way."""
    found = program(table.header) or ""
    return PROGRAMS[found if found.startswith(layout.program) else layout.program]


def column(path: Path, table: Table, layout: Layout, lesson: Lesson, wanted: str | None) -> int:
    """The column for the marks: the one that is wanted, or else the only one that can be meant.

    Raises:
        Refused: there is none, or several; or it is out of other marks than the lesson's.
    """
    found = _wanted(table, layout, wanted) if wanted else _meant(table, layout, lesson)
    if len(found) != 1:
        choice = "; ".join(table.header[place] for place in _candidates(table, layout)) or "none that looks like it"
        what = f"called {wanted!r}" if wanted else f"the one for {lesson.assignment}"
        raise Refused(f"{path}: no column is {what}: say which with --column, of these: {choice}")
    if other := next((one for one in _most(table, layout, found[0]) if one != lesson.max_score), None):
        raise Refused(
            f"{path}: {table.header[found[0]]!r} is out of {marks(other)} there, and the lesson's marks are out of "
            f"{marks(lesson.max_score)}: change that in the LMS, and download the sheet again"
        )
    return found[0]


def _candidates(table: Table, layout: Layout) -> list[int]:
    return [place for place, title in enumerate(table.header) if layout.title.fullmatch(title.strip())]


def _wanted(table: Table, layout: Layout, wanted: str) -> list[int]:
    """By its whole title, or by the assignment's name in it; never one that says who somebody is."""
    taken = {title for titles in who(table, layout) for title in titles}
    titles = [title.strip().casefold() for title in table.header]
    whole = [place for place, title in enumerate(titles) if title == wanted.strip().casefold() and title not in taken]
    return whole or [place for place in _candidates(table, layout) if _name(table, layout, place) == wanted.casefold()]


def _meant(table: Table, layout: Layout, lesson: Lesson) -> list[int]:
    """The one with the assignment's name or the lesson's title; the only one, if it is out of the lesson's marks."""
    found = _candidates(table, layout)
    names = {lesson.assignment.casefold(), lesson.title.casefold(), ""}
    named = [place for place in found if _name(table, layout, place) in names]
    return named or ([place for place in found if list(_most(table, layout, place))] if len(found) == 1 else [])


def _name(table: Table, layout: Layout, place: int) -> str:
    """The assignment's name in a title; nothing where there is one assignment in a sheet."""
    title = layout.title.fullmatch(table.header[place].strip())
    return ((title.groupdict().get("name") if title else None) or "").casefold()


def _most(table: Table, layout: Layout, place: int) -> Iterator[float]:
    """What a column is out of, wherever the sheet says so."""
    title = layout.title.fullmatch(table.header[place].strip())
    said = [
        (title.groupdict().get("most") if title else None) or "",
        *(table.cells(layout.most) if layout.most else []),
    ]
    said += [row[place].strip() for row in table.rows if POSSIBLE in row[0].casefold()]
    yield from (float(one.replace(",", ".")) for one in said if NUMBER.fullmatch(one))
