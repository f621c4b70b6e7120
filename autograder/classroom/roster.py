"""Who is in the class: `course/students.csv`, which is this course's own table or an LMS's export as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograder.basics.refused import Refused
from autograder.classroom.submitted import alike
from autograder.classroom.table import Table, read_table

NAME = "students.csv"  # in the folder `course`
PARTICIPANT = re.compile(r"(?:\D*\s)?(\d+)")  # "Participant 1234567" in any language


class Columns(NamedTuple):
    """Where a program keeps what a class needs. Of several titles the first that there is counts.

    Attributes:
        known: columns by which its tables are recognised: all of these are there.
        id: what names a student's folder here: the first that is filled in.
        keys: by what else its downloads name a student.
        name: the whole name, where it is in one cell; otherwise `first` and `last`.
    """

    known: tuple[str, ...]
    id: tuple[str, ...]
    keys: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    first: tuple[str, ...] = ("first name",)
    last: tuple[str, ...] = ("last name",)
    email: tuple[str, ...] = ("email", "email address")
    section: tuple[str, ...] = ("section", "sections", "groups", "group")


PROGRAMS = {  # in the order in which they are tried: what others have too comes later
    "Canvas": Columns(
        ("student", "id", "section"), ("sis login id", "sis user id", "id"),
        ("id", "sis user id", "sis login id"), name=("student",),
    ),
    "Moodle's worksheet": Columns(
        ("identifier", "full name"), ("id number", "username", "email address", "identifier"),
        ("identifier", "username"), name=("full name",),
    ),
    "Moodle": Columns(
        ("first name", "last name", "email address"), ("id number", "username", "email address"), ("username",)
    ),
    "Brightspace": Columns(("orgdefinedid", "username"), ("username", "orgdefinedid"), ("orgdefinedid",)),
    "Blackboard": Columns(("last name", "first name", "username"), ("username",), ("student id",)),
    "Gradescope": Columns(("sid", "email"), ("sid", "email"), ("email",), name=("name", "full name")),
    "this course": Columns(("id",), ("id",), first=("first_name", "first name"), last=("last_name", "last name")),
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One student.

    Attributes:
        id: the name of the folder with their hand-ins, and their id in the gradebook.
        keys: what else programs call them: numbers, user names, addresses.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    section: str = ""
    keys: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As people say it; the id of who has none."""
        return f"{self.first} {self.last}".strip() or self.id


class Roster:
    """Those of the class that are known. Whoever hands in may be none of them."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self.people = sorted(people, key=lambda one: one.id)
        self._found: dict[str, list[Person]] = {}
        for one in self.people:
            for key in {alike(key) for key in (one.id, one.email, *one.keys) if key}:
                self._found.setdefault(key, []).append(one)
        self._named: dict[str, list[Person]] = {}
        for one in self.people:
            self._named.setdefault(_name(one.name), []).append(one)

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)

    def find(self, *keys: str) -> Person | None:
        """Who has one of these as id, address or number; the first that says it decides, if it means one person."""
        return next((found for key in keys if (found := _only(self._found.get(alike(key), [])))), None)

    def named(self, name: str) -> Person | None:
        """Who is called that, in whatever order, case and spelling of accents; None if several are."""
        return _only(self._named.get(_name(name), []))


def load(course: Path) -> Roster:
    """The class of the course in this folder; an empty one if it has no `students.csv`.

    Raises:
        Refused: its table cannot be read, or two rows have one id.
    """
    path = course / "course" / NAME
    return Roster(read(path)) if path.exists() else Roster()


def read(path: Path) -> list[Person]:
    """The people in a table of this course or of an LMS, which is recognised by its header.

    Raises:
        Refused: it is no such table, cannot be read, or two rows have one id.
    """
    table = read_table(path, lambda header: program(header) is not None)
    people = list(_people(table, PROGRAMS[program(table.header) or ""]))
    ids = [alike(one.id) for one in people]
    if twice := next((one.id for one in people if ids.count(alike(one.id)) > 1), None):
        raise Refused(f"{path}: two rows have the id {twice!r}")
    return people


def program(header: Sequence[str]) -> str | None:
    """Whose table begins with this header."""
    titles = {title.strip().casefold() for title in header}
    return next((name for name, columns in PROGRAMS.items() if titles.issuperset(columns.known)), None)


def _people(table: Table, columns: Columns) -> Iterator[Person]:
    whole, first, last, email, section = (
        table.cells(*titles) for titles in (columns.name, columns.first, columns.last, columns.email, columns.section)
    )
    ids = [table.cells(title) for title in columns.id]
    keys = [table.cells(title) for title in columns.keys]
    for number in range(len(table.rows)):
        here = [number_of(column[number]) for column in ids]
        known = frozenset(filter(None, (number_of(column[number]) for column in keys)))
        names = _split(whole[number]) if whole[number] else (first[number], last[number])
        if (id_ := next(filter(None, here), "")) and not _is_none(whole[number]):
            yield Person(id_, *names, email[number], section[number], known)


def number_of(cell: str) -> str:
    """What a cell means as a key: `Participant 123` and `#123` are 123."""
    cell = cell.strip().removeprefix("#")
    participant = PARTICIPANT.fullmatch(cell)
    return participant[1] if participant else cell


def _is_none(name: str) -> bool:
    """Whether a row is nobody's: Canvas has one of the marks there are, and one of a student that is a test."""
    return name.casefold() in ("points possible", "student, test")


def _split(name: str) -> tuple[str, str]:
    """First and last name: `Last, First`, or the last word."""
    if "," in name:
        last, first = name.split(",", 1)
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()


def _name(text: str) -> str:
    """The words of a name in the order of the alphabet, letters and digits without accents."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", alike(text)) if not unicodedata.combining(one))
    return " ".join(sorted(re.findall(r"\w+", bare)))


def _only(found: Sequence[Person]) -> Person | None:
    return found[0] if len(found) == 1 else None
