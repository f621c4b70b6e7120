"""What a student has handed in: the files in one folder, and which of them is the notebook that counts.

It should be `NAME.ipynb` alone. But a browser calls it `NAME (1).ipynb`, an LMS `NAME-1.ipynb`, and the stub that was
given out may lie beside the work. So where exactly one file, whatever its name, is this assignment's answered notebook,
that one counts, and a note says so.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.basics.files import digest
from autograder.basics.text import brief, plain
from autograder.handin.handin import HandIn, answered, nothing, read
from autograder.handin.notebook import MAX_BYTES, Unreadable, decoded, parse
from autograder.lesson.manifest import Lesson

MAX_ENTRIES = 1000  # files and folders that are looked at, the nearest first
MAX_READ, MAX_TOTAL = 16, 2 * MAX_BYTES  # files, and bytes of them together, that are read to see what they are
HEAD = 64  # bytes of a file that tell whether it may be a notebook
SKIPPED = ("__MACOSX", "__pycache__")
NAMED, SHOWN = 3, 60  # files that a message names, and characters of each


@dataclass(frozen=True)
class Choice:
    """The file that counts, or the obstacle: why none does.

    Attributes:
        note: which file it is, where that is not plain.
    """

    path: Path | None = None
    note: str | None = None
    obstacle: str = ""


@dataclass(frozen=True)
class Delivery:
    """One hand-in's folder, and the name that its notebook should have."""

    folder: Path
    name: str

    def choose(self, lesson: Lesson) -> Choice:
        """Which file counts.

        Raises:
            OSError: the folder, or a file in it, cannot be read.
        """
        if self._linked():
            return Choice(obstacle=f"{self.name} or its folder is a link: the notebook itself has to be handed in")
        found = self._candidates()
        if found == [self._named]:
            return Choice(self._named)
        return self._choose({path: _answered(path, lesson) for path in found})

    def digest(self) -> str:
        """What tells one state of the files that may count from another; if there are none, of what is there instead.

        Raises:
            OSError: as above.
        """
        found = [] if self._linked() else self._candidates()
        if found == [self._named]:
            return digest(self._named)
        parts = [f"{os.fsencode(path)!r} {digest(path)}" for path in found] or [f"{self._linked()} {self._found()}"]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def _named(self) -> Path:
        return self.folder / self.name

    def _linked(self) -> bool:
        return any(path.is_symlink() for path in (self._named, self.folder, self.folder.parent))

    def _choose(self, states: dict[Path, bool | None]) -> Choice:
        named, done = self._named, [path for path, state in states.items() if state]
        ours = [path for path, state in states.items() if state is not None]
        others = [path for path in done if path != named]
        if named in done:
            return Choice(named, f"graded: {self.name}; also answered: {self._list(others)}" if others else None)
        if len(done) > 1:
            return Choice(
                obstacle=f"several notebooks in the hand-in are answered ({self._list(done)}), and none of them is "
                f"{self.name}: hand in the one that counts, as {self.name}"
            )
        if named in states and not done:
            return Choice(named)
        if len(done or ours) != 1 and named.is_dir():
            return Choice(obstacle=f"{self.name} is a folder: the notebook itself has to be handed in")
        if len(done or ours) != 1:
            return Choice(obstacle=f"there is no {self.name} in the hand-in: {self._found()}")
        about = {False: "is not answered", None: "is no notebook of this assignment"}
        why = f"{self.name} beside it {about[states[named]]}" if named in states else f"there is no {self.name}"
        return Choice((done or ours)[0], f"graded: {self._list(done or ours)}; {why}")

    def _found(self) -> str:
        with os.scandir(self.folder) as entries:
            names = sorted(entry.name for entry in islice(entries, MAX_ENTRIES) if entry.name != self.name)
        return f"found {self._list([self.folder / name for name in names])}" if names else "the folder is empty"

    def _list(self, paths: list[Path]) -> str:
        names = [brief(plain(str(path.relative_to(self.folder))), SHOWN) for path in paths[:NAMED]]
        return ", ".join(names) + (" …" if len(paths) > NAMED else "")

    def _candidates(self) -> list[Path]:
        """The files that may be notebooks: what has the right name, and whatever else begins as one does."""
        if self._alone():
            return [self._named]
        found: list[Path] = []
        total = 0
        for path in sorted(_files(self.folder), key=self._rank):
            size = path.stat().st_size
            if path != self._named and (total + size > MAX_TOTAL or len(found) == MAX_READ or not _begins(path)):
                continue
            found.append(path)
            total += min(size, MAX_BYTES)
        return found

    def _rank(self, path: Path) -> tuple[bool, bool, int, Path]:
        return path != self._named, ".ipynb" not in path.name.lower(), len(path.parts), path

    def _alone(self) -> bool:
        """Whether the notebook lies there by itself, as it should: then nothing else has to be looked at."""
        with os.scandir(self.folder) as entries:
            return [(one.name, one.is_file(follow_symlinks=False)) for one in islice(entries, 2)] == [(self.name, True)]


def take(folder: Path, lesson: Lesson) -> HandIn:
    """What a folder holds as somebody's hand-in, with a note on which file that is, where it is not plain.

    Raises:
        OSError: as above.
    """
    choice = Delivery(folder, f"{lesson.assignment}.ipynb").choose(lesson)
    found = nothing(lesson, choice.obstacle) if choice.path is None else read(choice.path, lesson)
    return dataclasses.replace(found, note=choice.note)


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder and of those in it; nothing that is hidden, and nothing that links lead to."""
    folders, seen = [folder], 0
    for place in folders:
        with os.scandir(place) as entries:
            for entry in islice(entries, MAX_ENTRIES - seen):
                seen += 1
                if entry.name.startswith(".") or entry.name in SKIPPED:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield Path(entry.path)


def _begins(path: Path) -> bool:
    """Whether a file begins as a notebook does."""
    with path.open("rb") as file:
        return decoded(file.read(HEAD)).lstrip().startswith("{")


def _answered(path: Path, lesson: Lesson) -> bool | None:
    """Whether somebody has worked on it; None if it is not this assignment's notebook."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return answered(parse(path), lesson)
    except Unreadable:
        return None
