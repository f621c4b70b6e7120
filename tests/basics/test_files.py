"""A file is replaced as a whole or stays as it was, whatever it is: a link, one of another mode, one on a full disk."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from autograder.basics.files import write


def test_a_link_stays_a_link_and_a_mode_is_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    write(target, "old")
    target.chmod(0o604)
    link.symlink_to("there/file")
    write(link, "new ✓")
    assert link.is_symlink() and target.read_text("utf-8") == "new ✓"
    assert target.stat().st_mode & 0o777 == 0o604
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write(path, "old")

    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device"):
        write(path, "a new text")
    assert path.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["file"]
