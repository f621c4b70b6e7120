"""A real terminal for tests: a pseudo-terminal that a program runs in, and the screen that a person would see."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pyte

PROGRAM = Path(sys.executable).parent / "autograder"
WIDTH, HEIGHT = 80, 40


class Terminal:
    """`autograder` in a terminal of 80 columns."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH), "LINES": str(HEIGHT)}
        self.process = pexpect.spawn(
            str(PROGRAM), list(arguments), cwd=str(folder), env=environment, dimensions=(HEIGHT, WIDTH), timeout=60
        )  # fmt: skip
        self._screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def screen(self) -> str:
        """What a person sees now, without blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def until(self, text: str, seconds: float = 60) -> str:
        """The screen as soon as this text is on it."""
        end = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < end, f"{text!r} did not appear:\n{self.screen}"
            self._read()
        return self.screen

    def press(self, keys: str) -> None:
        self.process.send(keys)

    def end(self, seconds: float = 20) -> tuple[str, int | None]:
        """The screen when the program has ended, and its exit status."""
        end = time.monotonic() + seconds
        while self.process.isalive():
            assert time.monotonic() < end, f"it does not end:\n{self.screen}"
            self._read()
        self._read()
        self.process.close()
        return self.screen, self.process.exitstatus

    def close(self) -> None:
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
            self.process.wait()  # as long as it takes: under load, longer than pexpect would give it
        self.process.close()

    def _read(self) -> None:
        with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
            self._stream.feed(self.process.read_nonblocking(65536, timeout=0.05))
