"""What many tests share: the lesson, notebooks as students hand them in, and one warm process for the whole run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.grading import Grader, Grading
from autograder.handin import read
from autograder.lesson import HOME, Lesson
from autograder.sandbox import probe
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import WarmProcess
from tests.sample_class import Maker

QUICK = Limits(cell=3, call=3, grace=1)
PATIENT = Limits(cell=8, call=8)
Grade = Callable[..., Grading]


@pytest.fixture(scope="session")
def lesson() -> Lesson:
    return Lesson.load()


@pytest.fixture(scope="session")
def maker(lesson: Lesson) -> Maker:
    return Maker(lesson)


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmProcess]:
    with WarmProcess(probe.best()) as process:
        yield process


@pytest.fixture
def grade(lesson: Lesson, warm: WarmProcess, tmp_path: Path) -> Grade:
    """Grade the text of a notebook file."""

    def grade_text(text: str, limits: Limits = QUICK) -> Grading:
        path = tmp_path / "sgd.ipynb"
        path.write_text(text, "utf-8")
        return Grader(lesson, warm, limits).grade(read(path, lesson))

    return grade_text


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course-folder")


def make_course(root: Path) -> Path:
    """A course folder of its own, with the kit's lesson and settings and nobody's hand-ins."""
    root.mkdir()
    shutil.copy(HOME / "nbgrader_config.py", root)
    shutil.copytree(HOME / "exercises", root / "exercises")
    shutil.copytree(HOME / "solutions", root / "solutions", ignore=shutil.ignore_patterns("sgd"))
    return root


def run(course: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of this environment in the course folder, without the environment being activated."""
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    environment["PATH"] = "/usr/bin:/bin"
    program = Path(sys.executable).parent / name
    return subprocess.run(
        [program, *arguments], cwd=course, env=environment, capture_output=True, text=True, timeout=600
    )


def hand_in(course: Path, student: str, text: str, name: str = "sgd.ipynb") -> Path:
    """Put a file where nbgrader expects a student's hand-in."""
    path = course / "course" / "submitted" / student / "sgd" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path
