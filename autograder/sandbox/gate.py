"""Where a worker's new threads wait until the grader lets them start: the kernel asks, so none can slip past.

Neither Landlock nor seccomp counts threads, and `RLIMIT_NPROC` counts those of a whole user, and none of root's. But
seccomp hands a system call over to another process (`man 2 seccomp_unotify`, Linux 5.5), here each `clone`.
"""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

RECEIVE, SEND = 0xC0502100, 0xC0182101
REQUEST, RESPONSE = struct.Struct("Q72x"), struct.Struct("QqiI")  # of a request only its number is of use
CONTINUE = 1


class Gate:
    """The grader's end of one worker's gate; a selector finds it readable while a thread waits."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        return self._fd

    def admit(self) -> None:
        """Let the thread that waits start. It may be gone by now."""
        with contextlib.suppress(OSError):
            request = bytearray(REQUEST.size)
            fcntl.ioctl(self._fd, RECEIVE, request)
            (number,) = REQUEST.unpack(request)
            fcntl.ioctl(self._fd, SEND, RESPONSE.pack(number, 0, 0, CONTINUE))

    def close(self) -> None:
        """Nobody is let in any more: the start of a thread fails."""
        os.close(self._fd)


def threads(pid: int) -> int:
    """How many threads a process has; none if it is gone. (`man 5 proc_pid_stat`: the name may hold anything.)"""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[17])
    except OSError:
        return 0
