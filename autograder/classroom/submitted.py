"""What lies in `course/submitted/`: hand-ins, and whatever else lies where no hand-in is looked for."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.handin.delivery import MAX_ENTRIES, SKIPPED

NAMED = 3  # things in one student's folder that are named, each on a line


@dataclass(frozen=True)
class Submitted:
    """The folder `top`, with one assignment's hand-ins; those of `others` lie there too."""

    top: Path
    assignment: str
    others: frozenset[str] = frozenset()

    def students(self) -> list[str]:
        """Who has a folder for this assignment."""
        found = self.top.glob(f"*/{self.assignment}") if self.top.is_dir() else []
        return sorted(folder.parent.name for folder in found if folder.is_dir())

    def strays(self) -> Iterator[tuple[str, str]]:
        """What lies where nothing is graded, and what to do with it, if it holds anything."""
        handed_in = set(self.students())
        for entry in self._entries(self.top) if self.top.is_dir() else []:
            if entry.is_dir(follow_symlinks=False):
                yield from self._beside(entry, graded=entry.name in handed_in)
            elif entry.name not in handed_in:
                yield entry.name, self._move("STUDENT")

    def _beside(self, student: os.DirEntry[str], *, graded: bool) -> Iterator[tuple[str, str]]:
        """What a student's folder holds that no assignment has; beside a hand-in only what may be another one."""
        try:
            entries = [one for one in self._entries(student) if self._strays(one, graded=graded)]
        except OSError as error:
            yield student.name, f"its folder cannot be read: {error.strerror}"
            return
        for one in entries[:NAMED]:
            more = f" and {len(entries) - NAMED} more" if len(entries) > NAMED and one is entries[NAMED - 1] else ""
            yield f"{student.name}/{one.name}{more}", self._remedy(student.name, one)

    def _strays(self, entry: os.DirEntry[str], *, graded: bool) -> bool:
        if entry.name in self.others or (entry.name == self.assignment and entry.is_dir()):
            return False
        names = list(islice(_names(entry), MAX_ENTRIES))
        return any(".ipynb" in name.lower() for name in names) if graded else bool(names)

    def _remedy(self, student: str, entry: os.DirEntry[str]) -> str:
        if entry.is_dir(follow_symlinks=False) and alike(entry.name) == alike(self.assignment):
            return f"rename this folder to {self.assignment}"
        return self._move("STUDENT" if student == self.assignment else student)

    def _move(self, student: str) -> str:
        return f"a hand-in lies at {student}/{self.assignment}/{self.assignment}.ipynb: move it there, or away"

    def _entries(self, folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
        with os.scandir(folder) as entries:
            return sorted((one for one in entries if not _passed(one.name)), key=lambda one: one.name)


def alike(name: str) -> str:
    """The same for names that differ in case, Unicode form or blanks around them only."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def doubles(students: Iterable[str]) -> list[list[str]]:
    """Groups of ids that are alike."""
    groups: dict[str, list[str]] = {}
    for student in students:
        groups.setdefault(alike(student), []).append(student)
    return [group for group in groups.values() if len(group) > 1]


def _names(entry: os.DirEntry[str]) -> Iterator[str]:
    """A file's name, or those of all files in a folder."""
    if not entry.is_dir(follow_symlinks=False):
        yield entry.name
        return
    for _, folders, files in os.walk(entry.path, onerror=_give_up):
        folders[:] = [name for name in folders if not _passed(name)]
        yield from (name for name in files if not _passed(name))


def _passed(name: str) -> bool:
    """Whether it is nobody's hand-in: what systems and editors leave."""
    return name.startswith(".") or name in SKIPPED


def _give_up(error: OSError) -> None:
    raise error
