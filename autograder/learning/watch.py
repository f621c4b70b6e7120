"""Watches a notebook: each time it is saved, says where the reader stands. Keys ask for more."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from prompt_toolkit.input import Input, create_input
from rich.console import Console
from watchfiles import awatch

from autograder.basics.files import digest
from autograder.learning import screen as render
from autograder.learning.standing import Standing
from autograder.learning.study import Study
from autograder.render import terminal

STEP, DEBOUNCE = 10, 100  # milliseconds that a file must be quiet, and that one waits for it at most
SAVED, QUIT = "saved", ("q", "c-c", "c-d")


@dataclass(frozen=True)
class Early:
    """Where the reader stands, as far as it is known: up to the first exercise that is not right."""

    standing: Standing


@dataclass(frozen=True)
class Verified:
    """Where the reader stands after all was right and was graded once more."""

    standing: Standing


class Watch:
    """One notebook, watched until the reader has had enough, or all is right."""

    def __init__(self, study: Study, console: Console) -> None:
        self._study = study
        self._console = console
        self._jobs: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._ending = False
        self._standing: Standing | None = None
        self._everything = False
        self._shown: Any = None
        self._seen: str | None = None

    async def run(self) -> bool:
        """Watch; whether all was right in the end."""
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Any] = asyncio.Queue()
        self._thread.start()
        watching = asyncio.create_task(self._watch())
        with self._keys():
            try:
                return await self._serve()
            finally:
                watching.cancel()
                self._ending = True

    def join(self) -> None:
        """Wait until nothing is graded any more; call it when the graders are closed."""
        self._jobs.put(self._study.look)  # wakes it, if it waits for one
        if self._thread.ident is not None:
            self._thread.join()

    async def _serve(self) -> bool:
        """Answer what happens, one thing after another."""
        self._saved()
        while True:
            event = await self._events.get()
            if event == SAVED:
                self._saved()
            elif isinstance(event, str):
                if event in QUIT:
                    return False
                self._pressed(event)
            elif isinstance(event, Verified) and event.standing.done:
                self._close(event.standing)
                return True
            elif isinstance(event, (Early, Verified)):
                self._take(event.standing)
            elif isinstance(event, Standing):
                self._take(event)
                if event.done:
                    self._jobs.put(lambda: Verified(self._study.verify()))
            else:
                terminal.show(self._console, terminal.safe(_trouble(event, self._study), "red"))

    def _saved(self) -> None:
        """Look at the notebook, unless it is as it was."""
        seen = None
        with contextlib.suppress(OSError):
            seen = digest(self._study.workbook.path)
        if seen is not None and seen == self._seen:
            return
        self._seen, self._shown, self._everything = seen, None, False
        if self._console.is_terminal:
            terminal.show(self._console, terminal.safe("Checking …", "dim"))
        self._jobs.put(self._look)

    def _look(self) -> Standing:
        if not self._console.is_terminal:  # where nothing can be taken back, one page for each save is enough
            return self._study.look()
        return self._study.look(early=lambda standing: self._tell(Early(standing)))

    def _pressed(self, key: str) -> None:
        if self._standing is None or key not in "ha":
            return
        if key == "h":
            self._standing = self._study.hint(self._standing)
        self._everything = key == "a" and not self._everything
        self._show(self._standing)

    def _close(self, standing: Standing) -> None:
        """Show the page at the end."""
        self._clear()
        terminal.show(self._console, render.closing(standing, self._study.lesson, self._study.workbook.path))

    def _take(self, standing: Standing) -> None:
        """From now on, this is where the reader stands."""
        self._standing = self._study.again(standing)  # a key may have asked for a hint meanwhile
        self._show(self._standing)

    def _show(self, standing: Standing) -> None:
        """Put it on the screen, unless it stands there."""
        shown = (standing.report.exercises, standing.report.note, standing.given, self._everything)
        if shown == self._shown:
            return
        self._shown = shown
        self._clear()
        if self._everything:
            terminal.show(self._console, terminal.failures(standing.report))
        else:
            terminal.show(self._console, render.screen(standing, self._study.lesson, self._study.workbook.path))
        if self._console.is_terminal:
            terminal.show(self._console, render.keys(standing, everything=self._everything))
        self._console.file.flush()

    def _clear(self) -> None:
        if self._console.is_terminal:
            self._console.clear()
        else:
            terminal.show(self._console, "")

    async def _watch(self) -> None:
        path = self._study.workbook.path
        events = awatch(path.parent, recursive=False, step=STEP, debounce=DEBOUNCE, watch_filter=_only(path.name))
        async for _ in events:
            self._events.put_nowait(SAVED)

    @contextlib.contextmanager
    def _keys(self) -> Iterator[None]:
        """Keys as events, one by one, where there is a keyboard."""
        if not (self._console.is_terminal and sys.stdin.isatty()):
            yield
            return
        keyboard = create_input()
        with keyboard.raw_mode(), keyboard.attach(lambda: self._read(keyboard)):
            yield

    def _read(self, keyboard: Input) -> None:
        for press in keyboard.read_keys():
            self._events.put_nowait(str(getattr(press.key, "value", press.key)))

    def _work(self) -> None:
        """Grade when asked to, in a thread of its own; in between, prepare what makes later gradings faster."""
        steps, preparing = self._study.prepare(), False
        while not self._ending:
            try:
                job = self._jobs.get(block=not preparing)
            except queue.Empty:
                preparing = next(steps, "done") != "done"
                continue
            preparing = True
            if not self._ending:
                self._say(job)

    def _say(self, job: Callable[[], Any]) -> None:
        """Do it, and report what came of it, if anybody still listens."""
        try:
            found: Any = job()
        except Exception as error:
            found = error
        self._tell(found)

    def _tell(self, event: Any) -> None:
        """From the other thread, if anybody still listens."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)


def _only(name: str) -> Callable[[Any, str], bool]:
    return lambda _, path: path.endswith(name)


def _trouble(error: Exception, study: Study) -> str:
    path = study.workbook.path
    if isinstance(error, OSError) and not path.is_file():
        return f"{path} is gone. This goes on as soon as it is back."
    return f"{path} could not be checked: {error}. This goes on when it is saved again."
