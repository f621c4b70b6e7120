"""What a worker may not do with files, and what nobody misses: it stays undone, where the file is the notebook's own.

A lock keeps others away, and there are none; times and modes end with the folder.
"""

from __future__ import annotations

import functools
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

UNDONE = ("chmod", "lchmod", "fchmod", "chown", "lchown", "fchown", "utime", "setxattr")  # Windows does not have all
LOCKS = ("flock", "lockf")


def replace() -> None:
    """Stand in for what sets modes, owners and times of files, and for locks. The notebook's own are in this folder."""
    home = os.path.realpath(os.getcwd())
    for name in UNDONE:
        if hasattr(os, name):
            setattr(os, name, _in_vain(getattr(os, name), home))
    if hasattr(os, "listxattr"):
        os.listxattr = lambda *_, **__: []  # or nothing can be copied with its times
    if os.name == "posix":
        import fcntl

        for name in LOCKS:
            setattr(fcntl, name, _in_vain(getattr(fcntl, name), home))
        sqlite3.connect = sqlite3.dbapi2.connect = _unlocked(sqlite3.connect)


def _in_vain(function: Callable[..., object], home: str) -> Callable[..., object]:
    @functools.wraps(function)
    def instead(file: Any, *args: Any, **kwargs: Any) -> object:
        try:
            return function(file, *args, **kwargs)
        except PermissionError:
            if not _is_own(file, home):
                raise
            return None

    return instead


def _is_own(file: Any, home: str) -> bool:
    """Whether it lies in the one folder that may be written to."""
    if isinstance(file, str | bytes | os.PathLike):
        return Path(os.path.realpath(os.fsdecode(file))).is_relative_to(home)
    import fcntl

    return fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY


def _unlocked(connect: Callable[..., Any]) -> Callable[..., Any]:
    """`sqlite3.connect`, without the locks that it would put on its file."""

    @functools.wraps(connect)
    def instead(database: Any, *args: Any, uri: bool = False, **kwargs: Any) -> Any:
        plain = os.fsdecode(database)
        address = plain if uri else Path(plain).absolute().as_uri()
        if plain in ("", ":memory:") or "vfs=" in plain:
            return connect(database, *args, uri=uri, **kwargs)
        return connect(f"{address}{'&' if '?' in address else '?'}vfs=unix-none", *args, uri=True, **kwargs)

    return instead
