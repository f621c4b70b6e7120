"""A process that can be sent signals and is never mistaken for another one of the same number (`man 2 pidfd_open`)."""

from __future__ import annotations

import contextlib
import os
import signal

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has only the second, which does the same there


class Handle:
    """A process by its pidfd, or, where there is none, by its number.

    The pidfd is its holder's own: it works whatever has become of the process's parent.
    """

    def __init__(self, pid: int, pidfd: int | None = None) -> None:
        self.pid = pid
        self._pidfd = pidfd
        self._held = True

    def send(self, number: int) -> None:
        """Send it a signal. It may have ended."""
        with contextlib.suppress(OSError):
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, number)
            elif self._held:
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it, whatever it does."""
        self.send(KILL)

    def close(self) -> None:
        """Let go of it: from now on its number may be another's. Safe to repeat."""
        pidfd, self._pidfd, self._held = self._pidfd, None, False
        if pidfd is not None:
            os.close(pidfd)
