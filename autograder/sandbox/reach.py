"""What a worker may read: Python and its packages, wherever they lie, and never what is hidden, wherever that lies.

Landlock allows a folder with all that is in it, and takes nothing back. So where something hidden lies inside of what
a worker needs, as the kit does that pip has put among the other packages, the things beside it are allowed one by one.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
MACHINE = (
    "/proc/cpuinfo",
    *(f"/sys/devices/system/cpu/{name}" for name in ("online", "possible", "present")),
)  # not its load
PIPS = ("/site-packages", "/dist-packages")
OWN = tuple(f"/proc/self/{name}" for name in ("maps", "statm", "status"))


class Place(NamedTuple):
    """A file, or a folder: with all that is in it, or only to be listed, with its folders."""

    path: str
    whole: bool = True


def places(hidden: Iterable[str]) -> tuple[Place, ...]:
    """What may be read, if nothing may that lies in these folders.

    Where packages are looked for is taken from `sys.path`, but only where pip has installed some: the folder of a
    script, or the one that a program was started in, stands there as well, and may be anybody's home. Folders that lie
    in hidden ones are left out, unless they are Python's own or those that pip installs into: a clone may hold its
    environment, and a home be a course.
    """
    secrets = {os.path.realpath(path) for path in hidden}
    installed = [os.path.realpath(path) for path in (sys.prefix, sys.base_prefix)]
    looked = [os.path.realpath(path) for path in sys.path if path and _holds_packages(path)]
    packages = [path for path in looked if path.endswith(PIPS) or not any(_inside(path, one) for one in secrets)]
    trees = dict.fromkeys([*installed, *SYSTEM, *packages])
    found = [place for tree in trees for place in _without(tree, secrets)]
    return (*dict.fromkeys(found), *(Place(path) for path in (*DEVICES, *MACHINE, *OWN)))


def _holds_packages(path: str) -> bool:
    """Whether pip installs into this folder, or has done so."""
    if path.endswith(PIPS):
        return os.path.isdir(path)
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        return any(entry.name.endswith(".dist-info") for entry in entries)
    return False


def _without(path: str, secrets: set[str]) -> Iterator[Place]:
    """A tree without what is hidden inside of it."""
    within = {secret for secret in secrets if secret != path and _inside(secret, os.path.realpath(path))}
    if not within:
        yield Place(path)
        return
    yield Place(path, whole=False)
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            real = os.path.realpath(entry.path)
            if entry.is_symlink():  # what it leads to is in some tree itself, if it may be read
                apart = not any(_inside(real, secret) or _inside(secret, real) for secret in secrets)
                yield from [Place(entry.path)] if apart else []
            elif real not in secrets:
                yield from _without(entry.path, within)


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
