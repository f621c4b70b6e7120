"""A course whose class was graded, and `autograder export` in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder import cli
from autograder.lesson.manifest import Lesson
from tests.conftest import make_course
from tests.handback.cohort import build


@dataclass(frozen=True)
class Done:
    """How a command ended, and the lines that it printed."""

    status: int
    out: list[str]
    errors: list[str]


Export = Callable[..., Done]


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(make_course(tmp_path_factory.mktemp("handback") / "course-folder"), Lesson.load("sgd"))


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, and the current folder."""
    course = shutil.copytree(graded_once, tmp_path / "course-folder")
    monkeypatch.chdir(course)
    return course


@pytest.fixture
def export(graded: Path, capsys: pytest.CaptureFixture[str]) -> Export:
    """Run the command in it."""

    def run(*arguments: str) -> Done:
        status = cli.main(["export", *arguments])
        shown = capsys.readouterr()
        lines = [text.replace(f"{graded}/", "").splitlines() for text in (shown.out, shown.err)]
        return Done(status, lines[0], [line.removeprefix("autograder: ") for line in lines[1]])

    return run
