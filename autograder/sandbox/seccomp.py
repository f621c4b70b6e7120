"""The seccomp filter: `syscalls` as a program of the kernel's (`man 2 seccomp`), compiled by libseccomp.

seccomp compares 64 bits, but of most arguments the kernel reads 32. So each value is compared under a mask: a rule that
held for the number alone would be passed with one bit more, above the 32nd.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import tempfile
from typing import Any

from autograder.sandbox import syscalls
from autograder.sandbox.kernel import Unavailable, checked, libc
from autograder.sandbox.syscalls import CLONE_THREAD, O_ASYNC

SET_MODE_FILTER, NEW_LISTENER = 1, 8
F_SETFL = 4
HALF, WHOLE = 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF
BY_TREE = 2  # of the compiler's ways to order rules: a search for the call's number, not a walk along the list


class Filter:
    """A filter, made once and put on as many processes as wanted."""

    def __init__(self, *, gated: bool) -> None:
        """`gated` has each new thread wait for the grader's word (see `gate`).

        Raises:
            Unavailable: there is no libseccomp.
        """
        try:
            import pyseccomp
        except (ImportError, RuntimeError) as error:
            raise Unavailable(f"libseccomp cannot be loaded: {error}") from None
        self._gated = gated
        self._load = pyseccomp.resolve_syscall(pyseccomp.system_arch(), "seccomp")
        self.program = _compiled(pyseccomp, gated)

    def load(self) -> int | None:
        """Put it on this process, for good; the grader's end of its gate, if it has one.

        Raises:
            OSError: the kernel refuses; EBUSY if this process is behind another gate.
        """

        class Program(ctypes.Structure):
            _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

        buffer = ctypes.create_string_buffer(self.program, len(self.program))
        argument = Program(len(self.program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
        flags = ctypes.c_ulong(NEW_LISTENER if self._gated else 0)
        fd = checked(libc().syscall(self._load, ctypes.c_ulong(SET_MODE_FILTER), flags, ctypes.byref(argument)))
        return fd if self._gated else None


def _compiled(lib: Any, gated: bool) -> bytes:
    """The program, as the kernel takes it: instructions of 8 bytes each."""
    program = lib.SyscallFilter(lib.ERRNO(errno.EPERM))
    with contextlib.suppress(OSError, AttributeError):  # older ones have one way only
        program.set_attr(lib.Attr.CTL_OPTIMIZE, BY_TREE)

    def add(action: int, call: str | int, *conditions: Any) -> None:
        with contextlib.suppress(OSError, ValueError):  # unknown on this architecture
            program.add_rule(action, call, *conditions)

    def bits(argument: int, value: int, mask: int = HALF) -> Any:
        return lib.Arg(argument, lib.MASKED_EQ, mask, value)

    for call in " ".join(syscalls.ALLOWED.values()).split():
        add(lib.ALLOW, call)
    for call in syscalls.PRETENDED:
        add(lib.ERRNO(0), call)
    for unknown in (*syscalls.UNKNOWN, *range(syscalls.FIRST_UNKNOWN, syscalls.LAST_UNKNOWN)):
        add(lib.ERRNO(errno.ENOSYS), unknown)
    for only in syscalls.LIMITED:
        for value in only.values:
            add(lib.ALLOW, only.call, bits(only.argument, value))
    add(lib.ALLOW, "fcntl", bits(1, F_SETFL), bits(2, 0, O_ASYNC))
    add(lib.ALLOW, "sendto", bits(4, 0, WHOLE))  # on the line, not to an address
    add(lib.ALLOW, "prlimit64", bits(0, 0), bits(2, 0, WHOLE))  # one's own limits, to read
    add(lib.NOTIFY if gated else lib.ALLOW, "clone", bits(0, CLONE_THREAD, CLONE_THREAD))
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()
