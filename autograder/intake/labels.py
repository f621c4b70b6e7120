"""What files and folders are called in what was given: judged and cleaned, since anybody may have named them."""

from __future__ import annotations

import functools
import re
import unicodedata
import zipfile

from autograder.handin.delivery import SKIPPED

Parts = tuple[str, ...]
GIT = ".git"
LEFTOVERS = ("desktop.ini", "thumbs.db")  # what systems leave, beside what is hidden
SUFFIX = re.compile(r"\.(?:ipynb|json|txt|zip|tar|tgz|gz|tbz2|bz2)$", re.IGNORECASE)
COPY = re.compile(  # what browsers, Drive and Windows add to the name of a file that is there already
    r"^(?:copy of|kopie von|copie de|copia de|cópia de|kopia)\s+|\s*\(\d+\)$|\s+-?\s*copy(?: \d+)?$", re.IGNORECASE
)
ATTEMPT = re.compile(r"(?:^|[-_ (])(\d{1,2})\)?$")  # of a notebook: the number that a browser or an LMS has added
SEPARATORS = " _.,-"


def leftover(name: str) -> bool:
    """Whether a file or folder of this name is nobody's: what systems and editors leave."""
    return name.startswith((".", "~$")) or name in SKIPPED or name.lower() in LEFTOVERS


def parted(name: str) -> list[str] | None:
    """The parts of a path in an archive; None if it leads out of it."""
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if name.startswith("/") or name[1:3] == ":/" or ".." in parts else parts


def member_name(member: zipfile.ZipInfo) -> str:
    """A file's name in a zip. What is said to be in the encoding of old PCs is UTF-8 all the same, if it can be."""
    name = member.filename
    if member.flag_bits & 0x800 or name.isascii():
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name


def composed(name: str) -> str:
    """A name with its accents in one form, whatever form the system has that named it."""
    return unicodedata.normalize("NFC", name)


@functools.lru_cache(4096)
def bare(name: str, assignment: str) -> str:
    """What is left of a name without what says that it is this assignment, an archive or a copy: whose it may be."""
    name = composed(name).strip()
    while (shorter := COPY.sub("", SUFFIX.sub("", name))) != name:
        name = shorter
    this = re.escape(assignment)
    first, last = rf"^{this}(?=$|[{SEPARATORS}])", rf"(?:^|(?<=[{SEPARATORS}])){this}(?:[-_ ]?\d{{1,2}})?$"
    left = re.sub(last, "", re.sub(first, "", name, flags=re.IGNORECASE), flags=re.IGNORECASE)
    if left == name:
        return name
    left = left.strip(SEPARATORS)
    return "" if re.fullmatch(r"\d{1,2}", left) else left  # the number of an attempt


def attempt(name: str, assignment: str) -> int | None:
    """The number in a name that says nothing but the assignment: 2 of `NAME-2.ipynb`, 0 of `NAME.ipynb`; else None."""
    if bare(name, assignment):
        return None
    stem = composed(name)
    while (shorter := SUFFIX.sub("", stem)) != stem:
        stem = shorter
    found = ATTEMPT.search(stem)
    return int(found[1]) if found else 0
