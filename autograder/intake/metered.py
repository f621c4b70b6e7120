"""How much is unpacked: bounded by how large an archive is, so that a bomb costs no more than another archive."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

# What may be unpacked of an archive: so many bytes, fewer of one that lies in another, and so many times its size.
OUTER, INNER, TIMES = 2 << 30, 100 << 20, 50
PEEK = 512  # bytes that can be looked at before they are read


class TooMuch(Exception):
    """More would be unpacked than is allowed; the text says of what."""


@dataclass
class Room:
    """How many bytes may still be unpacked of an archive, and of those that it lies in."""

    left: int
    outer: Room | None = None

    @classmethod
    def of(cls, size: int, outer: Room | None = None) -> Room:
        """For an archive of this size."""
        return cls((INNER if outer else OUTER) + TIMES * size, outer)

    @property
    def used_up(self) -> bool:
        """Whether no more is to be looked at, which was said when it happened."""
        return self.left < 0 or (self.outer is not None and self.outer.used_up)

    def take(self, size: int) -> None:
        """Count bytes.

        Raises:
            TooMuch: there is no room for them.
        """
        self.left -= size
        if self.left < 0:
            raise TooMuch(f"its archive unpacks to more than {TIMES} times its size: no more of that was looked at")
        if self.outer is not None:
            self.outer.take(size)


class _Metered(io.RawIOBase):
    """A file in an archive, whose bytes are counted as they come."""

    def __init__(self, file: IO[bytes], room: Room | None) -> None:
        self._file, self._room = file, room

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read as much as the buffer has room for."""
        data = self._file.read(len(buffer))
        if self._room is not None:
            self._room.take(len(data))
        buffer[: len(data)] = data
        return len(data)


def metered(file: IO[bytes], room: Room | None) -> io.BufferedReader:
    """A file in an archive, of which bytes are counted in `room` as they are read, and which can be peeked into."""
    return io.BufferedReader(_Metered(file, room), PEEK)
