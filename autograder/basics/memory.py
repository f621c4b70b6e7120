"""How much memory a process that grades may take: reaching it is an exception, and not the end of the machine."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.basics.refused import Refused

ROOM = 1 << 30  # beyond what it takes before it has seen a hand-in
STATUS = Path("/proc/self/status")
DATA = re.compile(r"^VmData:\s+(\d+) kB$", re.MULTILINE)
ENOUGH = "grading it takes more memory than a grader may take"


class Exhausted(Refused):
    """The limit was reached; the text is for whoever waits for marks."""

    def __init__(self) -> None:
        super().__init__(ENOUGH)


def limit() -> None:
    """Hold this process to what it takes now and `ROOM` more. The processes that it starts may lift that again."""
    if sys.platform == "linux":
        import resource

        found = DATA.search(STATUS.read_text())
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        most = (int(found[1]) << 10 if found else 0) + ROOM
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def lift() -> None:
    """Take only what there is anyway for a limit."""
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Hold this process to `limit` for a while.

    Raises:
        Exhausted: it was reached.
    """
    limit()
    try:
        yield
    except Exception as error:
        if reached(error):
            raise Exhausted from error
        raise
    finally:
        lift()


def reached(error: BaseException) -> bool:
    """Whether an exception says that there is no memory left."""
    return isinstance(error, MemoryError | RuntimeError) and told(f"{type(error).__name__}: {error}")


def told(line: str) -> bool:
    """Whether the last line of a traceback does; torch has an exception of its own for it."""
    return line.startswith("MemoryError") or (line.startswith("RuntimeError") and "can't allocate memory" in line)
