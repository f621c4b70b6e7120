"""Workers that note what becomes of them, and one of which somebody may kill at a chosen moment."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest

from autograder.sandbox import wire
from autograder.sandbox.launch import Ended, Started, WarmProcess
from autograder.sandbox.limits import Limits

KINDS = {"run": "run", "define": "lend"}  # all other requests ask something


class Recorder:
    """A warm process, watched.

    Attributes:
        events: what happened to which worker, in order: fork, run, lend, ask, reap; the first of them is number 1.
        lent: for each that was lent something, the names.
        called: for each call, how many lendings came before, and the name.
    """

    def __init__(self, workers: WarmProcess, kill: str | None = None) -> None:
        """`kill`: the first worker that gets a request with this `op` is killed by somebody else."""
        self.isolation = workers.isolation
        self.events: list[tuple[str, int]] = []
        self.lent: list[set[str]] = []
        self.called: list[tuple[int, str]] = []
        self._workers = workers
        self._kill = kill
        self._pids: list[int] = []
        self._connections: list[socket.socket] = []

    def start(self) -> None:
        self._workers.start()

    def wait(self) -> None:
        self._workers.wait()

    def fork(self, limits: Limits) -> Started:
        started = self._workers.fork(limits)
        self._pids.append(started.process.pid)
        self._connections.append(started.connection)
        self.events.append(("fork", len(self._pids)))
        return started

    def reap(self, pid: int) -> Ended:
        self.events.append(("reap", self._pids.index(pid) + 1))
        return self._workers.reap(pid)

    def close(self) -> None:
        pass

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def note(self, connection: socket.socket, header: dict[str, Any]) -> None:
        """Note a request that is to be sent."""
        number = self._connections.index(connection)
        kind = KINDS.get(header["op"], "ask")
        self.events.append((kind, number + 1))
        if kind == "lend":
            self.lent.append(set(header["names"]))
        if header["op"] == "call":
            self.called.append((len(self.lent), header["name"]))
        if header["op"] == self._kill:
            self._kill = None
            os.kill(self._pids[number], signal.SIGKILL)

    @property
    def story(self) -> list[tuple[str, int]]:
        """The events without repetitions."""
        return [event for event, _ in groupby(self.events)]


@contextlib.contextmanager
def recorded(workers: WarmProcess, kill: str | None = None) -> Iterator[Recorder]:
    """Note all that is sent to workers."""
    recorder, send = Recorder(workers, kill), wire.send

    def noted(connection: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
        recorder.note(connection, header)
        send(connection, header, body)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "send", noted)
        yield recorder
