"""The kit as a wheel, made of the files that run here: those of a clone, or those that pip has installed.

A wheel is a zip of the package and of what pip has to know (the specification "Binary distribution format").
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.basics.kit import INSTALLED, KIT, PACKAGE, distribution
from autograder.basics.refused import Refused
from autograder.lesson import shelf

WHEEL = "Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
CARRIED = INSTALLED.relative_to(PACKAGE.parent)


def build() -> tuple[str, bytes]:
    """Its file's name, and what is in it; the same kit gives the same bytes.

    Raises:
        Refused: pip knows nothing of the kit, so there is nothing to say to another one.
    """
    known = distribution()
    if known is None:
        raise Refused("pip does not know this kit: install it, and package that")
    stem = f"{known.name.replace('-', '_')}-{known.version}"
    info = {name: known.read_text(name) or "" for name in ("METADATA", "entry_points.txt")} | {"WHEEL": WHEEL}
    files = {str(place): path.read_bytes() for place, path in _files()}
    files |= {f"{stem}.dist-info/{name}": text.encode() for name, text in info.items()}
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{stem}.dist-info/RECORD"] = "\n".join([*record, f"{stem}.dist-info/RECORD,,", ""]).encode()
    return f"{stem}-py3-none-any.whl", packed(files)


def packed(files: dict[str, bytes], programs: tuple[str, ...] = ()) -> bytes:
    """A zip of these files, of which some can be run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980: when it was made says nothing
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _files() -> Iterator[tuple[Path, Path]]:
    """Where each of the kit's files is in a wheel, and where it is here."""
    yield from ((path.relative_to(PACKAGE.parent), path) for path in _below(PACKAGE))
    if KIT != INSTALLED:
        for name in shelf.names():
            for place in (shelf.source(name), shelf.release(name), shelf.hidden(name)):
                yield from ((CARRIED / path.relative_to(KIT), path) for path in _below(place))


def _below(place: Path) -> list[Path]:
    """All files of a folder but those that only tests use; or one file."""
    found = sorted(place.rglob("*")) if place.is_dir() else [place]
    return [path for path in found if path.is_file() and not set(path.relative_to(place).parts) & {*shelf.NOT_NEEDED}]


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
