"""What is remembered of a reader's work: which exercises were right once, which hints were given, and the last looks.

It lies beside the notebook, in one small file that people can read. Nothing depends on it but these things.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.basics.files import write
from autograder.lesson.report import Criterion

ABOUT = "What autograder remembers of your work. Delete it if you like: nothing else is lost."


@dataclass(frozen=True)
class Given:
    """How many hints were given for a criterion, lost in this way; `misconception` is its id, if it is a known one."""

    criterion: str
    misconception: str | None
    hints: int


@dataclass(frozen=True)
class Progress:
    """A reader's progress.

    Attributes:
        done: when an exercise was found right for the first time, by its id.
        hints: what hints were given for, by exercise id.
        looks: what was found in the notebook as it was last, packed (see `looks`); empty if nothing was.
    """

    done: dict[str, str] = field(default_factory=dict)
    hints: dict[str, Given] = field(default_factory=dict)
    looks: str = ""

    def given(self, exercise: str, lost: Criterion) -> int:
        """How many hints were given for this; another criterion or another mistake begins anew."""
        given = self.hints.get(exercise)
        same = given and (given.criterion, given.misconception) == (lost.name, lost.misconception)
        return given.hints if given and same else 0

    def one_more(self, exercise: str, lost: Criterion) -> Progress:
        """With one more hint given."""
        given = Given(lost.name, lost.misconception, self.given(exercise, lost) + 1)
        return dataclasses.replace(self, hints={**self.hints, exercise: given})

    def finished(self, exercises: Iterable[str], now: str) -> Progress:
        """With these exercises found right."""
        return dataclasses.replace(self, done={**dict.fromkeys(exercises, now), **self.done})


def load(path: Path) -> Progress:
    """What the file holds; what is missing or damaged counts as not there."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return Progress()
    done = {name: when for name, when in _items(data, "done") if isinstance(when, str)}
    hints = {name: given for name, entry in _items(data, "hints") if (given := _given(entry))}
    looks = data.get("looks", "") if isinstance(data, dict) else ""
    return Progress(done, hints, looks if isinstance(looks, str) else "")


def save(path: Path, progress: Progress) -> None:
    """Replace the file.

    Raises:
        OSError: the folder cannot be written to.
    """
    data = {name: value for name, value in dataclasses.asdict(progress).items() if name != "looks" or value}
    write(path, json.dumps({"about": ABOUT, **data}, indent=2, ensure_ascii=False) + "\n")


def _items(data: Any, key: str) -> Iterable[tuple[str, Any]]:
    part = data.get(key) if isinstance(data, dict) else None
    return part.items() if isinstance(part, dict) else ()


def _given(entry: Any) -> Given | None:
    match entry:
        case {"criterion": str(criterion), "misconception": str() | None as misconception, "hints": int(hints)}:
            return Given(criterion, misconception, hints) if hints > 0 else None
    return None
