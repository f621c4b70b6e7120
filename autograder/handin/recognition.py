"""Which lesson a notebook is of: what is in it decides, and then its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.handin.handin import defined
from autograder.handin.notebook import Unreadable, grade_id, parse
from autograder.lesson.manifest import Cell, Lesson


def recognise(path: Path, lessons: Sequence[Lesson]) -> Lesson:
    """The one of these lessons of whose exercises the notebook has the largest share.

    Of several it is the one of the file's name, and else the first, as for a file that cannot be read.
    """
    if len(lessons) == 1:
        return lessons[0]
    try:
        cells = parse(path)["cells"]
    except (Unreadable, OSError):
        cells = []
    return max(lessons, key=lambda lesson: (_share(cells, lesson), lesson.assignment == path.stem))


def _share(cells: list[Cell], lesson: Lesson) -> float:
    ids = {task.id for task in lesson.tasks}
    found = {name for cell in cells for name in (*defined(cell), grade_id(cell))}
    return len(ids & found) / max(1, len(ids))
