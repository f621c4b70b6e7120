"""Looks at what a worker uses, from its start to its end, whatever the grader does meanwhile.

The kernel cannot be told to forbid all of it. A worker may use it while a question is on its way, while the grader
thinks about an answer, and while its cells are interrupted, so a thread of its own looks.
"""

from __future__ import annotations

import threading

from autograder.sandbox import folder, gate
from autograder.sandbox.handle import Handle
from autograder.sandbox.limits import Limits, size

LOOK_SECONDS = 0.01  # in this time a worker starts hundreds of threads, or writes tens of megabytes


class Guard:
    """Watches one worker, and kills it when it uses too much.

    Attributes:
        excess: what it used too much of, in words.
    """

    def __init__(self, process: Handle, workdir: str, limits: Limits, *, gated: bool) -> None:
        """`gated`: its threads wait at a gate, and are counted there."""
        self.excess: str | None = None
        self._process = process
        self._workdir = workdir
        self._limits = limits
        self._gated = gated
        self._free = folder.free(workdir)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look no more. To be called before the process is reaped: its number may then be another's. Safe to repeat."""
        self._over.set()
        self._thread.join()

    def look(self) -> bool:
        """Whether it uses too much; then it is killed."""
        excess = self._found()
        if excess is not None:
            self.excess = excess
            self._process.kill()
        return excess is not None

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if self.look():
                return

    def _found(self) -> str | None:
        most = self._limits.disk
        try:
            if folder.usage(self._workdir, self._process.pid, most) > most or self._has_hidden(most):
                return f"{size(most)} of disk"
        except OSError:  # what cannot be looked into counts as too much
            return f"{size(most)} of disk"
        if not self._gated and gate.threads(self._process.pid) > self._limits.threads:
            return f"{self._limits.threads} threads"
        return None

    def _has_hidden(self, most: int) -> bool:
        """Whether the disk became fuller by more than this, and the worker has files that nobody can see."""
        return self._free - folder.free(self._workdir) > most and folder.hides(self._workdir, self._process.pid)
