"""One worker as the grader sees it: ask with a deadline, watch what it uses, stop it."""

from __future__ import annotations

import selectors
import signal
import time
from typing import Any

from autograder.sandbox import folder, wire
from autograder.sandbox.gate import Gate, threads
from autograder.sandbox.guard import Guard
from autograder.sandbox.launch import START_SECONDS, CannotStart, Died, Ended, Workers
from autograder.sandbox.limits import STOPPED, Limits

Reply = tuple[dict[str, Any], bytes]


class Exceeded(Died):
    """The worker was ended because it used more than it may."""


class Killed(Died):
    """The worker was killed, as far as can be seen by somebody else. Perhaps the machine had no more memory."""


class Stopped(Exception):
    """The worker was stopped at a deadline.

    Attributes:
        seconds: the deadline.
        alive: whether the worker could be interrupted and goes on.
    """

    def __init__(self, seconds: float, *, alive: bool) -> None:
        super().__init__(f"{STOPPED} {seconds:g} s")
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
        self._process, self._workdir, self._connection, gate = workers.fork(limits)
        self._guard = Guard(self._process, self._workdir, limits, gated=gate is not None)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._connection, selectors.EVENT_READ)
        self._gate = None if gate is None else Gate(gate)
        if self._gate is not None:
            self._selector.register(self._gate, selectors.EVENT_READ)
        self.alive = True
        try:
            self._receive(time.monotonic() + START_SECONDS)
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
        if not self.alive:
            raise Died("its process has ended")
        self._sent += 1
        deadline = time.monotonic() + seconds
        try:
            self._connection.settimeout(seconds)
            wire.send(self._connection, {**header, "id": self._sent}, body)
            return self._receive(deadline)
        except TimeoutError:
            raise self._interrupt(seconds) from None
        except (wire.WireError, OSError) as error:
            raise self._death(error) from None

    def look(self) -> None:
        """Look at once at what it uses, so that who used it is told of it, and not who comes next.

        Raises:
            Exceeded: it is too much.
        """
        if self.alive and self._guard.look():
            raise self._death(wire.PeerGone("it was killed"))

    def close(self) -> Ended:
        """End the worker and remove its folder; how it ended, if that is known. Safe to call twice."""
        if not self.alive:
            return Ended()
        self.alive = False
        self._guard.end()
        self._selector.close()
        self._connection.close()
        if self._gate is not None:
            self._gate.close()
        ended = self._workers.reap(self._process.pid)
        folder.remove(self._workdir)
        return ended

    def _receive(self, deadline: float) -> Reply:
        header, body = wire.receive(self._connection, lambda: self._wait(deadline))
        if header.get("id") != self._sent:
            raise wire.WireError("an answer to another question")
        return header, body

    def _wait(self, deadline: float) -> None:
        """Until more of an answer is there, however slowly it drips; let threads start meanwhile."""
        while (left := deadline - time.monotonic()) > 0:
            ready = [key.fileobj for key, _ in self._selector.select(left)]
            if self._gate in ready:
                self._admit()
            if self._connection in ready:
                return
        raise TimeoutError

    def _admit(self) -> None:
        """One more thread, if it may have it."""
        assert self._gate is not None
        if threads(self._process.pid) >= self._limits.threads:
            self.close()
            raise Exceeded(f"used more than {self._limits.threads} threads")
        self._gate.admit()

    def _interrupt(self, seconds: float) -> Stopped:
        """Interrupt what runs, which ends the process on Windows; the late answer, if one comes, is dropped."""
        self._process.send(signal.SIGINT)
        try:
            self._receive(time.monotonic() + self._limits.grace)
        except (Died, wire.WireError, OSError):
            self.close()
        return Stopped(seconds, alive=self.alive)

    def _death(self, error: Exception) -> Died:
        """Bury the worker, and tell what it died of."""
        ended = self.close()
        if self._guard.excess is not None:
            return Exceeded(f"used more than {self._guard.excess}")
        if isinstance(error, wire.WireError) and not isinstance(error, wire.PeerGone):
            return Died(f"its answer could not be read ({error})")
        if ended.code is not None and ended.code >= 0:
            return Died("its process ended without an answer")
        name = "SIGKILL" if ended.code is None else _name(-ended.code)  # Windows knows neither of the two below
        if name == "SIGXCPU" or (name == "SIGKILL" and ended.spent):
            return Exceeded(f"used more than {min(self._limits.submission, ended.most):g} s of computing time")
        return Killed("its process was killed") if name == "SIGKILL" else Died(f"its process was ended by {name}")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # of those for real time only the first and the last have one
        return f"signal {number}"
