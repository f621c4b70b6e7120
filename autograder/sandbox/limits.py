"""What a hand-in may use: time, memory, disk and output."""

from __future__ import annotations

import dataclasses
import resource
from dataclasses import dataclass
from typing import Any

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """The limits of one hand-in. Times are seconds of wall clock, sizes are bytes.

    `cell` and `call` bound one notebook cell and one call by a grader, `submission` all of them together.
    """

    cell: float = 20.0
    call: float = 10.0
    submission: float = 300.0
    grace: float = 2.0
    memory: int = 4096 * MIB
    file: int = 64 * MIB
    open_files: int = 256
    text: int = 100_000
    picture: int = 2 * MIB
    outputs: int = 40

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def restrict(limits: Limits) -> None:
    """Put the kernel's limits on this process, for good."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, int(limits.submission) + 1),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
