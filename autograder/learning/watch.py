"""Watches a notebook: each time it is saved, says where the reader stands. Keys ask for more."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from watchfiles import awatch

from autograder.basics.files import digest
from autograder.learning import screen as render
from autograder.learning.keyboard import SUSPEND, Keyboard
from autograder.learning.standing import Standing
from autograder.learning.study import Study
from autograder.learning.workbook import why
from autograder.render import terminal

STEP, DEBOUNCE = 10, 100  # milliseconds that a file must be quiet, and that one waits for it at most
AGAIN = 1.0  # seconds after which one looks at the file, whatever was said of it
SAVED, QUIT = "saved", ("q", "c-c", "c-d")
NEVER = "never"


@dataclass(frozen=True)
class Early:
    """Where the reader stands, as far as it is known: up to the first exercise that is not right."""

    standing: Standing


@dataclass(frozen=True)
class Verified:
    """Where the reader stands after all was right and was graded once more."""

    standing: Standing


class Watch:
    """One notebook, watched until the reader has had enough, or all is right.

    Attributes:
        ended_by: the signal that has ended it, if one has.
    """

    def __init__(self, study: Study, console: Console) -> None:
        self.ended_by: signal.Signals | None = None
        self._study = study
        self._console = console
        self._keyboard = Keyboard(console, self._hear)
        self._jobs: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._ending = False
        self._standing: Standing | None = None
        self._everything = False
        self._shown: Any = None
        self._began: str | None = None
        self._seen: str | None = NEVER  # the state of the file that was looked at last: its digest, or that it was gone
        self._looking = self._stale = False

    async def run(self) -> bool:
        """Watch; whether all was right in the end."""
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Any] = asyncio.Queue()
        self._thread.start()
        watching = [asyncio.create_task(self._listen()), asyncio.create_task(self._remind())]
        with self._keyboard.open():
            try:
                return await self._serve()
            finally:
                for task in watching:
                    task.cancel()
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
            match event:
                case signal.Signals():
                    self.ended_by = event
                    return False
                case str() if event in QUIT:
                    return False
                case str():
                    self._told(event)
                case Verified(standing) if standing.done:
                    self._close(standing)
                    return True
                case Early(standing):
                    if not self._stale:
                        self._take(standing)
                case _:
                    self._looked(event)

    def _told(self, event: str) -> None:
        """A key was pressed, or the file may be another."""
        if event == SAVED:
            self._saved()
        elif event == SUSPEND:
            self._suspend()
        else:
            self._pressed(event)

    def _suspend(self) -> None:
        """Stop until the shell goes on. Meanwhile time may be up for what is being graded: so once more."""
        self._keyboard.suspend()
        self._stale, self._shown = self._looking, None
        if self._looking:
            self._say_checking()
        elif self._standing is not None:
            self._show(self._standing)

    def _saved(self) -> None:
        """Look at the notebook, unless it is as it was, or is being looked at: afterwards it is compared once more."""
        if self._looking or (state := self._state()) == self._seen:
            return
        self._began, self._looking, self._shown, self._everything = state, True, None, False
        self._say_checking()
        self._jobs.put(self._look)

    def _say_checking(self) -> None:
        if self._console.is_terminal:
            terminal.show(self._console, terminal.safe("Checking …", "dim"))

    def _state(self) -> str | None:
        with contextlib.suppress(OSError):
            return digest(self._study.workbook.file)
        return None

    def _looked(self, found: Verified | Standing | Exception) -> None:
        """What a look has found, or why there was none; and on to the next, if the file is another by now."""
        self._looking = False
        if self._stale:
            self._seen = NEVER
        elif isinstance(found, Exception):
            self._seen = None if isinstance(found, OSError) else self._began
            terminal.show(self._console, terminal.safe(_trouble(found, self._study), "red"))
        else:
            standing = found.standing if isinstance(found, Verified) else found
            self._seen = standing.digest
            self._take(standing)
            if standing.done:
                self._looking = True
                self._jobs.put(lambda: Verified(self._study.verify()))
        self._stale = False
        self._saved()

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

    async def _listen(self) -> None:
        """Be told of a change at once, where the system tells of it."""
        file = self._study.workbook.file
        folders = {file.parent, file.resolve().parent}  # of a link, and of what it leads to
        with contextlib.suppress(Exception):  # too many are watched, or it cannot be: once a second will do
            async for _ in awatch(*folders, recursive=False, step=STEP, debounce=DEBOUNCE, watch_filter=None):
                self._hear(SAVED)

    async def _remind(self) -> None:
        """Look at the file itself: events end where a folder is replaced, and some drives have none."""
        while True:
            await asyncio.sleep(AGAIN)
            self._hear(SAVED)

    def _hear(self, event: str | signal.Signals) -> None:
        self._events.put_nowait(event)

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


def _trouble(error: Exception, study: Study) -> str:
    path = study.workbook.path
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"{path} is gone. This goes on as soon as it is back."
    if isinstance(error, OSError):
        return f"{path} cannot be read: {why(error)}. This goes on as soon as it can."
    return f"{path} could not be checked: {error}. This goes on when it is saved again."
