"""Landlock (Linux 5.13, `man 7 landlock`): some places to read (see `reach`), one folder to write, and nothing else.

It knows nothing of sockets beyond TCP, of processes, or of metadata such as times and modes: `seccomp` denies those.
Its system calls have the same numbers on every architecture.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox.kernel import Unavailable, checked, libc
from autograder.sandbox.reach import Place

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15
RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15}  # how many of the file rights each version knows; 16 since 5
NETWORK, SCOPES = 4, 6  # since which version
SINCE = {NETWORK: "rules for TCP", SCOPES: "rules for signals and abstract sockets"}  # … in words


def version() -> int:
    """The newest version of its interface that this kernel has.

    Raises:
        Unavailable: it has none.
    """
    found: int = libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if found < 1:
        raise Unavailable("this kernel has no Landlock")
    return found


def restrict(workdir: str, readable: Iterable[Place], newest: int | None = None) -> None:
    """Leave this process what it may read, and `workdir` to write to; for good.

    `newest` is a version of the interface: no newer one is used, as on a kernel that has none.

    Raises:
        Unavailable: the kernel has no Landlock.
        OSError: the kernel refuses.
    """
    abi = version() if newest is None else min(version(), newest)
    rights = (1 << RIGHTS_BY_ABI.get(abi, 16)) - 1
    ruleset = struct.pack("Q", rights)
    ruleset += struct.pack("Q", 3) if abi >= NETWORK else b""  # no TCP port may be bound or connected to
    ruleset += struct.pack("Q", 3) if abi >= SCOPES else b""  # no abstract sockets of, no signals to, others
    fd = checked(libc().syscall(CREATE_RULESET, ruleset, ctypes.c_size_t(len(ruleset)), ctypes.c_uint(0)))
    for path, whole in readable:
        with contextlib.suppress(FileNotFoundError, PermissionError):
            _allow(fd, path, EXECUTE | READ_FILE | READ_DIR if whole else READ_DIR)
    _allow(fd, workdir, rights)
    _allow(fd, os.devnull, READ_FILE | WRITE_FILE)
    checked(libc().syscall(RESTRICT_SELF, ctypes.c_int(fd), ctypes.c_uint(0)))
    os.close(fd)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow these rights below `path`, or on it if it is a file."""
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", rights if Path(path).is_dir() else rights & ON_FILES, beneath)
    checked(libc().syscall(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0)))
    os.close(beneath)
