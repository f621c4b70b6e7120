"""Whatever ends or stops `watch`, the terminal is left as it was, without a traceback."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.sample_class import Maker
from tests.terminals import PROGRAM, Terminal

pytestmark = pytest.mark.slow

SHELL = """
import os, signal, sys, termios, time
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
before = termios.tcgetattr(0)
_, status = os.waitpid(child, os.WUNTRACED)
print("STOPPED", os.WIFSTOPPED(status), termios.tcgetattr(0) == before, flush=True)
time.sleep(0.3)
os.kill(-child, signal.SIGCONT)
_, status = os.waitpid(child, 0)
print("ENDED", status, termios.tcgetattr(0) == before, flush=True)
"""


@pytest.fixture
def notebook(tmp_path: Path, maker: Maker) -> Path:
    path = tmp_path / "sgd.ipynb"
    path.write_text(maker.text("blank", {}, bare=True), "utf-8")
    return path


@pytest.fixture
def watching(notebook: Path) -> Iterator[Terminal]:
    terminal = Terminal(notebook.parent, "watch")
    yield terminal
    terminal.close()


def modes(terminal: Terminal) -> list[Any]:
    return termios.tcgetattr(terminal.process.child_fd)


def ended(terminal: Terminal) -> str:
    """The screen when the program has ended, whose terminal is still there."""
    end = time.monotonic() + 60
    while terminal.process.isalive():
        assert time.monotonic() < end, f"it does not end:\n{terminal.screen}"
        terminal._read()
    terminal._read()
    return terminal.screen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(number: signal.Signals, watching: Terminal) -> None:
    before = modes(watching)
    watching.until("q  quit")
    assert modes(watching) != before, "keys are read one by one"
    watching.process.kill(number)
    assert "Traceback" not in ended(watching)
    assert modes(watching) == before
    assert watching.process.signalstatus == number, "who has sent it is told that it was heard"


def test_ctrl_z_gives_the_terminal_back_and_fg_goes_on(notebook: Path) -> None:
    environment: Any = {**os.environ, "TERM": "xterm-256color"}
    shell = pexpect.spawn(
        sys.executable, ["-c", SHELL, str(PROGRAM), "watch", str(notebook)], env=environment, dimensions=(40, 80),
        timeout=60, encoding="utf-8",
    )  # fmt: skip
    shell.expect_exact("q  quit")
    shell.send("\x1a")
    shell.expect_exact("STOPPED True True")
    shell.expect_exact("q  quit")  # the same page once more
    shell.send("q")
    shell.expect_exact("No longer watching.")
    shell.expect_exact("ENDED 0 True")
    shell.close()


@pytest.mark.parametrize("after", [0.2, 0.6, 1.0, 1.6, 2.4])
def test_an_early_ctrl_c_is_one_line(after: float, watching: Terminal) -> None:
    before = modes(watching)
    time.sleep(after)  # somewhere between the first import and the first page
    watching.press("\x03")
    screen = ended(watching)
    assert "Traceback" not in screen and modes(watching) == before
    assert "interrupted" in screen or "No longer watching." in screen
