"""Looks at a notebook that are remembered: while nothing has changed that they depend on, nothing need be run again.

They are one packed text among what is remembered of a reader. One that is damaged, or of another state, holds none.
"""

from __future__ import annotations

import base64
import hashlib
import json
import site
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.basics import kit
from autograder.basics.versions import versions
from autograder.learning.workbook import Workbook
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Losses, Report, Verdict
from autograder.lesson.state import state as state_of
from autograder.sandbox.limits import STOPPED, Limits


@dataclass(frozen=True)
class Look:
    """What one look at a notebook has found; `losses` as in `Standing`."""

    report: Report
    losses: Losses | None

    @property
    def firm(self) -> bool:
        """Whether it would be the same another time: nothing in it ran out of time, or ended without an answer."""
        lost = [one.status for exercise in self.report.exercises for one in exercise.criteria]
        return Verdict.ERROR not in lost and STOPPED not in self.report.to_json()


def key(work: Workbook, content: str, lesson: Lesson, limits: Limits, isolation: str) -> str:
    """What tells a notebook of this digest, and all that grades it, from any other state of them.

    Raises:
        OSError: some of it cannot be read.
    """
    facts = {
        "notebook": content,
        "beside": sorted(_beside(work)),
        "lesson": state_of(lesson),
        "kit": kit.code(),
        "packages": [_changed(Path(folder)) for folder in (*site.getsitepackages(), site.getusersitepackages())],
        "limits": limits.to_dict(),
        "isolation": isolation,
        "versions": versions(),
    }
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def pack(state: str, looks: Mapping[str, Look]) -> str:
    """Looks at one state, by name, as a text."""
    found = {name: {"report": look.report.to_json(), "losses": look.losses} for name, look in looks.items()}
    return base64.b64encode(zlib.compress(json.dumps({"state": state, "looks": found}).encode())).decode()


def unpack(text: str, state: str) -> dict[str, Look]:
    """The looks that `pack` has made this text of; none if it was of another state, or is damaged."""
    try:
        data = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
        found = data["looks"] if data["state"] == state else {}
        return {name: Look(Report.from_json(one["report"]), _losses(one["losses"])) for name, one in found.items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, zlib.error):
        return {}


def _losses(data: list[object] | None) -> Losses | None:
    return None if data is None else Losses(*data)  # type: ignore[arg-type]


def _beside(work: Workbook) -> Iterator[tuple[str, int, int]]:
    """The files in a notebook's folder that its code may read; not what editors and this kit keep there."""
    for file in work.file.parent.iterdir():
        if file not in (work.file, work.progress) and not file.name.startswith(".") and file.is_file():
            found = file.stat()
            yield file.name, found.st_size, found.st_mtime_ns


def _changed(folder: Path) -> int:
    """When something was last installed there."""
    return folder.stat().st_mtime_ns if folder.is_dir() else 0
