"""All files in what was given: a folder, a zip, a tar, and the archives in those.

Whatever an archive calls a file is a label here, and never a place to write to.
"""

from __future__ import annotations

import bz2
import gzip
import io
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from autograder.intake.entry import BROKEN, Clone, Entry, Fault, Found, reason
from autograder.intake.labels import GIT, Parts, leftover, member_name, parted
from autograder.intake.metered import Room, TooMuch, metered

DEPTH = 4  # archives in archives
ENTRIES = 200_000  # files of all that was given
INNER_ENTRIES = 50_000  # … of an archive in another: a student's whole environment has so many
LEVELS = 50  # folders in folders, of one archive
DIRECTORY = 32 << 20  # bytes of a zip's list of files, which is read as a whole
INNER = 256 << 20  # bytes of an archive in another
DEEP = f"it lies in more than {LEVELS} folders"
HEAD = 512  # bytes by which a kind of file is known
ZIP, ZIP_END, TAR, GZIP, BZIP = b"PK\3\4", b"PK\5\6", b"ustar", b"\x1f\x8b", b"BZ"
TARS = (".tgz", ".tar.gz", ".tbz2", ".tar.bz2")
CLOSED = {
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}  # kinds that are not read
DOCUMENTS = (  # what is a zip inside, and nobody's archive
    ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar", ".whl", ".npz", ".pt", ".pth", ".key", ".pages",
    ".numbers",
)  # fmt: skip
Opener = Callable[[IO[bytes], Parts, Room, int], Iterator[Found]]


