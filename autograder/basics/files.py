"""Files of a course: told apart by their content, and written so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from autograder.basics.refused import Refused


def digest(path: Path) -> str:
    """What tells one state of a file from another."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(top: Path, files: Iterable[Path]) -> str:
    """The SHA-256 of these files below `top`, with their places, as hexadecimal text."""
    lines = [f"{path.relative_to(top)} {digest(path)}" for path in sorted(files)]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def save(path: Path, content: str | bytes) -> None:
    """`write`, of what somebody has asked for.

    Raises:
        Refused: it cannot be written.
    """
    try:
        write(path, content)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None


def write(path: Path, content: str | bytes) -> None:
    """Replace a file as a whole, at whatever moment this process may be killed; its folder is made if need be.

    What it links to is replaced, so a link stays one; and a file keeps its mode.

    Raises:
        OSError: it cannot be written. Then all is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.resolve()
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        if target.exists():
            shutil.copymode(target, partial)
        partial.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
