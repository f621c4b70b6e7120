"""The Report: what grading one hand-in found, as frozen records that know their JSON form."""

from __future__ import annotations

import dataclasses
import enum
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograder.basics.text import portable, savable
from autograder.basics.versions import versions

SCHEMA = 1
FACTS = ("input", "actual", "expected", "diagnosis")  # of a criterion: what may quote a student's code
ANSWER = "an answer"  # what is expected where a call has come to no end
UNANSWERED = "no answer yet"  # what is found where nothing is written
DRAWN = "other inputs, which were drawn for this hand-in"
NEWER = "This needs a newer Python than the grader's"
OLDER = (
    f"{NEWER} {sys.version_info.major}.{sys.version_info.minor}, so it could not be judged. "
    "That is not your fault: your instructor will look at it."
)


class Verdict(enum.StrEnum):
    """The outcome of one criterion."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"
    ERROR = "error"


class Status(enum.StrEnum):
    """The outcome of one exercise."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    ERROR = "error"
    NOT_ATTEMPTED = "not_attempted"


@dataclass(frozen=True)
class Criterion:
    """One thing that a grader looked at, in the words that the student reads.

    Attributes:
        diagnosis: what seems to be the matter, as a sentence.
        hint: what to look at next; `more_hints` go further, one by one.
        misconception: the id of the catalogue's entry that the answer behaves like.
    """

    name: str
    status: Verdict
    score: float
    max_score: float
    input: str | None = None
    actual: str | None = None
    expected: str | None = None
    hint: str | None = None
    misconception: str | None = None
    diagnosis: str | None = None
    more_hints: tuple[str, ...] = ()

    @property
    def at_fault(self) -> bool:
        """Whether it has no verdict by a fault of the grader's own."""
        return self.status is Verdict.ERROR and self.actual is None


@dataclass(frozen=True)
class Exercise:
    """One exercise of a hand-in: its marks and its criteria, smallest input first."""

    id: str
    score: float
    max_score: float
    status: Status
    note: str | None
    criteria: tuple[Criterion, ...]

    @classmethod
    def of(
        cls, id: str, criteria: tuple[Criterion, ...], *, status: Status | None = None, note: str | None = None
    ) -> Exercise:
        """Add the criteria up; the status follows from them unless one is given. Texts are made `portable`."""
        criteria, note = tuple(map(_portable, criteria)), note and portable(note)
        score = sum(criterion.score for criterion in criteria)
        max_score = sum(criterion.max_score for criterion in criteria)
        return cls(id, score, max_score, status or _status(criteria), note, criteria)

    @property
    def outdated(self) -> bool:
        """Whether a person has to look at it, because the grader's Python was too old for it."""
        return self.status is Status.ERROR and NEWER in (self.note or "")

    @property
    def open(self) -> bool:
        """Whether a person has to look at it: what graded it was too old, or itself at fault."""
        return self.outdated or any(one.at_fault for one in self.criteria)

    @property
    def lost(self) -> tuple[Criterion, ...]:
        """The criteria that did not pass, in order."""
        return tuple(one for one in self.criteria if one.status is not Verdict.PASSED)


@dataclass(frozen=True)
class Receipt:
    """What a student and an instructor need to speak of the same file and the same grading; times are in UTC.

    Attributes:
        handed_in: when it came; None if nobody knows.
        file: the SHA-256 of the file that was graded, as hexadecimal text; empty if there was none.
        graded: when it was graded.
    """

    handed_in: str | None
    file: str
    graded: str


@dataclass(frozen=True)
class Report:
    """All that one hand-in gets back. `exercises` is empty when the file could not be read.

    Attributes:
        versions: of what graded it, by name; of a Report from before this was noted, nothing.
        receipt: of a hand-in to a class.
    """

    assignment: str
    student: str | None
    score: float
    max_score: float
    isolation: str
    note: str | None
    exercises: tuple[Exercise, ...]
    versions: Mapping[str, str] = field(default_factory=versions)
    receipt: Receipt | None = None

    @classmethod
    def of(
        cls,
        assignment: str,
        exercises: tuple[Exercise, ...],
        *,
        isolation: str,
        student: str | None = None,
        note: str | None = None,
    ) -> Report:
        """Add the exercises up."""
        score = sum(exercise.score for exercise in exercises)
        max_score = sum(exercise.max_score for exercise in exercises)
        return cls(assignment, student, score, max_score, isolation, note, exercises)

    @classmethod
    def unreadable(
        cls, assignment: str, max_score: float, note: str, *, isolation: str, student: str | None = None
    ) -> Report:
        """The Report of a file that is not this assignment's notebook: no exercises, no marks, a reason."""
        return cls(assignment, student, 0.0, max_score, isolation, note, ())

    def to_json(self) -> str:
        """The Report as JSON text, in the order of `docs/results-format.md`."""
        data = {"schema": SCHEMA, **dataclasses.asdict(self)}
        data["exercises"] = data.pop("exercises")  # long, so it comes last
        return savable(json.dumps(data, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read `to_json` back.

        Raises:
            ValueError: the text is not a Report of this schema.
        """
        try:
            data = json.loads(text)
            if data.pop("schema") != SCHEMA:
                raise ValueError("another schema")
            exercises = tuple(_exercise(exercise) for exercise in data.pop("exercises"))
            receipt = data.pop("receipt", None)
            return cls(**{"versions": {}, **data}, exercises=exercises, receipt=receipt and Receipt(**receipt))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"not a Report of schema {SCHEMA}: {text[:60]!r} ({error})") from None


class Losses(NamedTuple):
    """What a training loop said after each epoch: the student's, and the lesson's on the same data."""

    yours: Sequence[float]
    reference: Sequence[float]
    caption: str = ""


def _portable(one: Criterion) -> Criterion:
    facts: dict[str, Any] = {name: portable(text) for name in FACTS if (text := getattr(one, name))}
    return dataclasses.replace(one, **facts)


def _exercise(data: dict[str, Any]) -> Exercise:
    criteria = tuple(_criterion(criterion) for criterion in data["criteria"])
    return Exercise(**{**data, "status": Status(data["status"]), "criteria": criteria})


def _criterion(data: dict[str, Any]) -> Criterion:
    return Criterion(**{**data, "status": Verdict(data["status"]), "more_hints": tuple(data["more_hints"])})


def _status(criteria: tuple[Criterion, ...]) -> Status:
    if all(criterion.status is Verdict.PASSED for criterion in criteria):
        return Status.PASSED
    if any(criterion.score for criterion in criteria):
        return Status.PARTIAL
    if any(criterion.status is Verdict.ERROR for criterion in criteria):
        return Status.ERROR
    return Status.FAILED
