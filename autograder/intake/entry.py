"""What is found in what was given: a file, a clone, or what could not be taken."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.labels import Parts
from autograder.intake.metered import TooMuch

BROKEN = (  # what reading a hostile archive raises
    zipfile.BadZipFile, zlib.error, tarfile.TarError, struct.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError, OverflowError, MemoryError, TooMuch,
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One file.

    Attributes:
        path: its name, after those of the folders and archives that it lies in.
        size: in bytes, as is said of it.
        content: to be read once, before the next entry is asked for.
    """

    path: Parts
    size: int
    content: io.BufferedReader


@dataclass(frozen=True)
class Clone:
    """The folder `.git` of a clone, which is not looked into here."""

    path: Parts
    place: Path


@dataclass(frozen=True)
class Fault:
    """What could not be taken, and why."""

    path: Parts
    why: str


Found = Entry | Clone | Fault


def reason(error: BaseException) -> str:
    """What is wrong with what could not be read."""
    if isinstance(error, TooMuch):
        return str(error)
    if isinstance(error, OSError) and error.errno:
        return f"it cannot be read: {error.strerror}"
    if isinstance(error, NotImplementedError):
        return "it is packed in a way that is not read"
    return "it is broken"
