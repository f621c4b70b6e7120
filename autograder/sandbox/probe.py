"""Which level of isolation this machine really has: found by trying it in a child process, never guessed."""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Callable

from autograder.sandbox.isolation import Cell
from autograder.sandbox.levels import BEST, NONE


@functools.cache
def best() -> str:
    """The strongest level that works here."""
    return BEST if sys.platform == "linux" and _holds() else NONE


def _holds() -> bool:
    """Shut a child in and see whether it still gets at what it must not."""
    with tempfile.TemporaryDirectory() as workdir, tempfile.NamedTemporaryFile() as secret:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                Cell(BEST).enter(workdir)
                status = 0 if _is_shut_in(workdir, secret.name) else 1
            finally:
                os._exit(status)
        return os.waitpid(pid, 0)[1] == 0


def _is_shut_in(workdir: str, secret: str) -> bool:
    own = os.open(f"{workdir}/own", os.O_CREAT | os.O_WRONLY)
    os.write(own, b"a worker may write here")
    return all(_denied(attempt) for attempt in (lambda: os.open(secret, os.O_RDONLY), os.fork, os.setsid))


def _denied(attempt: Callable[[], object]) -> bool:
    try:
        if attempt() == 0:
            os._exit(1)  # a child that should not exist
    except OSError:
        return True
    return False
