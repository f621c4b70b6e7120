"""What became of everything that was given: a line for each file, and what could not be taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from autograder.basics.text import brief, plain
from autograder.classroom.origins import Origin
from autograder.classroom.roster import Person
from autograder.intake.labels import Parts
from autograder.intake.placing import Became
from autograder.intake.reading import File

LONGEST = 120  # characters of a place


@dataclass
class Collected:
    """What became of everything.

    Attributes:
        lines: of each file its place, and what became of it.
        faults: what could not be taken, a line each.
        programs: how many attempts were found, by what has named them and what they lie in.
        became: how many students' hand-ins became what.
        kept: what was put beside hand-ins.
        missing: those of the class of whom there is none.
        passed: how many files are nobody's: what systems and editors leave.
        origins: where each student's hand-in came from.
        naive: whether times were taken as ones in the zone that was given.
    """

    lines: list[tuple[Parts, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    programs: Counter[tuple[str, Parts]] = field(default_factory=Counter)
    became: Counter[Became] = field(default_factory=Counter)
    kept: set[Path] = field(default_factory=set)
    missing: list[Person] = field(default_factory=list)
    passed: int = 0
    origins: dict[str, Origin] = field(default_factory=dict)
    naive: bool = False

    def line(self, file: File, text: str) -> None:
        """Say what became of a file."""
        self.lines.append((file.path, text))

    def fault(self, file: File, why: str) -> None:
        """Say why a file was not taken."""
        self.line(file, why)
        self.faults.append(f"{shown(file.path)}: {why}")


def shown(path: Parts) -> str:
    """Where a file lies, in a line."""
    return brief(plain("/".join(path)), LONGEST)
