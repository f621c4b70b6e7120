"""What a hand-in may use: time, memory, disk and output."""

from __future__ import annotations

import dataclasses
import errno
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

try:
    import resource
except ImportError:  # on Windows
    resource = None  # type: ignore[assignment]

MIB = 1 << 20
MOST_POINTS, MOST_THINGS = 20_000, 1_000  # of a drawing that anybody looks at
STOPPED = "stopped after"  # how it is said that time was up, which on another day it might not have been
DATAGRAM = 1 << 16  # bytes of one message between the grader and the warm process


class UnknownLimit(ValueError):
    """The name of a limit is misspelt."""


@dataclass(frozen=True)
class Limits:
    """The limits of one hand-in. Times are seconds of wall clock, sizes are bytes.

    `cell` and `call` bound one notebook cell and one call by a grader, `submission` all of them together. `memory` is
    what comes to what Python and torch take: a build of torch with CUDA takes gigabytes of address space, unused.
    """

    cell: float = 20.0
    call: float = 10.0
    submission: float = 300.0
    grace: float = 2.0
    memory: int = 4096 * MIB
    file: int = 64 * MIB
    disk: int = 256 * MIB
    open_files: int = 256
    threads: int = 128
    text: int = 100_000
    picture: int = 2 * MIB
    outputs: int = 40
    shown: int = 8 * MIB

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Limits:
        """The defaults but for these, by name.

        Raises:
            UnknownLimit: there is no limit of that name.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        if unknown := sorted(settings.keys() - set(names)):
            raise UnknownLimit(f"there is no limit {unknown[0]!r}: the limits are {', '.join(names)}")
        return cls(**settings)

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


INTERACTIVE = Limits(cell=10, call=5)  # while somebody waits for the verdict


def restrict(limits: Limits) -> None:
    """Put the kernel's limits on this process, for good: all of them on Linux, elsewhere those that it has."""
    if resource is None:
        return
    memory = _taken() + limits.memory
    seconds = int(time.process_time() + limits.submission) + 1  # one that was not forked has imported torch itself
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # first a signal that has a name, then the end
        (resource.RLIMIT_FSIZE, limits.file, limits.file),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        most = resource.getrlimit(what)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        try:
            resource.setrlimit(what, (soft, hard))
        except (OSError, ValueError):  # macOS does not limit memory
            if sys.platform == "linux":
                raise


def _taken() -> int:
    """The bytes of address space that this process has taken; 0 where nobody says."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def exceeded(error: BaseException, limits: Limits) -> str | None:
    """Which limit an exception comes from, as a sentence for the student; None for any other exception."""
    number = error.errno if isinstance(error, OSError) else None
    no_memory = isinstance(error, MemoryError) or number == errno.ENOMEM
    if no_memory or (isinstance(error, RuntimeError) and "can't allocate memory" in str(error)):  # torch's
        return f"used more than {size(limits.memory)} of memory"
    if number == errno.EFBIG:
        return f"wrote a file larger than {size(limits.file)}"
    if number == errno.EMFILE:
        return f"had more than {limits.open_files} files open"
    return None


def overfull(marks: Sequence[dict[str, Any]]) -> bool:
    """Whether a drawing (see `drawing.describe`) has more in it than anybody looks at."""
    return len(marks) > MOST_THINGS or sum(len(mark["xy"]) for mark in marks) > MOST_POINTS


def size(number: int) -> str:
    """A number of bytes as people say it."""
    for unit, least in (("GiB", 1 << 30), ("MiB", MIB)):
        if number >= least:
            return f"{number / least:g} {unit}"
    return f"{number} bytes"