@dataclass
class Unpacker:
    """Goes through all that was given.

    Attributes:
        passed: how many files were passed over, because systems or editors have left them.
    """

    passed: int = 0
    left: int = field(default_factory=lambda: ENTRIES)

    def files(self, source: Path) -> Iterator[Found]:
        """Everything in one folder, archive or other file, named from the last part of its own path on."""
        path = (source.absolute().name or "/",)
        if not source.exists():
            yield Fault((str(source),), "there is no such file or folder")
        elif source.is_dir():
            yield from self._folder(source, path)
        elif not source.is_file():
            yield Fault(path, "it is no file")
        else:
            yield from self._file(source, path)

    def _folder(self, folder: Path, path: Parts) -> Iterator[Found]:
        if len(path) > LEVELS:
            yield Fault(path, DEEP)
            return
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda one: one.name)
        except OSError as error:
            yield Fault(path, f"the folder cannot be read: {error.strerror}")
            return
        for entry in found:
            here = (*path, entry.name)
            if entry.name == GIT and entry.is_dir(follow_symlinks=False):
                yield Clone(here, Path(entry.path))
            elif leftover(entry.name):
                self.passed += 1
            elif entry.is_dir(follow_symlinks=False):
                yield from self._folder(Path(entry.path), here)
            elif entry.is_file(follow_symlinks=False):
                yield from self._file(Path(entry.path), here)
            else:
                yield Fault(here, "it is a link" if entry.is_symlink() else "it is no file")

    def _file(self, file: Path, path: Parts) -> Iterator[Found]:
        try:
            with file.open("rb") as content:
                yield from self._entry(path, os.fstat(content.fileno()).st_size, content, None, 0)
        except OSError as error:
            yield Fault(path, f"it cannot be read: {error.strerror}")

    def _entry(self, path: Parts, size: int, file: IO[bytes], room: Room | None, depth: int) -> Iterator[Found]:
        """A file, or what is in it if it is an archive; `room` is that of the archive that it lies in."""
        self.left -= 1
        if self.left < 0:
            if self.left == -1:
                yield Fault(path, f"there are more than {ENTRIES} files: from here on none was looked at")
            return
        content = metered(file, room)
        head = content.peek(HEAD)
        opener = self._opener(head, path[-1].lower())
        if closed := next((kind for sign, kind in CLOSED.items() if head.startswith(sign)), None):
            yield Fault(path, f"it is a {closed} archive: unpack it, and collect the folder")
        elif opener is None:
            yield Entry(path, size, content)
        elif depth == DEPTH:
            yield Fault(path, f"it is an archive in {DEPTH} others, and is not opened")
        elif room is None:
            file.seek(0)
            yield from self._opened(opener, file, path, Room.of(size), depth + 1)
        else:
            yield from self._copied(opener, content, path, room, depth + 1)

    def _opener(self, head: bytes, name: str) -> Opener | None:
        if head.startswith((ZIP, ZIP_END)) and not name.endswith(DOCUMENTS):
            return self._zip
        packed = head.startswith((GZIP, BZIP)) and name.endswith(TARS)
        return self._tar if packed or head[257:262] == TAR else None

    def _opened(self, opener: Opener, file: IO[bytes], path: Parts, room: Room, depth: int) -> Iterator[Found]:
        try:
            yield from opener(file, path, room, depth)
        except BROKEN as error:
            yield Fault(path, reason(error))

    def _copied(self, opener: Opener, content: IO[bytes], path: Parts, room: Room, depth: int) -> Iterator[Found]:
        """What is in an archive that lies in another: it is put into a file first, since a zip is read from its end."""
        with tempfile.TemporaryFile() as copy:
            try:
                while data := content.read(1 << 20):
                    if copy.write(data) and copy.tell() > INNER:
                        raise TooMuch(f"it is an archive of more than {INNER >> 20} MiB in another")
            except BROKEN as error:
                yield Fault(path, reason(error))
                return
            size = copy.tell()
            copy.seek(0)
            yield from self._opened(opener, copy, path, Room.of(size, room), depth)

    def _zip(self, file: IO[bytes], path: Parts, room: Room, depth: int) -> Iterator[Found]:
        if _directory(file) > DIRECTORY:
            raise TooMuch(f"its list of files has more than {DIRECTORY >> 20} MiB")
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if depth > 1 and len(members) > INNER_ENTRIES:
                raise TooMuch(f"it has {len(members)} files, more than {INNER_ENTRIES}")
            for member in members:
                if room.used_up:
                    return
                if not member.is_dir() and (named := self._named(member_name(member), path)):
                    yield from self._zipped(archive, member, named, room, depth)

    def _zipped(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Parts | Fault, room: Room, depth: int
    ) -> Iterator[Found]:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if isinstance(path, Fault):
            yield path
        elif kind not in (0, stat.S_IFREG):
            yield Fault(path, "it is a link" if kind == stat.S_IFLNK else "it is no file")
        elif member.flag_bits & 1:
            yield Fault(path, "it is encrypted")
        else:
            try:
                with archive.open(member) as content:
                    yield from self._entry(path, member.file_size, content, room, depth)
            except BROKEN as error:
                yield Fault(path, reason(error))

    def _tar(self, file: IO[bytes], path: Parts, room: Room, depth: int) -> Iterator[Found]:
        head = file.read(2)
        file.seek(0)
        packers: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {GZIP: gzip.open, BZIP: bz2.open}  # type: ignore[dict-item]
        unpacked = packers[head](file) if head in packers else file
        stream = metered(unpacked, room)
        number = 0
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            while not room.used_up and (member := archive.next()):
                archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
                number += 1
                if depth > 1 and number > INNER_ENTRIES:
                    raise TooMuch(f"it has more than {INNER_ENTRIES} files")
                if not member.isdir() and (named := self._named(member.name, path)):
                    yield from self._tarred(archive, member, named, room, depth)

    def _tarred(
        self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: Parts | Fault, room: Room, depth: int
    ) -> Iterator[Found]:
        if isinstance(path, Fault):
            yield path
        elif not member.isreg():
            yield Fault(path, "it is a link" if member.islnk() or member.issym() else "it is no file")
        elif content := archive.extractfile(member):
            yield from self._entry(path, member.size, content, room, depth)

    def _named(self, name: str, path: Parts) -> Parts | Fault | None:
        """Where a file in an archive is; or that its name leads out; or None, if it is nobody's."""
        parts = parted(name)
        if parts is None:
            return Fault((*path, name), "its path leads out of the archive")
        if len(parts) > LEVELS:
            return Fault((*path, parts[-1]), DEEP)
        if not parts or any(map(leftover, parts)):
            self.passed += 1
            return None
        return (*path, *parts)


def _directory(file: IO[bytes]) -> int:
    """The bytes of a zip's list of files, as its last record says."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    place = tail.rfind(ZIP_END)
    if place < 0:
        raise zipfile.BadZipFile
    length: int = struct.unpack_from("<L", tail, place + 12)[0]
    return min(length, size)
