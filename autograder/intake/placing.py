"""Puts a student's hand-in where it is graded, and what it takes the place of where nothing is looked for.

Nothing is overwritten that is not kept, and nothing is written twice: what is there already is left as it is.
"""

from __future__ import annotations

import enum
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.basics import files
from autograder.basics.files import digest
from autograder.classroom import timestamp
from autograder.classroom.origins import COLLECTED
from autograder.handin.delivery import Delivery
from autograder.handin.handin import answered
from autograder.handin.notebook import Unreadable, parse
from autograder.intake.choice import Dated
from autograder.intake.labels import composed
from autograder.intake.reading import File, Kind
from autograder.intake.times import written
from autograder.lesson.manifest import Lesson


class Became(enum.Enum):
    """What became of a student's hand-in."""

    TAKEN = "taken"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    OLDER = "older"


@dataclass(frozen=True)
class Place:
    """One student's places in a course at `root`; `dry` says that nothing is to be written."""

    root: Path
    lesson: Lesson
    student: str
    dry: bool = False

    @property
    def folder(self) -> Path:
        """Where it is graded."""
        return self.root / "course" / "submitted" / self.student / self.lesson.assignment

    @property
    def kept(self) -> Path:
        """Where all others are, for a person to look at."""
        return self.root / "course" / COLLECTED / self.lesson.assignment / self.student

    def put(self, dated: Dated) -> tuple[Became, list[Path]]:
        """Put what counts there, if it is newer than what is there; and what was kept of that.

        Raises:
            OSError: it cannot be written, or links lead elsewhere. Then all is as it was, or kept.
        """
        if self.folder.is_symlink() or self.folder.parent.is_symlink():
            raise OSError(None, f"{self._shown(self.folder)} is a link, and is not touched")
        there = self._there()
        new = {piece.file.digest for piece in dated.counting}
        if new <= set(there.values()) or (len(new) > 1 and new & set(there.values())):  # somebody has chosen by then
            self._stamp(dated.date.when)
            return Became.UNCHANGED, []
        if there and not self._newer(dated, there):
            return Became.OLDER, [self.keep(piece.file, dated.date.when) for piece in dated.counting]
        displaced = [path for path, known in there.items() if known not in new]
        before = [self._keep(path.read_bytes(), there[path], ".ipynb", self._time) for path in displaced]
        if not self.dry:
            self._write(dated, displaced)
        return (Became.REPLACED if before else Became.TAKEN), before

    def keep(self, file: File, when: datetime | None) -> Path:
        """Keep a file beside what is graded, once."""
        suffix = ".ipynb" if file.counts else Path(file.name).suffix.lower()
        return self._keep(file.content, file.digest, suffix, when)

    def _keep(self, content: bytes, known: str, suffix: str, when: datetime | None) -> Path:
        if found := self._found(known):
            return found
        name = f"{when:%Y-%m-%d-%H%M%S}" if when else "undated"
        place = self.kept / f"{name}-{known[:12]}{suffix}"
        if not self.dry:
            files.write(place, content)
        return place

    def _found(self, known: str) -> Path | None:
        return next(self.kept.glob(f"*-{known[:12]}.*"), None)

    def _there(self) -> dict[Path, str]:
        """The notebooks that lie there, with their digests."""
        if not self.folder.is_dir():
            return {}
        found = [path for path in sorted(self.folder.iterdir()) if ".ipynb" in path.name.lower() and path.is_file()]
        counting = Delivery(self.folder, f"{self.lesson.assignment}.ipynb").choose(self.lesson).path
        return {path: digest(path) for path in dict.fromkeys([*found, *([counting] if counting else [])])}

    def _newer(self, dated: Dated, there: dict[Path, str]) -> bool:
        """Whether it takes the place of what is there. Where a time is not known, what comes later is newer."""
        old = max((self._kind(path) for path in there), default=Kind.OTHER)
        if dated.kind is not old:
            return dated.kind > old
        if dated.date.when and self._time:
            return dated.date.when.replace(microsecond=0) > self._time
        return not all(self._found(piece.file.digest) for piece in dated.counting)

    def _kind(self, path: Path) -> Kind:
        try:
            with warnings.catch_warnings(action="ignore"):
                return Kind.ANSWERED if answered(parse(path), self.lesson) else Kind.STUB
        except Unreadable:
            return Kind.UNREADABLE

    @property
    def _time(self) -> datetime | None:
        """The time of what is there."""
        found = timestamp.read(self.folder)[0]
        return found.replace(tzinfo=UTC) if found else None

    def _write(self, dated: Dated, displaced: list[Path]) -> None:
        """In an order in which whatever it is interrupted by, the next run ends what this one began."""
        (self.folder / timestamp.NAME).unlink(missing_ok=True)
        written = [self.folder / name for name in self._names(dated)]
        for path, piece in zip(written, dated.counting, strict=True):
            files.write(path, piece.file.content)
        for path in displaced:
            if path not in written:
                path.unlink()
        self._stamp(dated.date.when)

    def _names(self, dated: Dated) -> Iterator[str]:
        """The right name for one notebook; several, of which none is known to count, have numbers."""
        if len(dated.counting) == 1:
            yield f"{self.lesson.assignment}.ipynb"
        else:
            yield from (f"{self.lesson.assignment}-{number}.ipynb" for number in range(1, len(dated.counting) + 1))

    def _stamp(self, when: datetime | None) -> None:
        path = self.folder / timestamp.NAME
        if when and not self.dry and not path.is_symlink() and not path.exists():
            files.write(path, written(when))

    def _shown(self, path: Path) -> str:
        return composed(str(path.relative_to(self.root)))
