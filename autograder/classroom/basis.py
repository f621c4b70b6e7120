"""What a result depends on, beside the hand-in itself: digests that tell one state of it from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from autograder.basics import kit
from autograder.basics.files import digest
from autograder.basics.text import ADDRESS
from autograder.basics.versions import versions
from autograder.classroom import deadlines
from autograder.classroom.course import Course
from autograder.classroom.deadlines import Deadlines
from autograder.classroom.lateness import Lateness
from autograder.classroom.timestamp import in_utc
from autograder.lesson.manifest import Lesson
from autograder.lesson.shelf import CONFIG
from autograder.lesson.state import state

Basis = Mapping[str, str]
LATE = ("policy", "free")  # of a hand-in that was late before and is: otherwise something else has changed
SETTINGS = "c."  # what begins the name of a section of settings
CHANGED = {
    "hand-in": "the hand-in changed",
    "timestamp": "timestamp.txt changed",
    "due": "the due date changed",
    "policy": "the late policy changed",
    "free": "the free days that were left changed",
    "lesson": "the lesson changed",
    "graders": "the graders changed",
    "isolation": "the isolation changed",
    "kit": "the kit changed",
}
ELSEWHERE = ("CourseDirectory", "ExportApp", "FileNameCollectorPlugin", "ZipCollectApp")  # where things lie, and go


def common(course: Course, lesson: Lesson, isolation: str) -> dict[str, str]:
    """What all results of a class depend on."""
    return {**state(lesson), "isolation": isolation, "kit": _kit(), **_settings(course)}


def own(handin: str, late: Lateness, policy: Deadlines) -> dict[str, str]:
    """What one student's result depends on beside that. What it costs to be late concerns those who are."""
    timestamp = late.handed_in and in_utc(late.handed_in)
    found = {"hand-in": handin, "timestamp": str(timestamp), "due": late.due.isoformat() if late.due else ""}
    return found | ({"policy": policy.policy(), "free": str(late.free)} if late.days else {})


def changed(before: Basis, now: Basis) -> list[str]:
    """What is no more as it was, in words."""
    names = [*CHANGED, *sorted(name for name in {*before, *now} if name.startswith(SETTINGS))]
    return [
        CHANGED.get(name, f"the settings of {name.removeprefix(SETTINGS)} changed")
        for name in names
        if before.get(name) != now.get(name) and (name not in LATE or (name in before and name in now))
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

    elsewhere = (*ELSEWHERE, *(deadlines.SECTIONS if deadlines.ours(course.config) else ()))
    sections = {name: section for name, section in course.config.items() if name not in elsewhere}
    texts = {name: json.dumps(section, sort_keys=True, default=told) for name, section in sections.items()}
    return {SETTINGS + name: _hash(text.replace(str(kit.PACKAGE), "")) for name, text in texts.items() if text != "{}"}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
