"""Which course a command is about: known without nbgrader, which takes seconds to load."""

from __future__ import annotations

from pathlib import Path

from autograder.basics.kit import KIT
from autograder.basics.refused import Refused
from autograder.lesson.shelf import CONFIG


def find_root() -> Path:
    """The course that a command is about: the current folder if it is one, otherwise the clone that this kit is.

    Raises:
        Refused: there is none.
    """
    for folder in (Path.cwd(), KIT):
        if (folder / CONFIG).is_file():
            return folder
    raise Refused("this folder is no course: `autograder init DIR` makes one, and all else is done in there")
