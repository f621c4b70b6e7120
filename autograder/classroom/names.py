"""The name of a hand-in's folder: judged before it is taken for a student's id, and for the name of anything else."""

from __future__ import annotations

from autograder.basics.text import brief, hidden

NAME_MAX = 255  # bytes in the name of a file, on all common file systems
LONGEST = NAME_MAX - len("..json.partial")  # the longest name that is made of an id: a Report that is being written
SHOWN = 60


def fault(name: str) -> str | None:
    """Why the name can be no student's id, and what to do; None if it can."""
    reason = _reason(name)
    return f"its folder's name {reason}: rename the folder" if reason else None


def _reason(name: str) -> str | None:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:  # how Python writes bytes that are no text
        return "is not UTF-8"
    if not name.strip():
        return "is blank"
    if name != name.strip():
        return "begins or ends with a blank"
    if any(map(hidden, name)):
        return "has a character that does not show"
    if name.startswith("."):
        return "begins with a dot"
    if size > LONGEST:
        return f"has {size} bytes, more than {LONGEST}"
    return None


def shown(name: str) -> str:
    """A name in a message: as it is, or between quotes with escapes if somebody must be able to see what is wrong."""
    return brief(name if fault(name) is None else repr(name), SHOWN)
