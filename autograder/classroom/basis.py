"""What a result depends on, beside the hand-in itself: digests that tell one state of it from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from autograder.basics import kit
from autograder.basics.files import digest
from autograder.basics.text import ADDRESS
from autograder.basics.versions import versions
from autograder.classroom.course import Course
from autograder.lesson.manifest import Lesson
from autograder.lesson.shelf import CONFIG
from autograder.lesson.state import state

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


def common(course: Course, lesson: Lesson, isolation: str) -> dict[str, str]:
    """What all results of a class depend on."""
    return {**state(lesson), "isolation": isolation, "kit": _kit(), **_settings(course)}


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


def _kit() -> str:
    """This kit, and what it runs on."""
    return _hash(json.dumps([versions(), kit.code()]))


def _settings(course: Course) -> dict[str, str]:
    """Each section of the course's settings; for code among them stands the file that it is written in."""

    def told(value: Any) -> str:
        if isinstance(value, type) or callable(value):
            return f"{value.__module__}.{value.__qualname__} {digest(course.root / CONFIG)}"
        return ADDRESS.sub("", repr(value))

    sections = {name: section for name, section in course.config.items() if name not in ELSEWHERE}
    texts = {name: json.dumps(section, sort_keys=True, default=told) for name, section in sections.items()}
    return {SETTINGS + name: _hash(text.replace(str(kit.PACKAGE), "")) for name, text in texts.items() if text != "{}"}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
