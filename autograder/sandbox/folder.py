"""The one folder that a worker may write to: settle in it, see how much lies in it, be rid of it whatever it holds."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

PREFIX = "autograder-"  # of the names of our folders
LEAST = 4096  # bytes that a file counts for at least: empty ones fill a disk too
PRIVATE = (
    "HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR", "XDG_CACHE_HOME",
    "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA",  # the same on Windows
)  # fmt: skip


def settle(folder: str) -> None:
    """Make it the place where this process works, and where libraries keep what they keep."""
    os.chdir(folder)
    os.environ.update(dict.fromkeys(PRIVATE, folder))
    tempfile.tempdir = None  # it was looked up before; torch keeps caches there too


def usage(folder: str, pid: int, most: int) -> int:
    """Bytes on disk of all files in the folder, and of those that a process has deleted but keeps open.

    Counting stops above `most`. What cannot be looked into counts as more than that.
    """
    total, folders = _deleted(pid), [folder]
    while folders and total <= most:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):  # it may be gone by now
                        total += _size(entry.stat(follow_symlinks=False))
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except FileNotFoundError:
            continue
        except OSError:  # nested deeper than a path is long, or closed to us
            return most + 1
    return total


def free(folder: str) -> int:
    """Bytes that are left on the folder's disk."""
    if not hasattr(os, "statvfs"):  # on Windows
        return shutil.disk_usage(folder).free
    about = os.statvfs(folder)
    return about.f_bfree * about.f_frsize


def hides(folder: str, pid: int) -> bool:
    """Whether a process has deleted files of the folder that it goes on using in its memory, where `usage` is blind."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")
    except OSError:  # it may be gone by now
        return False
    return any(folder in line and line.endswith(" (deleted)") for line in maps.splitlines())


def own() -> str:
    """The folder that this process was started in, which it may remove: one that we made, and nobody's else.

    Raises:
        RuntimeError: it is somebody's.
    """
    here = os.getcwd()
    if not Path(here).name.startswith(PREFIX):
        raise RuntimeError(f"{here} is not a folder of autograder's own: this is started by autograder, not by people")
    return here


def remove(folder: str) -> None:
    """Delete the folder, however deep it is and whatever its permissions say."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except (OSError, RecursionError):
        try:
            for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
                subprocess.run([*command, "--", folder], stderr=subprocess.DEVNULL, check=False)
        except FileNotFoundError:  # Windows has neither
            shutil.rmtree(folder, ignore_errors=True)


def _deleted(pid: int) -> int:
    total, files = 0, f"/proc/{pid}/fd"
    with contextlib.suppress(OSError):
        for number in os.listdir(files):
            with contextlib.suppress(OSError):
                about = os.stat(f"{files}/{number}")  # no Path: this is asked a hundred times a second
                total += _size(about) if stat.S_ISREG(about.st_mode) and about.st_nlink == 0 else 0
    return total


def _size(about: os.stat_result) -> int:
    blocks: int = getattr(about, "st_blocks", about.st_size // 512)  # Windows does not tell
    return max(LEAST, blocks * 512)
