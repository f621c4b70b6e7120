"""The trusted end of the warm process: starts it, has it fork workers and reap them. Imports nothing that is slow."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import math
import os
import signal
import site
import socket
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

from autograder.basics.python import command
from autograder.sandbox import folder, levels
from autograder.sandbox.handle import Handle
from autograder.sandbox.isolation import die_with_parent
from autograder.sandbox.limits import DATAGRAM, Limits

START_SECONDS = 120
REAP_SECONDS = 10  # for what takes a thousandth of one


class Died(Exception):
    """The worker, or the warm process behind it, ended without an answer, or answered with what is no answer."""


class CannotStart(Exception):
    """No worker can be had: the fault of this machine or of the kit, never of the hand-in."""


class Started(NamedTuple):
    """A worker that comes up: the folder that it may write to, the connection to it, the gate of its threads."""

    process: Handle
    workdir: str
    connection: socket.socket
    gate: int | None = None


class Ended(NamedTuple):
    """How a worker ended.

    Attributes:
        code: its exit code as `Popen.returncode` has it; None if that is unknown.
        seconds: the computing time that it has used.
        most: the computing time at which the kernel kills it, as that was in the end: a process can lower it.
    """

    code: int | None = None
    seconds: float = 0.0
    most: float = math.inf

    @property
    def spent(self) -> bool:
        """Whether its computing time was used up, so that it was killed by nobody else. The kernel counts in ticks."""
        return self.seconds + 1 >= self.most


class Workers(Protocol):
    """Where workers come from. Use as a context manager, or `close` it."""

    isolation: str

    def start(self) -> None:
        """Begin what takes long, without waiting for it."""

    def wait(self) -> None:
        """Wait for what takes long, so that no hand-in's time is spent on it."""

    def fork(self, limits: Limits) -> Started:
        """Start a worker."""

    def reap(self, pid: int) -> Ended:
        """Kill a worker if it still runs; how it ended."""

    def close(self) -> None:
        """End all workers, and what they come from."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class WarmProcess:
    """A process that has imported torch and forks workers, started when the first one is asked for.

    Use as a context manager, or `close` it.
    """

    def __init__(self, isolation: str = levels.NONE, *, thorough: bool = True, hidden: Iterable[str] = ()) -> None:
        """`thorough` imports all that a notebook may ask for, which pays from the second hand-in on.

        No worker may read what lies in `hidden` folders, wherever they are, nor anything of the kit.
        """
        self.isolation = isolation
        self._hidden = list(hidden)
        self._thorough = thorough
        self._process: subprocess.Popen[bytes] | None = None
        self._retired = False
        self._alive: dict[int, Handle] = {}

    def start(self) -> None:
        """Start the process, if it does not run, without waiting until it is ready.

        Raises:
            CannotStart: the context that it was for has ended.
        """
        if self._retired:
            raise CannotStart("the warm process has been closed")
        if self._process is not None:
            return
        self._home = tempfile.mkdtemp(prefix=folder.PREFIX)  # the warm process removes it, should this one be killed
        self._ready = False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        orders = {"control": theirs.fileno(), "level": self.isolation, "thorough": self._thorough}
        with theirs:
            self._process = subprocess.Popen(
                command("autograder.sandbox.warm", json.dumps({**orders, "hidden": self._hidden})),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment(self._home),
                cwd=self._home,
                start_new_session=True,
            )
        self._control.settimeout(START_SECONDS)

    def wait(self) -> None:
        """Wait until it can fork. If that does not come to be, `fork` will say so."""
        with contextlib.suppress(OSError, Died):
            self._wait()

    def fork(self, limits: Limits) -> Started:
        """Start a worker.

        Raises:
            CannotStart: the warm process is gone, and a new one does not come up either.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            for _ in range(2):  # once more with a new warm process, should the old one have died
                try:
                    process, workdir = self._fork(limits, theirs.fileno())
                    break
                except (OSError, Died) as error:
                    failure = error
                    self.close()
            else:
                ours.close()
                raise CannotStart(f"the warm process does not start: {failure}")
        return Started(process, workdir, ours, _receive_gate(ours))

    def reap(self, pid: int) -> Ended:
        """Kill a worker if it still runs, also if the warm process is gone or hangs; how it ended."""
        self._kill(pid)
        try:
            self._control.settimeout(REAP_SECONDS)
            self._control.send(json.dumps({"reap": pid}).encode())
            ended = Ended(*self._answer()[0]["ended"])
            self._control.settimeout(START_SECONDS)
        except (OSError, Died):
            self.close()  # its next answer might be to this question
            return Ended()
        return ended

    def close(self) -> None:
        """End the warm process and all its workers. Safe to call twice, and before anything was started."""
        process, self._process = self._process, None
        if process is None:
            return
        for pid in list(self._alive):
            self._kill(pid)
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # another thread may be waiting for an answer
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
        self._retired = True
        self.close()

    def _fork(self, limits: Limits, connection: int) -> tuple[Handle, str]:
        self._wait()
        workdir = tempfile.mkdtemp(prefix="hand-in-", dir=self._home)
        request = {"fork": workdir, "limits": limits.to_dict()}
        socket.send_fds(self._control, [json.dumps(request).encode()], [connection])
        answer, pidfd = self._answer()
        process = self._alive[answer["pid"]] = Handle(answer["pid"], pidfd)
        return process, workdir

    def _wait(self) -> None:
        self.start()
        if not self._ready:
            self._answer()
            self._ready = True

    def _kill(self, pid: int) -> None:
        process = self._alive.pop(pid, None)
        if process is not None:
            process.kill()
            process.close()

    def _answer(self) -> tuple[dict[str, Any], int | None]:
        """What the warm process says, and the file descriptor that it sends along, if it does."""
        try:
            message, fds, _, _ = socket.recv_fds(self._control, DATAGRAM, 1)
        except OSError as error:
            raise Died(f"the warm process is gone: {error}") from None
        if not message:
            raise Died("the warm process has ended")
        answer: dict[str, Any] = json.loads(message)
        return answer, fds[0] if fds else None


def _receive_gate(connection: socket.socket) -> int | None:
    """What a worker sends before all else; if it does not come up, the first question to it will find out."""
    connection.settimeout(START_SECONDS)
    with contextlib.suppress(OSError):
        _, fds, _, _ = socket.recv_fds(connection, 1, 1)
        return fds[0] if fds else None
    return None


@functools.cache
def shared(isolation: str, course: str) -> WarmProcess:
    """This process's one warm process, ended with it; the folder of the course is hidden from its workers."""
    warm = WarmProcess(isolation, hidden=[course])
    atexit.register(warm.close)
    return warm


def begin(isolation: str, course: str) -> None:
    """Make this a process of a pool: it ends with the one that started it, and Ctrl-C is for that one.

    Its warm process, which takes longest to be ready, is started before anything else is imported.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    shared(isolation, course).start()


def environment(home: str) -> dict[str, str]:
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
        **({"PYTHONUSERBASE": site.getuserbase()} if site.ENABLE_USER_SITE else {}),  # or it is looked for in HOME
    }
