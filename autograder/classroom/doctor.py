"""Looks at a machine and a course: whether all that grading needs is there, and what to do where it is not."""

from __future__ import annotations

import copy
import ctypes.util
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from autograder.basics.kit import PACKAGE, distribution
from autograder.basics.refused import Refused
from autograder.basics.versions import versions
from autograder.grading.local import grader
from autograder.handin import handin
from autograder.handin.notebook import grade_id
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.sandbox import landlock, levels, probe
from autograder.sandbox.limits import Limits

GIB = 1 << 30
EACH = 3 * GIB // 2  # memory that a process of a batch takes, with the one that it forks workers from
DISK = GIB  # that should be free: for the pages of a class, and what hand-ins may write
NOT_LINUX = "no walls on this system: `check` runs your code as you, and a class is graded on Linux"


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        about: what it is.
        found: what is there.
        remedy: what to do; empty if all is well.
    """

    about: str
    found: str
    remedy: str = ""


def examine(root: Path) -> Iterator[Finding]:
    """Look at one thing after another; `root` is the folder of the course, or of the kit."""
    for look in (_python, _package, _torch, _seccomp, _landlock, _cores, _memory, _disk, _gradebook):
        yield _looked(look.__name__.strip("_"), look, root)
    for name in shelf.names(root):
        yield _looked(f"lesson {name}", _lesson(name), root)
        yield _looked(f"a hand-in of {name}", _hand_in(name), root)


def _looked(about: str, look: Callable[[Path], tuple[str, ...]], root: Path) -> Finding:
    try:
        return Finding(about, *look(root))
    except Exception as error:  # whatever is broken, the rest is worth a look
        return Finding(about, f"{type(error).__name__}: {error}"[:300], "this should not be: report it, with this line")


def _python(_: Path) -> tuple[str, ...]:
    return (f"{platform.python_version()}, {sys.executable}",)


def _package(_: Path) -> tuple[str, ...]:
    """Another project on the package index has a module of this name, and pip puts one over the other."""
    known = metadata.packages_distributions().get(PACKAGE.name, [])
    ours = distribution()
    others = sorted({name for name in known if name.replace("_", "-") != (ours and ours.name)})
    found = f"{versions()['kit']}, {PACKAGE}"
    if others:
        return found, f"pip uninstall {' '.join(others)}, which has a module of the same name, and install this again"
    return (found,)


def _torch(_: Path) -> tuple[str, ...]:
    try:
        import torch
    except (ImportError, OSError) as error:
        return str(error), "pip install torch"
    return (f"{torch.__version__}, {torch.get_num_threads()} threads",)


def _seccomp(_: Path) -> tuple[str, ...]:
    if sys.platform != "linux":
        return (NOT_LINUX,)
    library = ctypes.util.find_library("seccomp")
    if library is None:
        return "there is no libseccomp 2", "install it: on Debian and Ubuntu `apt install libseccomp2`"
    return (library,)


def _landlock(_: Path) -> tuple[str, ...]:
    if sys.platform != "linux":
        return (NOT_LINUX,)
    kernel = f"Linux {platform.release()}"
    try:
        found = landlock.version()
    except Exception as error:
        return f"{kernel}: {error}", "use a kernel of 5.13 or newer that has it switched on, or see `--isolation none`"
    lacks = [what for since, what in landlock.SINCE.items() if found < since]
    said = f"{kernel}, version {found}" + (f", without {' and '.join(lacks)}, which seccomp denies" if lacks else "")
    if probe.best() == levels.NONE:
        return said, "walls do not hold here: a container may forbid them; see `--isolation none`"
    return (said,)


def _cores(_: Path) -> tuple[str, ...]:
    return (str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1),)


def _memory(_: Path) -> tuple[str, ...]:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return ("not known on this system",)
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if total < EACH:
        return _gib(total), f"{_gib(EACH)} are needed to grade at all"
    return (f"{_gib(total)}, enough for --jobs {total // EACH}",)


def _disk(root: Path) -> tuple[str, ...]:
    free = {place: shutil.disk_usage(place).free for place in sorted({str(root), tempfile.gettempdir()})}
    found = ", ".join(f"{_gib(left)} free at {place}" for place, left in free.items())
    short = [place for place, left in free.items() if left < DISK]
    return (found, f"make room at {' and '.join(short)}: {_gib(DISK)} at least") if short else (found,)


def _gib(number: int) -> str:
    return f"{number / GIB:.1f} GiB"


def _gradebook(root: Path) -> tuple[str, ...]:
    if not (root / shelf.CONFIG).is_file():
        return ("none: this folder is no course, and `autograder init DIR` makes one",)
    from sqlalchemy import create_engine, inspect  # these are slow to import
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.classroom.course import Course

    course = Course(root)
    place, address = course.gradebook(), course.directory().db_url
    if address.startswith("sqlite") and not Path(place).exists():
        return (f"{place}, which the first `autograder grade` makes",)
    try:
        engine = create_engine(address)
        tables = inspect(engine).get_table_names()
        engine.dispose()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        return f"{place}: {' '.join(str(error).split())[:200]}", "mend c.CourseDirectory.db_url, or start its server"
    return (f"{place}, {len(tables)} tables",)


def _lesson(name: str) -> Callable[[Path], tuple[str, ...]]:
    def look(root: Path) -> tuple[str, ...]:
        from autograder.grading.verdicts import demand  # torch and pytest are slow to import

        try:
            lesson = Lesson.load(name, root)
            demand(lesson)
        except Refused as refusal:
            return "its parts do not fit together", str(refusal)
        return (f"{len(lesson.tasks)} exercises, {lesson.max_score:g} points, in {lesson.root}",)

    return look


def _hand_in(name: str) -> Callable[[Path], tuple[str, ...]]:
    """The lesson's own answers, graded as anybody's are."""

    def look(root: Path) -> tuple[str, ...]:
        lesson, began = Lesson.load(name, root), time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{name}.ipynb")
            path.write_text(json.dumps(_solved(lesson)), "utf-8")
            found = handin.read(path, lesson)
            with grader(lesson, Limits(), thorough=True) as here:
                here.grade(found)  # the first one waits for all that is imported
                warm = time.monotonic()
                report = here.grade(found).report
        seconds = f"{time.monotonic() - warm:.1f} s, after {warm - began:.0f} s to start; isolation: {report.isolation}"
        said = f"{report.score:g} of {report.max_score:g} points in {seconds}"
        full = report.score == report.max_score
        return (said,) if full else (said, "the lesson's own answers lose marks here: report it, with this line")

    return look


def _solved(lesson: Lesson) -> dict[str, object]:
    notebook, ids = copy.deepcopy(lesson.notebook), {task.id for task in lesson.tasks}
    for cell in notebook["cells"]:
        if (exercise := grade_id(cell)) in ids:
            cell["source"] = lesson.answer(str(exercise))
    return notebook
