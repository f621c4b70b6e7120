"""What tests of the commands for readers share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import cli

Say = Callable[..., str]


@pytest.fixture
def say(at_once: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    """Runs a command in a folder of its own, and returns what it prints, in 80 columns; the exit status is its last line."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        lines = [line.rstrip() for line in (captured.out + captured.err).splitlines()]
        return "\n".join([*lines, str(status)])

    return run
