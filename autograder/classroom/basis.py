"""What a result depends on, beside the hand-in itself: digests that tell one state of it from another."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.basics.files import digest
from autograder.basics.kit import PACKAGE
from autograder.basics.versions import versions
from autograder.classroom.course import Course
from autograder.classroom.init import NOT_NEEDED
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.shelf import CONFIG

Basis = Mapping[str, str]
SETTINGS = "c."  # what begins the name of a section of settings
CHANGED = {
    "hand-in": "the hand-in changed",
    "timestamp": "timestamp.txt changed",
    "due": "the due date changed",
    "lesson": "the lesson changed",
    "graders": "the graders changed",
    "isolation": "the isolation changed",
    "kit": "the kit changed",
}
ELSEWHERE = ("CourseDirectory", "ExportApp", "FileNameCollectorPlugin", "ZipCollectApp")  # where things lie, and go
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def common(course: Course, lesson: Lesson, isolation: str) -> dict[str, str]:
    """What all results of a class depend on."""
    name, root = lesson.assignment, lesson.root
    return {
        "lesson": _digest(root, (shelf.release(name, root), shelf.source(name, root))),
        "graders": _digest(lesson.folder, _needed(lesson.folder)),
        "isolation": isolation,
        "kit": _kit(),
        **_settings(course),
    }


def own(handin: str, timestamp: datetime | None, due: str) -> dict[str, str]:
    """What one student's result depends on beside that."""
    return {"hand-in": handin, "timestamp": str(timestamp), "due": due}


def changed(before: Basis, now: Basis) -> list[str]:
    """What is no more as it was, in words."""
    names = [*CHANGED, *sorted(name for name in {*before, *now} if name.startswith(SETTINGS))]
    return [
        CHANGED.get(name, f"the settings of {name.removeprefix(SETTINGS)} changed")
        for name in names
        if before.get(name) != now.get(name)
    ]


def _needed(folder: Path) -> list[Path]:
    """The files of a lesson's hidden folder, but for what only tests use."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if not any(part in NOT_NEEDED for part in path.relative_to(folder).parts)]


@functools.cache
def _kit() -> str:
    """This kit, whose own files may be worked on, and what it runs on."""
    code = _digest(PACKAGE, (path for kind in ("*.py", "*.j2", "*.css") for path in PACKAGE.rglob(kind)))
    return _hash(json.dumps([versions(), code]))


def _settings(course: Course) -> dict[str, str]:
    """Each section of the course's settings; for code among them stands the file that it is written in."""

    def told(value: Any) -> str:
        if isinstance(value, type) or callable(value):
            return f"{value.__module__}.{value.__qualname__} {digest(course.root / CONFIG)}"
        return ADDRESS.sub("", repr(value))

    sections = {name: section for name, section in course.config.items() if name not in ELSEWHERE}
    texts = {name: json.dumps(section, sort_keys=True, default=told) for name, section in sections.items()}
    return {SETTINGS + name: _hash(text.replace(str(PACKAGE), "")) for name, text in texts.items() if text != "{}"}


def _digest(top: Path, files: Iterable[Path]) -> str:
    lines = [f"{path.relative_to(top)} {digest(path)}" for path in sorted(files)]
    return _hash("\n".join(lines))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
