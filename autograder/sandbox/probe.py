"""Which level of isolation this machine really has: found by trying it in a child process, never guessed."""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Callable, Iterable

from autograder.basics.kit import OURS
from autograder.sandbox.isolation import Cell
from autograder.sandbox.levels import APART, BEST, NONE


def best() -> str:
    """The strongest level that works here without a look at who may read what."""
    return BEST if holds(BEST) else NONE


@functools.cache
def holds(level: str, *hidden: str) -> bool:
    """Whether there are such walls here, and what lies in `hidden` folders is behind them, as the kit is."""
    return level == NONE or (sys.platform == "linux" and _shuts_in(level, hidden))


def _shuts_in(level: str, hidden: Iterable[str]) -> bool:
    """Shut a child in and see whether it still gets at what it must not, and at what it must."""
    with tempfile.TemporaryDirectory() as workdir, tempfile.NamedTemporaryFile() as secret:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.chdir(workdir)
                Cell(level, hidden).enter(workdir)
                apart = level != APART or (_closed(str(OURS), *hidden) and _usable(sys.prefix, sys.base_prefix))
                status = 0 if _is_shut_in(workdir, secret.name) and apart else 1
            finally:
                os._exit(status)
        return os.waitpid(pid, 0)[1] == 0


def _is_shut_in(workdir: str, secret: str) -> bool:
    own = os.open(f"{workdir}/own", os.O_CREAT | os.O_WRONLY)
    os.write(own, b"a worker may write here")
    return all(_denied(attempt) for attempt in (lambda: os.open(secret, os.O_RDONLY), os.fork, os.setsid))


def _closed(*places: str) -> bool:
    """Whether another user can get at nothing in these folders."""
    return all(_denied(lambda place=place: os.stat(f"{place}/.")) for place in places)  # type: ignore[misc]


def _usable(*places: str) -> bool:
    """Whether another user can get at Python."""
    return not any(_denied(lambda place=place: os.listdir(place)) for place in places)  # type: ignore[misc]


def _denied(attempt: Callable[[], object]) -> bool:
    try:
        if attempt() == 0:
            os._exit(1)  # a child that should not exist
    except OSError:
        return True
    return False
