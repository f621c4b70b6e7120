"""Files of a course: told apart by their content, and written so that nobody ever sees half of one."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest(path: Path) -> str:
    """What tells one state of a file from another."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, text: str) -> None:
    """Replace a file as a whole, at whatever moment this process may be killed; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)
