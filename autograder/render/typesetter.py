"""A process that sets long texts, each in a fork of its own that ends when it takes too long or too much memory.

Empty lines are cubic in pygments' lexer of IPython, nested brackets are quadratic in mistune, and nested elements in
nh3; none of them can be stopped in the process that waits for it.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NoReturn

from autograder.basics.python import command

MEMORY = 1 << 30  # bytes of address space
LONGEST = 8 << 20  # bytes of an answer
DONE, FAILED = b"+", b"-"


class Typesetter:
    """This process's other one, started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def start(self) -> Connection:
        """The line to it, when it is ready."""
        if self._line is None:
            ours, theirs = socket.socketpair()
            with theirs:
                fd = theirs.fileno()
                self._process = subprocess.Popen(
                    command("autograder.render.typesetter", str(fd)), pass_fds=[fd], stderr=subprocess.DEVNULL
                )
            self._line = Connection(ours.detach())
            self._line.recv_bytes()
        return self._line

    def typeset(self, kind: str, text: str, seconds: float) -> str | None:
        """The text as harmless HTML, or None if that takes too long, too much memory, or cannot be done."""
        try:
            line = self.start()
            line.send_bytes(json.dumps([kind, text, seconds]).encode())
            answer = line.recv_bytes()
        except (EOFError, OSError):
            self.close()
            return None
        return answer[1:].decode() if answer.startswith(DONE) else None

    def close(self) -> None:
        """End it."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None


@functools.cache
def shared() -> Typesetter:
    """This process's one typesetter, ended with it."""
    typesetter = Typesetter()
    atexit.register(typesetter.close)
    return typesetter


def serve() -> None:
    """The other end: each text is set in a fork of this process, which has imported all there is."""
    from autograder.render import typeset  # noqa: F401

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = Connection(int(sys.argv[1]))
    line.send_bytes(DONE)
    with suppress(EOFError, BrokenPipeError):
        while True:
            task = line.recv_bytes()
            child = os.fork()
            if not child:
                _set(task, line)
            if os.waitpid(child, 0)[1]:
                line.send_bytes(FAILED)


def _set(task: bytes, line: Connection) -> NoReturn:
    """Answer, if this process lives so long: an alarm that nobody handles ends it."""
    from autograder.render.typeset import typeset

    kind, text, seconds = json.loads(task)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    status = 1
    try:
        answer = DONE + typeset(kind, text).encode("utf-8", "replace")
        signal.setitimer(signal.ITIMER_REAL, 0)
        if len(answer) <= LONGEST:
            line.send_bytes(answer)
            status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve()
