"""When a clone's last commit was made.

Git is asked, but not in the clone: its settings may name programs to run. It sees the objects alone, from a folder that
has no settings, in a process with limits. Which commit is the last one is read here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS, MEMORY = 5, 1 << 30
LONGEST = 1 << 20  # bytes of a list of branches
COMMIT = re.compile(r"[0-9a-f]{40}")
BRANCH = re.compile(r"ref: (refs/(?:[\w@+=-][\w.@+=-]*/)*[\w@+=-][\w.@+=-]*)\s*", re.ASCII)


def committed(clone: Path) -> str:
    """The seconds since 1970, as text, of the last commit of the clone with this `.git`; "" if that is not known."""
    try:
        commit = _head(clone)
        return _asked(clone / "objects", commit) if commit else ""
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""


def _head(clone: Path) -> str:
    """The commit that is checked out; "" if there is none."""
    head = _text(clone / "HEAD")
    branch = BRANCH.fullmatch(head)
    if branch is None:
        return head.strip() if COMMIT.fullmatch(head.strip()) else ""
    place = clone / branch[1]
    if place.is_file():
        found = _text(place).strip()
    else:
        packed = rf"^([0-9a-f]{{40}}) {re.escape(branch[1])}$"
        line = re.search(packed, _text(clone / "packed-refs"), re.MULTILINE)
        found = line[1] if line else ""
    return found if COMMIT.fullmatch(found) else ""


def _asked(objects: Path, commit: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("objects", "refs"):
            Path(folder, name).mkdir()
        Path(folder, "HEAD").write_text("ref: refs/heads/none\n")
        environment = {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "GIT_DIR": folder,
            "GIT_OBJECT_DIRECTORY": str(objects.absolute()),
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
        }  # fmt: skip
        done = subprocess.run(
            ["git", "show", "--no-patch", "--no-notes", "--format=%ct", commit],
            env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
            preexec_fn=_limit if sys.platform == "linux" else None,
        )  # fmt: skip
    found = done.stdout[:20].decode("ascii").strip()
    return found if re.fullmatch(r"\d{1,11}", found) else ""


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(LONGEST).decode("utf-8", "replace")
