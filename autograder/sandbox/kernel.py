"""System calls that Python has no function for."""

from __future__ import annotations

import ctypes
import os


class Unavailable(Exception):
    """This kernel, or this container, does not have what the level needs."""


def libc() -> ctypes.CDLL:
    """The C library, with its errno."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> int:
    """A call's result.

    Raises:
        OSError: it is -1.
    """
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
