"""What each file is: this lesson's notebook with answers or without, what may be one, a text, or something else.

Its content decides, and not its name. What may count is copied into a folder of ours.
"""

from __future__ import annotations

import enum
import hashlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.handin.delivery import HEAD
from autograder.handin.handin import answered
from autograder.handin.notebook import MAX_BYTES, Unreadable, decoded, parsed
from autograder.intake.archives import Unpacker
from autograder.intake.entry import BROKEN, Clone, Entry, Fault, Found, reason
from autograder.intake.labels import Parts
from autograder.intake.metered import TooMuch
from autograder.lesson.manifest import Lesson

TEXTS = (".txt", ".html", ".yml")  # what LMSs put beside hand-ins
MAX_TEXT = 16 << 20
LARGE = f"it is larger than {MAX_BYTES >> 20} MiB"


class Kind(enum.IntEnum):
    """What a file is; of two notebooks the one of the larger kind counts."""

    FAULT = 0  # it cannot be read, and why is said
    OTHER = 1
    TEXT = 2
    CLONE = 3  # the folder `.git` of one
    UNREADABLE = 4  # it is called a notebook, and is none, or is broken
    STUB = 5
    ANSWERED = 6


@dataclass(frozen=True)
class File:
    """One file that was looked at.

    Attributes:
        why: what is the matter, of what is not taken.
        place: where its content is.
        digest: of its content.
    """

    path: Parts
    kind: Kind
    why: str = ""
    place: Path | None = None
    digest: str = ""

    @property
    def name(self) -> str:
        """As it is called by whoever handed it in, or by an LMS."""
        return self.path[-1]

    @property
    def counts(self) -> bool:
        """Whether it may be somebody's hand-in."""
        return self.kind >= Kind.UNREADABLE

    @property
    def content(self) -> bytes:
        """What is in it, of what was copied."""
        return self.place.read_bytes() if self.place else b""


@dataclass(frozen=True)
class Reader:
    """Looks at files, and copies what may count into `folder`."""

    lesson: Lesson
    folder: Path
    unpacker: Unpacker

    def files(self, sources: Iterable[Path]) -> Iterator[File]:
        """All that there is in what was given."""
        for source in sources:
            for found in self.unpacker.files(source):
                yield self._file(found)

    def _file(self, found: Found) -> File:
        match found:
            case Fault(path, why):
                return File(path, Kind.FAULT, why)
            case Clone(path, place):
                return File(path, Kind.CLONE, place=place)
            case Entry():
                try:
                    content = self._content(found)
                except BROKEN as error:
                    return File(found.path, Kind.FAULT, reason(error))
                return File(found.path, Kind.OTHER) if content is None else self._judged(found.path, content)

    def _content(self, entry: Entry) -> bytes | None:
        """What is in a file that may count; None of another."""
        begins = decoded(entry.content.peek(HEAD)[:HEAD]).lstrip().startswith("{")
        if _called(entry.path) or (begins and not _text(entry.path)):
            content = entry.content.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise TooMuch(LARGE)
            return content
        text = entry.content.read(MAX_TEXT + 1) if _text(entry.path) else None
        return text if text is not None and len(text) <= MAX_TEXT else None

    def _judged(self, path: Parts, content: bytes) -> File:
        kind, why = self._kind(content)
        if kind is Kind.UNREADABLE and not _called(path):
            kind, why = (Kind.TEXT if _text(path) else Kind.OTHER), ""
        return File(path, kind, why) if kind is Kind.OTHER else self._kept(path, kind, why, content)

    def _kind(self, content: bytes) -> tuple[Kind, str]:
        """What a content is, and what is wrong with it."""
        with warnings.catch_warnings(action="ignore"):  # Python's about the student's code
            try:
                notebook = parsed(content)
            except Unreadable as error:
                return Kind.UNREADABLE, str(error)
            try:
                return (Kind.ANSWERED if answered(notebook, self.lesson) else Kind.STUB), ""
            except Unreadable:
                return Kind.OTHER, "it is one of something else"

    def _kept(self, path: Parts, kind: Kind, why: str, content: bytes) -> File:
        digest = hashlib.sha256(content).hexdigest()
        place = self.folder / digest
        if not place.exists():
            place.write_bytes(content)
        return File(path, kind, why, place, digest)


def _called(path: Parts) -> bool:
    """Whether a file is called a notebook."""
    return ".ipynb" in path[-1].lower()


def _text(path: Parts) -> bool:
    """Whether a file is called a text."""
    return path[-1].lower().endswith(TEXTS) and not _called(path)
