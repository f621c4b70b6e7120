"""Which files belong together, and what their names say: an LMS's names, or else those of folders and loose files.

Level by level: where an LMS has named what lies at a level, that is read as its. What is left is told apart where the
places of notebooks first differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from autograder.intake import gradescope
from autograder.intake.labels import Parts, bare
from autograder.intake.programs import CERTAIN, PROGRAMS, Label, Who, label
from autograder.intake.reading import File, Kind

GRADESCOPE, CLONES, FOLDERS, LOOSE = "Gradescope", "cloned repositories", "a folder a student", "loose notebooks"
AGAIN = re.compile(r"\((\d+)\)(?:\.\w+)*$")  # what a browser adds to a name that it has seen before
ARCHIVE = re.compile(r"\.(?:zip|tar|tgz|gz|tbz2|bz2)$", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """One file of an attempt.

    Attributes:
        called: as its author called it; "" of what an LMS itself has written.
        number: larger for what was handed in later.
        words: whether it is what its author wrote to go with the rest.
    """

    file: File
    called: str
    number: int = 0
    words: bool = False


@dataclass
class Attempt:
    """What somebody handed in at one time.

    Attributes:
        program: what has named it.
        within: what it lies in, with others of its kind.
        when: the time, as a name or a table says it.
    """

    program: str
    within: Parts
    who: tuple[Who, ...]
    when: str = ""
    late: bool = False
    pieces: list[Piece] = field(default_factory=list)


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
        named, rest = self._level(files, 0, sum(file.counts for file in files))
        others, left = self._others(rest)
        return [*named, *others], left

    def _level(self, files: Sequence[File], depth: int, books: int) -> tuple[list[Attempt], list[File]]:
        """The attempts that an LMS has named at this depth or below it, and the other files.

        What lies in one student's folder is never looked at so: anybody may call a file as an LMS calls another's.
        `books` is how many notebooks there are in all that was given.
        """
        children = _children(files, depth)
        program, labels = _program(children, alone=sum(file.counts for file in files) == books)
        if program:
            return _attempts(children, program, labels, depth)
        inner = {name: _below(inside, depth) for name, inside in children.items()}
        if depth and not _wraps(files, inner, depth):
            return [], list(files)
        found: list[Attempt] = []
        rest = [file for file in files if len(file.path) == depth + 1]
        for inside in filter(None, inner.values()):
            attempts, left = self._level(inside, depth + 1, books)
            found += attempts
            rest += left
        return found, rest

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


def _children(files: Iterable[File], depth: int) -> dict[str, list[File]]:
    found: dict[str, list[File]] = {}
    for file in files:
        found.setdefault(file.path[depth], []).append(file)
    return found


def _below(files: Iterable[File], depth: int) -> list[File]:
    """Those that lie in something at this depth."""
    return [file for file in files if len(file.path) > depth + 1]


def _wraps(files: Sequence[File], inner: dict[str, list[File]], depth: int) -> bool:
    """Whether what lies at a depth are no students': one folder or archive with all notebooks, or LMSs' downloads."""
    holding = [inside for inside in inner.values() if any(file.counts for file in inside)]
    if any(file.counts and len(file.path) == depth + 1 for file in files):
        return False
    return len(holding) == 1 or all(_program(_children(inside, depth + 1), alone=False)[0] for inside in holding)


def _attempts(
    children: dict[str, list[File]], program: str, labels: dict[str, Label], depth: int
) -> tuple[list[Attempt], list[File]]:
    """What an LMS has named, and the rest of the level."""
    found: dict[object, Attempt] = {}
    rest: list[File] = []
    for name, inside in children.items():
        if said := labels.get(name):
            attempt = Attempt(program, inside[0].path[:depth], said.who, said.when)
            attempt = found.setdefault((said.who, said.when), attempt)
            attempt.late |= said.late
            attempt.pieces += [_piece(file, said, depth) for file in inside]
        else:
            rest += inside
    return list(found.values()), rest


def _program(children: dict[str, list[File]], *, alone: bool) -> tuple[str, dict[str, Label]]:
    """Whose names these are, and what each says."""
    if table := children.get(gradescope.NAME):
        return GRADESCOPE, gradescope.labels(table[0].content)
    for program in PROGRAMS:
        labels = {name: said for name in children if (said := label(program, name))}
        if labels and (program in CERTAIN or _sure(labels, children, alone)):
            return program, _told_apart(labels)
    return "", {}


def _sure(labels: dict[str, Label], children: dict[str, list[File]], alone: bool) -> bool:
    """Whether names are an LMS's that a student may have chosen, too: most are so, and of several, or alone."""
    return 2 * len(labels) > len(children) and (alone or len({said.who for said in labels.values()}) > 1)


def _told_apart(labels: dict[str, Label]) -> dict[str, Label]:
    """With shorter ids: of `12345-67890` the first number, unless it is given to people of several names."""
    names: dict[str, set[str]] = {}
    for said in labels.values():
        names.setdefault(said.who[0].id.partition("-")[0], set()).add(said.who[0].name)
    return {
        name: replace(said, who=(replace(said.who[0], id=first),))
        if "-" in said.who[0].id and len(names[first := said.who[0].id.partition("-")[0]]) == 1
        else said
        for name, said in labels.items()
    }


def _piece(file: File, said: Label, depth: int) -> Piece:
    """A file that is named so itself, or lies in what is."""
    return Piece(file, said.rest if len(file.path) == depth + 1 else file.name, said.number, said.words)


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
