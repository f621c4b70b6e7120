"""What many tests share: the lesson, notebooks as students hand them in, and one warm process for the whole run."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

from autograder import cli  # noqa: F401  # first, as in a command: it keeps nbgrader from loading what takes a second
from autograder.basics.kit import KIT
from autograder.classroom.batch import Batch
from autograder.classroom.course import Course
from autograder.grading.grader import Grader, Grading
from autograder.handin.handin import read
from autograder.learning import commands
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.sandbox import levels, probe
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission
from tests.answers import Answer
from tests.sample_class import Maker

EXAMPLE = "sgd"
QUICK = Limits(cell=3, call=3, grace=1)
PATIENT = Limits(cell=8, call=8)
WHEN = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")  # in a receipt: what is another at each grading
Grade = Callable[..., Grading]
Running = Callable[[Answer], Submission]
# Which test files come first, the slowest of them, so that the processes that share them end at about the same time.
# `make test` does not share out the attacks: their batch takes every core, and is held to seconds and the whole disk.
FIRST = (
    "attacks", "parity", "mutants", "resilience", "answers", "batch", "nothing", "postgresql", "second_lesson", "installed", "lab",
    "submissions", "page", "graders", "live", "watch", "commands", "cli", "cold",
)  # fmt: skip
settings.register_profile("ci", max_examples=30, derandomize=True, database=None, deadline=None)
settings.register_profile("long", max_examples=5000, deadline=None, print_blob=True, database=None)  # make fuzz
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker("no_cover")  # mostly other processes; and mutants end by a trace of their own
    place = {f"test_{name}.py": number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(FIRST)))


@pytest.fixture(scope="session")
def lesson() -> Lesson:
    """The lesson that tests of the engine take for an example."""
    return Lesson.load(EXAMPLE)


@pytest.fixture(scope="session")
def maker(lesson: Lesson) -> Maker:
    return maker_of(lesson)


@functools.cache
def maker_of(lesson: Lesson) -> Maker:
    return Maker(lesson)


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmProcess]:
    with WarmProcess(probe.best()) as process:
        yield process


@pytest.fixture
def grade(lesson: Lesson, warm: WarmProcess, tmp_path: Path) -> Grade:
    """Grade the text of a notebook file."""

    def grade_text(text: str, limits: Limits = QUICK, of: Lesson = lesson) -> Grading:
        path = tmp_path / f"{of.assignment}.ipynb"
        path.write_text(text, "utf-8")
        return Grader(of, warm, limits).grade(read(path, of))

    return grade_text


@pytest.fixture
def submit(warm: WarmProcess, tmp_path: Path) -> Iterator[Running]:
    """Runs a notebook with this answer in it; all other exercises have the lesson's."""
    running: list[Submission] = []

    def start(answer: Answer) -> Submission:
        lesson = answer.lesson
        path = tmp_path / f"{lesson.assignment}.ipynb"
        path.write_text(maker_of(lesson).text(answers={answer.exercise: answer.code}, bare=True), "utf-8")
        submission = Submission(warm, [cell["source"] for cell in read(path, lesson).code], QUICK)
        running.append(submission)
        submission.run()
        return submission

    yield start
    for submission in running:
        submission.close()


@pytest.fixture
def at_once(warm: WarmProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers' commands run in this process: its warm one is theirs, and lines have 80 columns."""
    lend(warm, commands, monkeypatch)
    monkeypatch.setattr(sys, "argv", ["autograder"])
    monkeypatch.setenv("COLUMNS", "80")


def lend(warm: WarmProcess, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module's commands grade with this warm process."""

    @contextlib.contextmanager
    def grader(lesson: Lesson, *_: Any, **__: Any) -> Iterator[Grader]:
        yield Grader(lesson, warm, QUICK)

    monkeypatch.setattr(module, "grader", grader)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course-folder")


def make_course(root: Path, *, fresh: bool = False) -> Path:
    """A course folder of its own, with the kit's lesson and settings and nobody's hand-ins.

    Unless it is `fresh` it has an empty gradebook, because nbgrader takes seconds to make one.
    """
    root.mkdir()
    if not fresh:
        (root / "course").mkdir()
        (root / "course" / "gradebook.db").write_bytes(_empty_gradebook())
    shutil.copy(KIT / "nbgrader_config.py", root)
    shutil.copytree(KIT / "exercises", root / "exercises")
    shutil.copytree(KIT / "solutions", root / "solutions", ignore=shutil.ignore_patterns(*shelf.names()))
    return root


@functools.cache
def _empty_gradebook() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder, "course-folder"), fresh=True)
        Batch(Course(course), "sgd", levels.NONE).prepare()
        return (course / "course" / "gradebook.db").read_bytes()


def use_database(course: Path, db_url: str) -> None:
    """Set the course's database as its teacher does."""
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {db_url!r}\n")


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
