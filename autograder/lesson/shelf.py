"""Where lessons lie: each in three places below one folder, which is this kit's or a course's.

`solutions/NAME.py` is the lesson with its answers, `exercises/NAME/NAME.ipynb` what students receive of it, and
`lessons/NAME/` holds its hidden graders and misconceptions.
"""

from __future__ import annotations

import os
from pathlib import Path

from autograder.basics.kit import KIT
from autograder.basics.refused import Refused

CONFIG = "nbgrader_config.py"  # what makes a folder a course
NOT_NEEDED = ("answers", "class", "mutants.toml", "stock.toml", "__pycache__")  # of a lesson: what tests use


class UnknownAssignment(Refused):
    """There is no lesson of that name; or no name was given, and there are several."""


def here() -> Path:
    """Where the lessons of a command are: in the course that the current folder is in, if it has any, or in this kit.

    Graders are run, so a course further up is taken for one only if its settings are this user's own.

    Raises:
        Refused: the current folder was removed.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise Refused("the current folder is gone: `cd` to one that is there") from None
    courses = (one for one in (here, *here.parents) if (one / CONFIG).is_file() and names(one))
    return next((one for one in courses if one == here or _own(one / CONFIG)), KIT)


def _own(path: Path) -> bool:
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def source(name: str, root: Path = KIT) -> Path:
    """The lesson with its answers, as its author writes it."""
    return root / "solutions" / f"{name}.py"


def release(name: str, root: Path = KIT) -> Path:
    """The notebook that students receive."""
    return root / "exercises" / name / f"{name}.ipynb"


def hidden(name: str, root: Path = KIT) -> Path:
    """The folder of the graders: the kit's own, where a course has none."""
    own, kits = root / "lessons" / name, KIT / "lessons" / name
    return kits if kits.is_dir() and not own.is_dir() else own


def names(root: Path = KIT) -> tuple[str, ...]:
    """The lessons that there are, in alphabetical order."""
    return tuple(sorted(path.stem for path in (root / "solutions").glob("*.py") if hidden(path.stem, root).is_dir()))


def released(root: Path = KIT) -> tuple[str, ...]:
    """Those of them that students can have received."""
    return tuple(name for name in names(root) if release(name, root).is_file())


def only(root: Path = KIT) -> str:
    """The lesson that is meant where none is named.

    Raises:
        UnknownAssignment: there are several, or none.
    """
    found = names(root)
    if len(found) == 1:
        return found[0]
    raise UnknownAssignment(
        f"there are several lessons: say which one, {either(found)}" if found else f"there is no lesson in {root}"
    )


def either(words: tuple[str, ...] | list[str]) -> str:
    """Words as a sentence offers them: one, two or three."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
