"""Where hand-ins came from: `course/collected/ASSIGNMENT.json`, which `collect` writes for whoever hands pages back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.basics import files
from autograder.basics.refused import Refused

COLLECTED = "collected"  # in the folder `course`


@dataclass(frozen=True)
class Origin:
    """The program that named a file, in lower case, and the file's path in what that program gave."""

    program: str
    entry: str


def load(course: Path, assignment: str) -> dict[str, Origin]:
    """By student; nothing where hand-ins were not collected.

    Raises:
        Refused: the file is not one that `collect` has written.
    """
    path = _path(course, assignment)
    try:
        found = json.loads(path.read_text("utf-8"))
        return {student: Origin(str(one["program"]).casefold(), str(one["entry"])) for student, one in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{path}: not what `autograder collect` writes: remove it, or collect again") from None


def add(course: Path, assignment: str, origins: Mapping[str, Origin]) -> None:
    """Note these, beside those of other students."""
    before = load(course, assignment)
    after = {**before, **origins}
    if after != before:
        said = {student: {"program": one.program, "entry": one.entry} for student, one in sorted(after.items())}
        files.write(_path(course, assignment), json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def _path(course: Path, assignment: str) -> Path:
    return course / "course" / COLLECTED / f"{assignment}.json"
