"""Which files belong together, and what their names say: an LMS's names, or else those of folders and loose files.

What no LMS has named is told apart where the names of notebooks' places first differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.intake.attempt import Attempt, Piece
from autograder.intake.labels import Parts, bare
from autograder.intake.levels import level
from autograder.intake.programs import Who
from autograder.intake.reading import File, Kind

CLONES, FOLDERS, LOOSE = "cloned repositories", "a folder a student", "loose notebooks"
AGAIN = re.compile(r"\((\d+)\)(?:\.\w+)*$")  # what a browser adds to a name that it has seen before
ARCHIVE = re.compile(r"\.(?:zip|tar|tgz|gz|tbz2|bz2)$", re.IGNORECASE)


@dataclass(frozen=True)
class Recogniser:
    """Tells apart what belongs to whom.

    Attributes:
        knows: whether somebody of the class is called that.
    """

    assignment: str
    knows: Callable[[str], bool]

    def attempts(self, files: Sequence[File]) -> tuple[list[Attempt], list[File]]:
        """All attempts, and the files that belong to none."""
        named, rest = level(files, 0, sum(file.counts for file in files))
        others, left = self._others(rest)
        return [*named, *others], left

    def _others(self, files: Sequence[File]) -> tuple[list[Attempt], list[File]]:
        """Attempts in folders, archives and loose files that no LMS has named."""
        depth = self._depth([file.path for file in files if file.counts])
        groups: dict[Parts, list[File]] = {}
        for file in files:
            groups.setdefault(self._owner(file, depth), []).append(file)
        clones = [place[-1] for place, inside in groups.items() if any(file.kind is Kind.CLONE for file in inside)]
        attempts, left = [], []
        for place, inside in groups.items():
            name = _unprefixed(place[-1], clones) if place else ""
            who = bare(name, self.assignment)
            if any(file.counts for file in inside) or (place and inside[0].path != place and self.knows(who)):
                attempts.append(_plain(place, who, inside))
            else:
                left += inside
        return attempts, left

    def _owner(self, file: File, depth: int) -> Parts:
        """The folder, archive or file whose name says whose it is: the one at this depth, or a known one above it."""
        parts = (file.path[:-1] if file.kind is Kind.CLONE else file.path)[: depth + 1]
        known = (place for place, name in enumerate(parts) if self._known(name))
        return parts[: next(known, depth) + 1]

    def _known(self, name: str) -> bool:
        return self.knows(bare(name, self.assignment))

    def _depth(self, paths: Sequence[Parts]) -> int:
        """The depth at which students are told apart: where most names are the class's, or else where paths fork."""
        known = Counter(place for path in paths for place, name in enumerate(path) if self._known(name))
        return max(known, key=lambda place: (known[place], -place)) if known else self._fork(paths)

    def _fork(self, paths: Sequence[Parts]) -> int:
        """The depth at which students are told apart: where paths first differ, if names there can be students'."""
        if not paths:
            return 0
        depth = min(_common(paths), *(len(path) - 1 for path in paths))
        while _all_fork(paths, depth):  # sections, each with its students
            depth += 1
        if all(len(path) == depth + 1 for path in paths) and not self._heap(paths, depth):
            depth -= 1
        while depth > 0 and not any(bare(path[depth], self.assignment) for path in paths):
            depth -= 1
        return max(depth, 0)

    def _heap(self, paths: Sequence[Parts], depth: int) -> bool:
        """Whether loose notebooks are named after students, and are not one student's, in their folder or archive."""
        names = {bare(path[depth], self.assignment) for path in paths}
        within = paths[0][depth - 1] if depth else ""
        return len(names - {""}) > 1 or ("" not in names and not ARCHIVE.search(within))


def _plain(place: Parts, who: str, files: list[File]) -> Attempt:
    """What lies in a folder or archive that is called so, or a file that is."""
    again = AGAIN.search(place[-1]) if place else None
    number = int(again[1]) if again else 0
    loose = files[0].path == place
    program = LOOSE if loose else CLONES if any(file.kind is Kind.CLONE for file in files) else FOLDERS
    named = (Who((who,), who, plain=True),) if who else ()
    return Attempt(program, place[:-1], named, pieces=[Piece(file, file.name, number) for file in files])


def _all_fork(paths: Sequence[Parts], depth: int) -> bool:
    """Whether what lies at a depth are folders that all hold several folders with notebooks."""
    below: dict[str, set[str]] = {}
    for path in paths:
        if len(path) < depth + 3:
            return False
        below.setdefault(path[depth], set()).add(path[depth + 1])
    return all(len(inside) > 1 for inside in below.values())


def _unprefixed(name: str, clones: Sequence[str]) -> str:
    """A clone's name without what all clones' names begin with, up to a hyphen or a low line."""
    if name not in clones or len(clones) < 2:
        return name
    prefix = name[: _common(clones)]
    return name[max(prefix.rfind("-"), prefix.rfind("_")) + 1 :] or name


def _common(parts: Sequence[Sequence[str]]) -> int:
    """How long all of them are the same."""
    return next(
        (place for place, here in enumerate(zip(*parts, strict=False)) if len(set(here)) > 1), min(map(len, parts))
    )
