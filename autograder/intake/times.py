"""When something was handed in, as LMSs, Blackboard's notes and clones say it."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, tzinfo

from autograder.basics.refused import Refused
from autograder.classroom import timestamp

MONTHS = {  # the first letters of their names in languages with our letters, without accents
    "jan": 1, "ene": 1, "gen": 1, "tammi": 1, "sty": 1, "feb": 2, "fev": 2, "helmi": 2, "lut": 2, "mar": 3, "mrt": 3,
    "maa": 3, "apr": 4, "abr": 4, "avr": 4, "kwi": 4, "may": 5, "mai": 5, "maj": 5, "mei": 5, "mag": 5, "mayo": 5,
    "jun": 6, "juin": 6, "giu": 6, "cze": 6, "jul": 7, "juil": 7, "lug": 7, "lip": 7, "aug": 8, "ago": 8, "aou": 8,
    "sie": 8, "sep": 9, "set": 9, "wrz": 9, "oct": 10, "okt": 10, "out": 10, "ott": 10, "paz": 10, "nov": 11, "lis": 11,
    "dec": 12, "dic": 12, "dez": 12, "gru": 12,
}  # fmt: skip
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORD = re.compile(r"[^\W\d_]{3,}\.?")
CLOCK = re.compile(r"(?<=[ ,])(\d{1,2})(?: ?[h.:] ?)?(\d\d)(?=$|\s*[AaPp]\.?\s?[Mm]\b|\s*h?$)")  # 1021, 10h21
NOON = re.compile(r"([ap])\.?\s?m\b\.?", re.IGNORECASE)
EAST = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
FILLERS = re.compile(  # little words, and a day of the week
    r"\bo'clock\b|\b(?:de|den|le|el|at|um|om|Uhr|uur|kl)\b\.?|^[^\W\d]+, ?(?=\d|[^\W\d]+ \d)", re.IGNORECASE
)
ORDINAL = re.compile(r"\b(\d{1,2})(?:\.|er|st|nd|rd|th)(?= )")


def moment(text: str, zone: tzinfo) -> tuple[datetime | None, bool]:
    """The time in UTC that a text says, or None; and whether it named no zone and was taken as one in `zone`."""
    try:
        found = timestamp.said(_english(text))
        naive = found.tzinfo is None
        return (found.replace(tzinfo=zone) if naive else found).astimezone(UTC), naive
    except (ValueError, OverflowError):
        return None, False


def written(when: datetime) -> str:
    """What stands in a `timestamp.txt`, as nbgrader itself writes it."""
    return f"{timestamp.written(when)}\n"


def zone_of(name: str | None) -> tzinfo:
    """The time zone of this name; this machine's, if none is given.

    Raises:
        Refused: there is none of this name.
    """
    from dateutil import tz

    found: tzinfo | None = tz.gettz(name) if name else tz.tzlocal()
    if found is None:
        raise Refused(f"{name!r} is no time zone: name a place, such as Europe/Berlin")
    return found


def zone_name(name: str | None) -> str:
    """The zone in a sentence."""
    return f"{name}'s" if name else f"{datetime.now().astimezone():%Z}, this machine's"


def _english(text: str) -> str:
    """A time with its month in English and its hours and minutes apart, as `timestamp` reads it."""
    text = FILLERS.sub(" ", EAST.sub(r"\1-\2-\3", " ".join(text.split())))
    first, months = WORD.match(text.strip()), [word for word in WORD.findall(text) if _month(word)]
    if first and months and (len(months) > 1 or not _month(first[0])):  # a day of the week: mardi is not in March
        text = text.replace(first[0], " ", 1)
    text = ORDINAL.sub(r"\1", WORD.sub(lambda word: _month(word[0]) or word[0], text.strip()))
    return " ".join(NOON.sub(r"\1m", CLOCK.sub(r"\1:\2", text)).replace(",", " ").split())


def _month(word: str) -> str:
    """A month's name in English; "" of another word."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(one))
    known = [letters for letters in MONTHS if bare.startswith(letters)]
    return ENGLISH[MONTHS[max(known, key=len)] - 1] if known else ""
