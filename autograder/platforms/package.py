"""The zip that Gradescope runs, as its autograder specifications say: at its root `setup.sh` and `run_autograder`.

It has the kit as a wheel, the course's own lesson and graders, and the versions of all that is installed here: so it
grades there as it does here.
"""

from __future__ import annotations

import shlex
import tempfile
from importlib import metadata
from pathlib import Path

from autograder.classroom.init import make
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report
from autograder.platforms import formats, wheel
from autograder.platforms.outlet import ENDED
from autograder.sandbox import levels

SCRIPTS = Path(__file__).resolve().parent / "gradescope_zip"
PROGRAMS = ("setup.sh", "run_autograder")
PLACE = "/opt/autograder"  # outside of /autograder, which student code has no business in
MOST_SECONDS = 570  # Gradescope ends a run after ten minutes, unless told otherwise, and then shows nothing of it


def gradescope(lesson: Lesson, torch_index: str | None = None) -> bytes:
    """The zip for one lesson; `torch_index` is where pip finds builds of torch for the CPU.

    Raises:
        Refused: the kit is not installed, or the lesson cannot be released.
    """
    name, kit = wheel.build()
    ended = Report.unreadable(lesson.assignment, lesson.max_score, ENDED, isolation=levels.NONE)
    settings = {
        "KIT": PLACE, "LESSON": lesson.assignment, "TORCH_INDEX": torch_index or "", "MOST_SECONDS": str(MOST_SECONDS),
    }  # fmt: skip
    files = {
        **{script: (SCRIPTS / script).read_bytes() for script in PROGRAMS},
        "settings": "".join(f"{key}={shlex.quote(value)}\n" for key, value in settings.items()).encode(),
        "fallback.json": formats.text("gradescope", ended).encode(),
        "constraints.txt": "".join(f"{pin}\n" for pin in pins()).encode(),
        name: kit,
        **_course(lesson),
    }
    return wheel.packed(files, PROGRAMS)


def pins() -> list[str]:
    """What is installed here, as constraints for pip: the version, without what names its build."""
    found = {(one.name, one.version.partition("+")[0]) for one in metadata.distributions() if one.name}
    return sorted(f"{name}=={version}" for name, version in found)


def _course(lesson: Lesson) -> dict[str, bytes]:
    """A course with the lesson as it is here."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder, "course")
        make(top, lesson)
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
