"""What tests of the commands for readers share."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.grading.grader import Grader
from autograder.learning import commands as tutor
from autograder.lesson.manifest import Lesson
from autograder.sandbox.launch import WarmProcess
from tests.conftest import QUICK

Say = Callable[..., str]


@pytest.fixture
def say(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    warm: WarmProcess,
    lesson: Lesson,
    tmp_path: Path,
) -> Say:
    """Runs a command in a folder of its own, and returns what it prints, in 80 columns; the exit status is its last line."""

    @contextlib.contextmanager
    def graders(*_: Any, **__: Any) -> Iterator[Grader]:
        yield Grader(lesson, warm, QUICK)

    monkeypatch.setattr(tutor, "grader", graders)
    monkeypatch.setattr(sys, "argv", ["autograder"])
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        lines = [line.rstrip() for line in (captured.out + captured.err).splitlines()]
        return "\n".join([*lines, str(status)])

    return run
