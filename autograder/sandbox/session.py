"""The trusted ends of the warm process and of one worker: start, ask with a deadline, stop."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from typing import Any

from autograder.sandbox import levels, wire
from autograder.sandbox.limits import Limits

Reply = tuple[dict[str, Any], bytes]
DATAGRAM = 65536
START_SECONDS = 120


class Died(Exception):
    """The worker, or the warm process behind it, ended without an answer, or answered with what is no answer."""


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

    def __init__(self, isolation: str = levels.NONE) -> None:
        self.isolation = isolation
        self._process: subprocess.Popen[bytes] | None = None

    def _start(self) -> None:
        self.close()
        self._home = tempfile.mkdtemp(prefix="autograder-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "autograder.sandbox.warm", str(theirs.fileno()), self.isolation],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(self._home),
                cwd=self._home,
                start_new_session=True,
            )
        self._control.settimeout(START_SECONDS)
        self._answer()

    def fork(self, workdir: str, limits: Limits) -> tuple[int, socket.socket]:
        """Start a worker in `workdir`: its process id and the connection to it.

        Raises:
            CannotStart: the warm process is gone, and a new one does not come up either.
        """
        request = json.dumps({"fork": workdir, "limits": limits.to_dict()}).encode()
        ours, theirs = socket.socketpair()
        with theirs:
            for _ in range(2):  # once more with a new warm process, should the old one have died
                try:
                    return self._ask(request, theirs.fileno())["pid"], ours
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
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: bytes, fd: int) -> dict[str, Any]:
        if self._process is None:
            self._start()
        socket.send_fds(self._control, [request], [fd])
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        try:
            message = self._control.recv(DATAGRAM)
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
        self._workdir = tempfile.mkdtemp(prefix="hand-in-")
        self._sent = 0
        self._pid, self._connection = warm.fork(self._workdir, limits)
        self.alive = True
        try:
            self._receive(START_SECONDS)
        except (wire.WireError, OSError) as error:
            raise CannotStart(f"a worker does not start: {self._epitaph(error)}") from None

    def ask(self, seconds: float, header: dict[str, Any], body: bytes = b"") -> Reply:
        """Send one request and wait for its answer, at most `seconds`.

        Raises:
            Stopped: the deadline passed. If the worker does not react to an interrupt either, it is killed.
            Died: the worker ended, or its answer is no answer; it is gone afterwards.
        """
        self._sent += 1
        try:
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
        shutil.rmtree(self._workdir, ignore_errors=True)
        return status

    def _receive(self, seconds: float) -> Reply:
        self._connection.settimeout(seconds)
        header, body = wire.receive(self._connection)
        if header.get("id") != self._sent:
            raise wire.WireError("an answer to another question")
        return header, body

    def _interrupt(self, seconds: float) -> Stopped:
        """Interrupt what runs; the late answer, if one comes, is dropped."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGINT)
        try:
            self._receive(self._limits.grace)
        except (wire.WireError, OSError):
            self.close()
        return Stopped(seconds, alive=self.alive)

    def _epitaph(self, error: Exception) -> str:
        status = self.close()
        if isinstance(error, wire.WireError) and not isinstance(error, wire.PeerGone):
            return f"its answer could not be read ({error})"
        if status >= 0 and os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL:
            return f"its process was ended by {signal.Signals(os.WTERMSIG(status)).name}"
        return "its process ended without an answer"


def _environment(home: str) -> dict[str, str]:
    """All that the warm process sees of the environment: nothing of the grader's own."""
    one_thread = {f"{pool}_NUM_THREADS": "1" for pool in ("OMP", "OPENBLAS", "MKL")}  # a pool does not survive a fork
    return {
        **one_thread,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": home,
        "IPYTHONDIR": home,
        "MPLCONFIGDIR": home,
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
