"""How LMSs name the files of a download: a function for each, which reads one name of a file or folder.

Where the forms come from: Canvas' `lib/content_zipper.rb` and Moodle's `mod/assign/classes/downloader.php` and
`feedback/file/importziplib.php`, which are public; for Blackboard and Brightspace, which are not, the names that public
scripts for their downloads expect. Gradescope has a table of its own, see `gradescope`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from autograder.intake.labels import composed

CANVAS = re.compile(
    r"(?:(?P<name>.*?)_)(?P<late>LATE_)?(?P<key>\d+)_(?:(?P<number>\d+)_(?P<rest>.+)|(?:text|link)\.html)"
)
UNNAMED = re.compile(r"(?P<late>LATE_)?(?P<key>anon_[^_]+)_(?:(?P<number>\d+)_(?P<rest>.+)|(?:text|link)\.html)")
MOODLE = re.compile(r"(?P<name>[^_]*)(?:_(?P<key>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?")
BLACKBOARD = re.compile(r"(?P<title>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt)")
BRIGHTSPACE = re.compile(r"(?P<key>\d+-\d+) - (?P<rest>.+)")
YEAR = re.compile(r"\b(?:19|20)\d\d\b|\d{4}年")


@dataclass(frozen=True)
class Who:
    """Whom an archive names.

    Attributes:
        keys: numbers, user names and addresses that are this person's alone.
        name: as people say it.
        id: what their folder is called where the class is not known; the first of the keys if nothing else is said.
        plain: whether somebody has named a file or folder so, and no program.
    """

    keys: tuple[str, ...] = ()
    name: str = ""
    id: str = ""
    plain: bool = False

    @property
    def folder(self) -> str:
        """What their folder is called where the class is not known."""
        return self.id or next(iter(self.keys), self.name)


@dataclass(frozen=True)
class Label:
    """What one name says.

    Attributes:
        who: whose it is; several of a group.
        rest: what its author called the file; "" of what the program itself has written.
        when: the time of handing in, as the name says it.
        late: whether it says that it was late.
        number: what is larger of what was handed in later.
        words: whether it is what somebody wrote to go with it, and no file of theirs.
    """

    who: tuple[Who, ...]
    rest: str = ""
    when: str = ""
    late: bool = False
    number: int = 0
    words: bool = False


Reads = Callable[[str], Label | None]


def canvas(name: str) -> Label | None:
    """`lovelaceada_LATE_1234_567890_week-1.ipynb`, `lovelaceada_1234_text.html`; unnamed `anon_Ab1C2_567890_…`."""
    found = UNNAMED.fullmatch(name) or CANVAS.fullmatch(name)
    if found is None:
        return None
    said = found.groupdict()
    who = Who((said["key"],), said.get("name") or "")
    rest, number = said["rest"] or "", int(said["number"] or 0)
    return Label((who,), rest, late=bool(said["late"]), number=number, words=not rest)


def moodle(name: str) -> Label | None:
    """`Ada Lovelace_1234567_assignsubmission_file`, before 4.1 with a `_` at its end; or with the file's name."""
    found = MOODLE.fullmatch(name)
    if found is None:
        return None
    keys = (found["key"],) if found["key"] else ()
    return Label((Who(keys, found["name"]),), found["rest"] or "", words=found["kind"] == "onlinetext")


def blackboard(name: str) -> Label | None:
    """`Title_alovelace_attempt_2026-11-03-10-21-00_week.ipynb`; without a file's name, what Blackboard says of it.

    A title and a user's name may both hold a `_`.
    """
    found = BLACKBOARD.fullmatch(name)
    if found is None:
        return None
    words = found["title"].split("_")
    keys = tuple("_".join(words[place:]) for place in range(1, len(words)))
    return Label((Who(keys, id=words[-1]),), found["rest"] or "", found["when"])


def brightspace(name: str) -> Label | None:
    """`12345-67890 - Ada Lovelace - Nov 3, 2026 1021 AM - week.ipynb`, or a folder without the file's name."""
    found = BRIGHTSPACE.fullmatch(name)
    parts = found["rest"].split(" - ") if found else []
    place = next((place for place, part in enumerate(parts) if place and YEAR.search(part)), None)
    if found is None or place is None:
        return None
    who = Who((), " - ".join(parts[:place]), found["key"])
    return Label((who,), " - ".join(parts[place + 1 :]), parts[place])


# In the order in which they are tried. The forms of the first three are nobody's by chance.
PROGRAMS: dict[str, Reads] = {"Moodle": moodle, "Blackboard": blackboard, "Brightspace": brightspace, "Canvas": canvas}
CERTAIN = ("Moodle", "Blackboard", "Brightspace")


def label(program: str, name: str) -> Label | None:
    """What a name says, read as this program's."""
    return PROGRAMS[program](composed(name))
