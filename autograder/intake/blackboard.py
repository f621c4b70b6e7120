"""What Blackboard writes beside an attempt, `Title_USERNAME_attempt_TIME.txt`: who, when, what they had to say."""

from __future__ import annotations

import re

NAME = re.compile(r"^[^:\n]+: *(?P<name>.+?) *\((?P<key>[^()\n]+)\) *\r?$", re.MULTILINE)
DATE = re.compile(r"^Date Submitted: *(.+?) *\r?$", re.MULTILINE)
NOTHING = (
    "There is no student submission text data for this assignment.",
    "There are no student comments for this assignment.",
)


def person(text: str) -> tuple[str, str]:
    """User name and name of the student; empty if it says none."""
    found = NAME.search(text.split("\n", 1)[0])
    return (found["key"], found["name"]) if found else ("", "")


def date(text: str) -> str:
    """The time as it says it, which names the zone."""
    found = DATE.search(text)
    return found[1] if found else ""


def speaks(text: str) -> bool:
    """Whether the student wrote something with it; in doubt, where Blackboard speaks another language, yes."""
    return not all(sentence in text for sentence in NOTHING)
