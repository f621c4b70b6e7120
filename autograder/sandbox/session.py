"""The trusted ends of the warm process and of one worker: start, ask with a deadline, stop."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.sandbox import folder, levels, wire
from autograder.sandbox.limits import Limits, size

Reply = tuple[dict[str, Any], bytes]
START_SECONDS = 120
LOOK_SECONDS = 0.2


class Died(Exception):
    """The worker, or the warm process behind it, ended without an answer, or answered with what is no answer."""


class Exceeded(Died):
    """The worker was ended because it used more than it may."""


class CannotStart(Exception):
    """No worker can be had: the fault of this machine or of the kit, never of the hand-in."""


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


class WarmProcess:
    """A process that has imported torch and forks workers, started when the first one is asked for.

    Use as a context manager, or `close` it.
    """

    def __init__(self, isolation: str = levels.NONE, *, thorough: bool = True) -> None:
        """`thorough` imports all that a notebook may ask for, which pays from the second hand-in on."""
        self.isolation = isolation
        self._thorough = thorough
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, if it does not run, without waiting until it is ready."""
        if self._process is not None:
            return
        self._home = tempfile.mkdtemp(prefix="autograder-")  # the warm process removes it, should this one be killed
        self._ready = False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = [str(theirs.fileno()), self.isolation, *(["thorough"] if self._thorough else [])]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "autograder.sandbox.warm", *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(self._home),
                cwd=self._home,
                start_new_session=True,
            )
        self._control.settimeout(START_SECONDS)

    def fork(self, limits: Limits) -> tuple[int, str, socket.socket]:
        """Start a worker: its process id, the folder that it may write to, and the connection to it.

        Raises:
            CannotStart: the warm process is gone, and a new one does not come up either.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            for _ in range(2):  # once more with a new warm process, should the old one have died
                try:
                    return *self._fork(limits, theirs.fileno()), ours
                except (OSError, Died) as error:
                    failure = error
                    self.close()
        ours.close()
        raise CannotStart(f"the warm process does not start: {failure}")

    def reap(self, pid: int) -> int:
        """Kill a worker if it still runs; its wait status, or -1 if that is unknown."""
        try:
            self._control.send(json.dumps({"reap": pid}).encode())
            return int(self._answer()["status"])
        except (OSError, Died):
            return -1

    def close(self) -> None:
        """End the warm process and all its workers. Safe to call twice, and before anything was started."""
        process, self._process = self._process, None
        if process is None:
            return
        self._control.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        folder.remove(self._home)

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fork(self, limits: Limits, connection: int) -> tuple[int, str]:
        self.start()
        if not self._ready:
            self._answer()
            self._ready = True
        workdir = tempfile.mkdtemp(prefix="hand-in-", dir=self._home)
        request = {"fork": workdir, "limits": limits.to_dict()}
        socket.send_fds(self._control, [json.dumps(request).encode()], [connection])
        return self._answer()["pid"], workdir

    def _answer(self) -> dict[str, Any]:
        try:
            message = self._control.recv(wire.DATAGRAM)
        except OSError as error:
            raise Died(f"the warm process is gone: {error}") from None
        if not message:
            raise Died("the warm process has ended")
        answer: dict[str, Any] = json.loads(message)
        return answer


class Session:
    """One worker, from its fork to its end.

    Raises:
        CannotStart: it does not come up.
    """

    def __init__(self, warm: WarmProcess, limits: Limits) -> None:
        self._warm = warm
        self._limits = limits
        self._sent = 0
        self._next_look = 0.0
        self._pid, self._workdir, self._connection = warm.fork(limits)
        self.alive = True
        try:
            self._receive(START_SECONDS)
        except (Died, wire.WireError, OSError) as error:
            raise CannotStart(f"a worker does not start: {self._epitaph(error)}") from None

    def ask(self, seconds: float, header: dict[str, Any], body: bytes = b"") -> Reply:
        """Send one request and wait for its answer, at most `seconds`.

        Raises:
            Stopped: the deadline passed. If the worker does not react to an interrupt either, it is killed.
            Died: the worker ended, or its answer is no answer; it is gone afterwards.
            Exceeded: it was ended because its files are too large.
        """
        self._sent += 1
        try:
            self._connection.settimeout(seconds)
            wire.send(self._connection, {**header, "id": self._sent}, body)
            return self._receive(seconds)
        except TimeoutError:
            raise self._interrupt(seconds) from None
        except (wire.WireError, OSError) as error:
            raise Died(self._epitaph(error)) from None

    def close(self) -> int:
        """End the worker and remove its folder; the worker's wait status. Safe to call twice."""
        if not self.alive:
            return -1
        self.alive = False
        self._connection.close()
        status = self._warm.reap(self._pid)
        folder.remove(self._workdir)
        return status

    def _receive(self, seconds: float) -> Reply:
        deadline = time.monotonic() + seconds
        header, body = wire.receive(self._connection, lambda: self._wait(deadline))
        if header.get("id") != self._sent:
            raise wire.WireError("an answer to another question")
        return header, body

    def _wait(self, deadline: float) -> None:
        """Until more of an answer is there, however slowly it drips; now and then look at what was written to disk."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        while True:
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError
            if now >= self._next_look:
                self._next_look = now + LOOK_SECONDS
                self._look()
            if poll.poll(1000 * min(deadline - now, LOOK_SECONDS)):
                return

    def _look(self) -> None:
        if folder.usage(self._workdir, self._pid, self._limits.disk) > self._limits.disk:
            self.close()
            raise Exceeded(f"used more than {size(self._limits.disk)} of disk")

    def _interrupt(self, seconds: float) -> Stopped:
        """Interrupt what runs; the late answer, if one comes, is dropped."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGINT)
        try:
            self._receive(self._limits.grace)
        except (Died, wire.WireError, OSError):
            self.close()
        return Stopped(seconds, alive=self.alive)

    def _epitaph(self, error: Exception) -> str:
        status = self.close()
        if isinstance(error, wire.WireError) and not isinstance(error, wire.PeerGone):
            return f"its answer could not be read ({error})"
        number = os.WTERMSIG(status) if status >= 0 and os.WIFSIGNALED(status) else signal.SIGKILL
        if number == signal.SIGXCPU:
            return f"used more than {self._limits.submission:g} s of computing time"
        if number != signal.SIGKILL:
            return f"its process was ended by {signal.Signals(number).name}"
        return "its process ended without an answer"


def _environment(home: str) -> dict[str, str]:
    """All that the warm process sees of the environment: nothing of the grader's own."""
    one_thread = {f"{pool}_NUM_THREADS": "1" for pool in ("OMP", "OPENBLAS", "MKL")}  # a pool does not survive a fork
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return {
        **one_thread,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": home,
        "XDG_CACHE_HOME": cache,  # matplotlib's list of fonts takes seconds to make; workers never see it
        "IPYTHONDIR": home,
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
