"""What tells one state of a lesson from another: whoever remembers a result compares these."""

from __future__ import annotations

from pathlib import Path

from autograder.basics.files import digests
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson


def state(lesson: Lesson) -> dict[str, str]:
    """A digest of what its author wrote and students receive, and one of what hand-ins are graded with."""
    name, root = lesson.assignment, lesson.root
    return {
        "lesson": digests(root, (shelf.release(name, root), shelf.source(name, root))),
        "graders": digests(lesson.folder, _needed(lesson.folder)),
    }


def _needed(folder: Path) -> list[Path]:
    """The files of a lesson's hidden folder, but for what only tests use."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if not any(part in shelf.NOT_NEEDED for part in path.relative_to(folder).parts)]
