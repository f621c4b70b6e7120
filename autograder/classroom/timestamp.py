"""When something was handed in: `timestamp.txt` beside the notebook, whoever wrote it and whatever it holds.

nbgrader's own reading takes `+0100` for a hundred seconds, `05.11.` for May, `8` for a day of this month, and a time
zone that it does not know for UTC. Here a time is a time, or it is none.
"""

from __future__ import annotations

import codecs
import re
import warnings
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from dateutil import parser, tz

NAME = "timestamp.txt"
LONGEST = 100  # characters of a time; a file of any size may lie there
UNREADABLE = f"{NAME} holds no time that can be read, such as 2026-11-05 08:30:00 UTC, and counts as none"
ZONES = {  # hours; what the database of time zones knows by a place's name only
    "BST": 1, "CEST": 2, "EEST": 3, "WEST": 1, "AST": -4, "ADT": -3, "EDT": -4, "CST": -6, "CDT": -5, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip
SECONDS = re.compile(r"\d{10}(\.\d+)?")  # since 1970
DASHES = re.compile(r"(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)")  # as Blackboard names files
OFFSET = re.compile(r"\b(?:UTC|GMT) ?(?=[+-]\d)")  # UTC+2 is east, which a parser for POSIX reads the other way round
PLACE = re.compile(r"(.*\w) +([A-Z][A-Za-z_]+/[A-Za-z_/+-]+)")  # a time zone by the name of a place
DAY_FIRST = re.compile(r"\d\d?\.\s?\d\d?\.")  # with dots it always is
EITHER = re.compile(r"(\d\d?)([/-])(\d\d?)\2\d{4}\b")  # day or month first: nobody knows, unless one of them is over 12
YEARS = range(1970, 9999)  # of these every time can be said in every zone
FIRST, SECOND = datetime(2000, 1, 1), datetime(2001, 2, 2)  # what stands for a day that is not said


def read(folder: Path) -> tuple[datetime | None, str | None]:
    """The time in UTC, without a zone as nbgrader has it; or None, and what is wrong with a file that holds none.

    A time that names no zone is one of UTC.
    """
    file = folder / NAME
    if folder.is_symlink() or not (file.is_symlink() or file.exists()):
        return None, None
    try:
        if file.is_symlink() or not file.is_file():
            raise ValueError
        return moment(_text(file)), None
    except (ValueError, OverflowError, OSError):
        return None, UNREADABLE


def moment(text: str) -> datetime:
    """The time that a text says, in UTC and without a zone.

    Raises:
        ValueError, OverflowError: it says none, not all of it, or one that can be read in two ways.
    """
    return in_utc(said(text))


def said(text: str) -> datetime:
    """The time that a text says, in the zone that it names, if it names one.

    Raises:
        ValueError, OverflowError: as above; and of a year in which nothing is handed in.
    """
    found = _said(text)
    if found.year not in YEARS:
        raise ValueError
    return found


def _said(text: str) -> datetime:
    text = " ".join(text.split())
    if SECONDS.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    text = OFFSET.sub("", DASHES.sub(r"\1 \2:\3:\4", text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _parsed(text)


def in_utc(when: datetime) -> datetime:
    """The same time as nbgrader has it: in UTC, without a zone."""
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when


def written(when: datetime) -> str:
    """A time as nbgrader writes it, and as it is read here."""
    return f"{in_utc(when):%Y-%m-%d %H:%M:%S} UTC"


def _parsed(text: str) -> datetime:
    """What people and programs write beside ISO 8601, if it says a whole day."""
    if (either := EITHER.search(text)) and either[1] != either[3] and max(int(either[1]), int(either[3])) <= 12:
        raise ValueError
    place = PLACE.fullmatch(text)
    first, second = (_once(place[1] if place else text, default) for default in (FIRST, SECOND))
    if first != second:
        raise ValueError
    return first.replace(tzinfo=_zone(place[2], None)) if place else first


def _once(text: str, default: datetime) -> datetime:
    with warnings.catch_warnings(action="error"):  # of a zone that is not known
        try:
            found: datetime = parser.parse(text, default=default, tzinfos=_zone, dayfirst=bool(DAY_FIRST.search(text)))
        except Warning:
            raise ValueError from None
    return found


def _zone(name: str | None, seconds: int | None) -> tzinfo | None:
    """A time zone by its name or its offset; None if the text has neither, and not this machine's."""
    if name is None and seconds is None:
        return None
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name in ZONES:
        return timezone(timedelta(hours=ZONES[name]))
    found: tzinfo | None = tz.gettz(name)
    if found is None:
        raise ValueError
    return found


def _text(file: Path) -> str:
    with file.open("rb") as content:
        head = content.read(4 * LONGEST)
    text = head.decode("utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    if len(text) > LONGEST:
        raise ValueError
    return text
