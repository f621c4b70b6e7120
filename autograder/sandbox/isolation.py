"""Shuts a worker in, without privilege: `landlock` for files, `seccomp` for all else that a kernel can be asked.

Where there is no Landlock, root can have the worker be another user, who may read what everybody may. What is hidden
has to be closed to others then, which `probe` looks at.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
import sys
from collections.abc import Iterable

from autograder.basics.kit import OURS
from autograder.sandbox import landlock
from autograder.sandbox.kernel import Unavailable, checked, libc
from autograder.sandbox.levels import APART, BEST, NONE
from autograder.sandbox.reach import places
from autograder.sandbox.seccomp import Filter

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 24, 38, 47
CLEAR_ALL, LAST_CAPABILITY = 4, 63
FIRST_USER, USERS = 61184, 4000  # numbers that systemd keeps for users that come and go: nobody has files of theirs


class Cell:
    """What a worker is shut in with; made once, before any fork.

    Raises:
        Unavailable: the level cannot be had here.
    """

    def __init__(self, level: str, hidden: Iterable[str] = (), newest: int | None = None) -> None:
        """What lies in `hidden` folders may not be read, nor anything of the kit.

        `newest` is the version of Landlock's interface that is used at most; the kernel's own without it.
        """
        self._level = level
        self._newest = newest
        self._readable = places([str(OURS), *hidden]) if level == BEST else ()
        self._filters = None if level == NONE else (Filter(gated=True), Filter(gated=False))

    def enter(self, workdir: str) -> int | None:
        """Shut this process in for good; `workdir` is all that it may write to.

        Returns:
            The grader's end of the gate where new threads wait (see `gate`), to be sent there before any student code
            runs. None where there is none: without walls, and in a container that has such a gate itself (LXD's).

        Raises:
            Unavailable: this kernel has no Landlock, or this process is not root's, who alone can be another user.
            OSError: the kernel refuses.
        """
        if self._filters is None:
            return None
        if self._level == APART:
            _become_another(workdir)
        _drop_capabilities()
        checked(libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        if self._level == BEST:
            landlock.restrict(workdir, self._readable, self._newest)
        gated, plain = self._filters
        try:
            return gated.load()
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
        plain.load()
        return None


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends. Only Linux does that."""
    if sys.platform == "linux":
        libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _become_another(workdir: str) -> None:
    """Be a user of one's own, who owns nothing but `workdir`, and of whom no file or other process is."""
    if os.geteuid() != 0:
        raise Unavailable(f"{APART} is for root")
    user = FIRST_USER + os.getpid() % USERS
    os.chown(workdir, user, user)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    die_with_parent()  # the kernel has forgotten it


def _drop_capabilities() -> None:
    """Take from root what Landlock does not take. Without privilege there is nothing to drop."""
    for capability in range(LAST_CAPABILITY + 1):
        libc().prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
    libc().prctl(PR_CAP_AMBIENT, CLEAR_ALL, 0, 0, 0)
    version_3 = struct.pack("Ii", 0x20080522, 0)
    checked(libc().capset(version_3, bytes(24)))
