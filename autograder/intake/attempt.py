"""What somebody handed in at one time, as far as names say it."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.intake.labels import Parts
from autograder.intake.programs import Who
from autograder.intake.reading import File


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
