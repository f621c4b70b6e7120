"""The reader's keyboard and what the system sends, as events; and the terminal, which is left as it was found."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator

from prompt_toolkit.input import Input, create_input
from rich.console import Console

ENDS = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
STOPS = getattr(signal, "SIGTSTP", None)  # what Ctrl-Z sends, where it stops a program
GONE, SUSPEND = "c-d", "c-z"  # the keys that mean the same


class Keyboard:
    """Where there is one: its keys one by one. Everywhere: signals that are to end or to stop the program."""

    def __init__(self, console: Console, tell: Callable[[str | signal.Signals], None]) -> None:
        self._tell = tell
        self._input: Input | None = create_input() if console.is_terminal and sys.stdin.isatty() else None
        self._raw = contextlib.ExitStack()

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Keys and signals are events until the end, and then the terminal is as it was."""
        with contextlib.ExitStack() as back:
            for number in ENDS:
                self._hear(number, number, back)
            if self._input is not None:
                if STOPS is not None:
                    self._hear(STOPS, SUSPEND, back)
                self._raw.enter_context(self._input.raw_mode())
                back.callback(self._raw.close)
                back.enter_context(self._input.attach(self._read))
            yield

    def suspend(self) -> None:
        """Stop, with the terminal as it was, until the shell goes on with this program."""
        if self._input is None or STOPS is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_signal_handler(STOPS)
        self._raw.close()
        os.kill(0, STOPS)  # all that the shell has started as one
        self._raw.enter_context(self._input.raw_mode())
        loop.add_signal_handler(STOPS, self._tell, SUSPEND)

    def _hear(self, number: signal.Signals, event: str | signal.Signals, back: contextlib.ExitStack) -> None:
        """Take a signal for an event, unless whoever started this wants it ignored, as nohup does."""
        loop = asyncio.get_running_loop()
        if signal.getsignal(number) is signal.SIG_DFL:
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(number, self._tell, event)
                back.callback(loop.remove_signal_handler, number)

    def _read(self) -> None:
        assert self._input is not None
        for press in self._input.read_keys():
            self._tell(str(getattr(press.key, "value", press.key)))
        if self._input.closed:  # the terminal is gone
            self._tell(GONE)
