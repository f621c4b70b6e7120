"""One worker as the grader sees it: ask with a deadline, watch what it uses, stop it."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import time
from typing import Any, NoReturn

from autograder.sandbox import folder, wire
from autograder.sandbox.gate import Gate, threads
from autograder.sandbox.launch import START_SECONDS, CannotStart, Died, Workers
from autograder.sandbox.limits import Limits, size

Reply = tuple[dict[str, Any], bytes]
LOOK_SECONDS = 0.01  # in this time a worker starts hundreds of threads, or writes tens of megabytes


class Exceeded(Died):
    """The worker was ended because it used more than it may."""


class Killed(Died):
    """Somebody else killed the worker: it cannot do that itself. Perhaps the machine had no more memory."""


class Stopped(Exception):
    """The worker was stopped at a deadline.

    Attributes:
        seconds: the deadline.
        alive: whether the worker could be interrupted and goes on.
    """

    def __init__(self, seconds: float, *, alive: bool) -> None:
        super().__init__(f"stopped after {seconds:g} s")
        self.seconds = seconds
        self.alive = alive


class Session:
    """One worker, from its start to its end.

    Raises:
        CannotStart: it does not come up.
    """

    def __init__(self, workers: Workers, limits: Limits) -> None:
        self._workers = workers
        self._limits = limits
        self._sent = 0
        self._next_look = 0.0
        self._pid, self._workdir, self._connection, gate = workers.fork(limits)
        self._free = folder.free(self._workdir)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._connection, selectors.EVENT_READ)
        self._gate = None if gate is None else Gate(gate)
        if self._gate is not None:
            self._selector.register(self._gate, selectors.EVENT_READ)
        self.alive = True
        try:
            self._receive(START_SECONDS)
        except (Died, wire.WireError, OSError) as error:
            raise CannotStart(f"a worker does not start: {self._death(error)}") from None

    def ask(self, seconds: float, header: dict[str, Any], body: bytes = b"") -> Reply:
        """Send one request and wait for its answer, at most `seconds`.

        Raises:
            Stopped: the deadline passed. If the worker does not react to an interrupt either, it is killed.
            Died: the worker ended, or its answer is no answer; it is gone afterwards.
            Exceeded: it was ended because of its files or threads.
            Killed: it was killed from outside.
        """
        self._sent += 1
        try:
            self._connection.settimeout(seconds)
            wire.send(self._connection, {**header, "id": self._sent}, body)
            return self._receive(seconds)
        except TimeoutError:
            raise self._interrupt(seconds) from None
        except (wire.WireError, OSError) as error:
            raise self._death(error) from None

    def close(self) -> int | None:
        """End the worker and remove its folder; the worker's exit code if it is known. Safe to call twice."""
        if not self.alive:
            return None
        self.alive = False
        self._selector.close()
        self._connection.close()
        if self._gate is not None:
            self._gate.close()
        code = self._workers.reap(self._pid)
        folder.remove(self._workdir)
        return code

    def _receive(self, seconds: float) -> Reply:
        deadline = time.monotonic() + seconds
        header, body = wire.receive(self._connection, lambda: self._wait(deadline))
        if header.get("id") != self._sent:
            raise wire.WireError("an answer to another question")
        return header, body

    def _wait(self, deadline: float) -> None:
        """Until more of an answer is there, however slowly it drips; now and then look at what was written to disk."""
        while True:
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError
            if now >= self._next_look:
                self._next_look = now + LOOK_SECONDS
                self._look()
            ready = [key.fileobj for key, _ in self._selector.select(min(deadline - now, LOOK_SECONDS))]
            if self._gate in ready:
                self._admit()
            if self._connection in ready:
                return

    def _admit(self) -> None:
        """One more thread, if it may have it."""
        assert self._gate is not None
        if threads(self._pid) >= self._limits.threads:
            self._end(f"{self._limits.threads} threads")
        self._gate.admit()

    def _look(self) -> None:
        """Whether the worker uses more than the kernel can be told to forbid."""
        limits = self._limits
        if folder.usage(self._workdir, self._pid, limits.disk) > limits.disk or self._has_hidden(limits.disk):
            self._end(f"{size(limits.disk)} of disk")
        if self._gate is None and threads(self._pid) > limits.threads:
            self._end(f"{limits.threads} threads")

    def _end(self, too_much: str) -> NoReturn:
        self.close()
        raise Exceeded(f"used more than {too_much}")

    def _has_hidden(self, most: int) -> bool:
        """Whether the disk became fuller by more than this, and the worker has files that nobody can see."""
        return self._free - folder.free(self._workdir) > most and folder.hides(self._workdir, self._pid)

    def _interrupt(self, seconds: float) -> Stopped:
        """Interrupt what runs, which ends the process on Windows; the late answer, if one comes, is dropped."""
        with contextlib.suppress(OSError):  # it may have ended
            os.kill(self._pid, signal.SIGINT)
        try:
            self._receive(self._limits.grace)
        except (Died, wire.WireError, OSError):
            self.close()
        return Stopped(seconds, alive=self.alive)

    def _death(self, error: Exception) -> Died:
        """Bury the worker, and tell from its exit code what it died of."""
        code = self.close()
        if isinstance(error, wire.WireError) and not isinstance(error, wire.PeerGone):
            return Died(f"its answer could not be read ({error})")
        if code is not None and code >= 0:
            return Died("its process ended without an answer")
        name = "SIGKILL" if code is None else _name(-code)  # Windows knows neither of the two below
        if name == "SIGKILL":
            return Killed("its process was killed")
        if name == "SIGXCPU":
            return Exceeded(f"used more than {self._limits.submission:g} s of computing time")
        return Died(f"its process was ended by {name}")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # of those for real time only the first and the last have one
        return f"signal {number}"
