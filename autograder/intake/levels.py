"""Which files an LMS has named: level by level, from the outermost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.intake import gradescope
from autograder.intake.attempt import Attempt, Piece
from autograder.intake.programs import CERTAIN, PROGRAMS, Label, label
from autograder.intake.reading import File

GRADESCOPE = "Gradescope"


def level(files: Sequence[File], depth: int, books: int) -> tuple[list[Attempt], list[File]]:
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
        attempts, left = level(inside, depth + 1, books)
        found += attempts
        rest += left
    return found, rest


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
