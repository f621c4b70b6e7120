"""Workers where nothing can fork: each a process of its own, one always in advance. Imports nothing that is slow."""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.basics.python import command
from autograder.sandbox import folder, launch, levels
from autograder.sandbox.handle import Handle
from autograder.sandbox.launch import START_SECONDS, CannotStart, Died, Ended, Started
from autograder.sandbox.limits import Limits

LOOK_SECONDS = 0.2  # how soon it is noticed that a process has ended instead of calling
GREETING_SECONDS = 2.0  # in which a caller has to say its token: ours says it at once
OF_WINDOWS = """
    SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATH PATHEXT PROCESSOR_ARCHITECTURE NUMBER_OF_PROCESSORS
""".split()  # there are no sockets without the first; the others say where libraries are, and what the machine is


class ColdProcess:
    """What a `WarmProcess` is to its callers, on any system and without walls.

    It has no process of its own. Each worker imports torch itself, but does so while the one before is at work.
    Use as a context manager, or `close` it.
    """

    isolation = levels.NONE

    def __init__(self) -> None:
        self._spares: list[_Worker] = []
        self._working: dict[int, _Worker] = {}
        self._retired = False

    def start(self) -> None:
        """Start the spare worker, if there is none, without waiting until it is ready.

        Raises:
            CannotStart: the context that it was for has ended.
        """
        if self._retired:
            raise CannotStart("the workers have been closed")
        if not self._spares:
            self._spares.append(_Worker())

    def wait(self) -> None:
        """Not for the spare worker: it says that it is ready by a call, which `fork` takes."""

    def fork(self, limits: Limits) -> Started:
        """Take the spare worker.

        Raises:
            CannotStart: it has died, and another one does not come up either.
        """
        for _ in range(2):
            try:
                self.start()
                return self._begin(self._spares.pop(), limits)
            except (OSError, Died) as error:
                failure = error
        raise CannotStart(f"the worker does not start: {failure}")

    def reap(self, pid: int) -> Ended:
        """Kill a worker if it still runs; how it ended."""
        worker = self._working.pop(pid, None)
        return Ended() if worker is None else Ended(worker.end())

    def close(self) -> None:
        """End all workers. Safe to call twice, and before anything was started."""
        while self._spares:
            self._spares.pop().end()
        for pid in list(self._working):
            self.reap(pid)

    def __enter__(self) -> ColdProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._retired = True
        self.close()

    def _begin(self, worker: _Worker, limits: Limits) -> Started:
        try:
            workdir, connection = worker.begin(limits)
        except BaseException:
            worker.end()
            raise
        self._working[worker.pid] = worker
        with contextlib.suppress(OSError):  # `fork` tries again, when the next one is needed
            self.start()
        return Started(Handle(worker.pid), workdir, connection)


class _Worker:
    """A process that becomes a worker; see `alone`, its own end."""

    def __init__(self) -> None:
        self._home = tempfile.mkdtemp(prefix=folder.PREFIX)  # the process removes it, should this one be killed
        self._token = secrets.token_hex(16).encode()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(LOOK_SECONDS)
        self._process = subprocess.Popen(
            command("autograder.sandbox.alone"),
            bufsize=0,
            stdin=subprocess.PIPE,
            env=_environment(self._home),
            cwd=self._home,
            start_new_session=True,  # Ctrl-C is for the grader
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # … on Windows too
        )
        self.pid = self._process.pid
        with contextlib.suppress(OSError):  # should it have ended already, `begin` will say so
            self._tell({"port": self._door.getsockname()[1], "token": self._token.decode()})

    def begin(self, limits: Limits) -> tuple[str, socket.socket]:
        """Have it serve: the folder that it may write to, and the connection to it.

        Raises:
            Died: it has ended, or never calls.
            OSError: it has ended since it called.
        """
        connection = self._call()
        self._door.close()
        workdir = tempfile.mkdtemp(prefix="hand-in-", dir=self._home)
        self._tell({"workdir": workdir, "limits": limits.to_dict()})
        return workdir, connection

    def end(self) -> int | None:
        """Kill it if it still runs, and remove its folder; its exit code."""
        self._door.close()
        with contextlib.suppress(OSError):  # Windows kills nobody who is just ending
            self._process.kill()
        code = self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        folder.remove(self._home)
        return code

    def _tell(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")

    def _call(self) -> socket.socket:
        """Its call. Anybody on this machine may call here: who does not know the token is not it."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            code = self._process.poll()
            if code is not None:
                raise Died(f"it has ended with exit code {code}")
            with contextlib.suppress(TimeoutError):
                caller, _ = self._door.accept()
                if hmac.compare_digest(_greeting(caller, len(self._token)), self._token):
                    caller.settimeout(None)
                    caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    return caller
                caller.close()
        raise Died(f"it is not ready after {START_SECONDS} s")


def _greeting(caller: socket.socket, size: int) -> bytes:
    """The first bytes that a caller says; fewer, if they do not come together."""
    caller.settimeout(GREETING_SECONDS)
    try:
        return caller.recv(size)
    except OSError:
        return b""


def _environment(home: str) -> dict[str, str]:
    """All that a worker sees of the environment: what a warm process sees, and what other systems need."""
    common = launch.environment(home)
    windows = {name: os.environ[name] for name in OF_WINDOWS if name in os.environ} if sys.platform == "win32" else {}
    return {
        **common,
        **dict.fromkeys(folder.PRIVATE, home),
        "XDG_CACHE_HOME": common["XDG_CACHE_HOME"],
        "MPLCONFIGDIR": str(Path(common["XDG_CACHE_HOME"], "matplotlib")),  # where it would look on Linux only
        "PYTHONUTF8": "1",  # so that a file which a hand-in opens is read as on Linux
        **windows,
    }
