"""The mistakes of a class, each with how many made it, a short real answer, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from autograder.basics.advice import Advice
from autograder.basics.text import brief, plain
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Report, Verdict
from autograder.overview.answers import Answers, shortened
from autograder.overview.draft import draft, place, unused
from autograder.overview.losses import Cause, Kind, behaviour, end
from autograder.overview.reader import Group, Reader

FIRST = 3  # things to teach first
LONGEST = 300  # characters of what is said about an answer, and of what it was given and gave
Tests = Callable[[str], Mapping[str, str]]
TAUGHT = (Kind.EXPLAINED, Kind.UNEXPLAINED, Kind.UNANSWERED, Kind.CELL)  # what a lecture may do something about


class Fact(NamedTuple):
    """One lost criterion: what was given, what came back, and what was expected, as far as that may be shown."""

    name: str
    input: str
    actual: str
    expected: str


class Line(NamedTuple):
    """One thing to teach first."""

    exercise: str
    text: str
    number: int


@dataclass(frozen=True)
class Trouble:
    """One mistake.

    Attributes:
        text: what seems to be the matter, in the words that students read, and the question that they were asked.
        points: what it has cost the class.
        example: the shortest real answer.
        entry: for one that nobody has explained yet, what to paste into the catalogue, and into which file.
    """

    exercise: str
    text: str
    hint: str
    group: Group
    points: float
    facts: tuple[Fact, ...]
    example: str
    entry: str = ""
    place: str = ""


class Troubles:
    """Makes them, for a reader."""

    def __init__(self, lesson: Lesson, reader: Reader, answers: Answers, tests: Tests) -> None:
        """`tests` gives the names of an exercise's tests by those of its criteria."""
        self._lesson = lesson
        self._reader = reader
        self._answers = answers
        self._tests = tests
        self._cover = reader.cover(lesson)

    def misconceptions(self, causes: Iterable[Cause]) -> Iterator[Trouble]:
        """What the catalogue explains."""
        for cause in causes:
            if cause.kind is Kind.EXPLAINED and (trouble := self._trouble(cause)).text:
                yield trouble

    def riddles(self, causes: Iterable[Cause]) -> Iterator[Trouble]:
        """What nobody explains yet; for the instructor, with an entry that would."""
        names: list[str] = []
        for cause in (cause for cause in causes if cause.kind is Kind.UNEXPLAINED):
            trouble = self._trouble(cause)
            with Advice("an entry for the catalogue"):
                trouble = trouble if self._reader.anonymous else self._drafted(trouble, cause, names)
            yield trouble

    def _drafted(self, trouble: Trouble, cause: Cause, names: list[str]) -> Trouble:
        """With an entry, whose name is added to these."""
        names.append(unused(self._lesson, cause.exercise, names))
        entry = draft(self._lesson, cause, names[-1], list(self._examples(cause)), self._tests)
        return replace(trouble, entry=entry, place=place(self._lesson, cause.exercise))

    def _trouble(self, cause: Cause) -> Trouble:
        return Trouble(
            cause.exercise, self._read(cause.criteria[0].diagnosis), self._read(cause.criteria[0].hint),
            self._reader.group(cause.students), cause.points, tuple(map(self._fact, cause.criteria)),
            shortened(next(self._examples(cause), "")),
        )  # fmt: skip

    def _examples(self, cause: Cause) -> Iterator[str]:
        """Their answers, the shortest first, but for those that say whose they are."""
        answers = self._answers.of(cause.exercise, cause.students)
        return (text for text in answers if not self._cover.tells(text))

    def _fact(self, one: Criterion) -> Fact:
        return Fact(one.name, *map(self._read, (one.input, behaviour(one), one.expected)))

    def _read(self, text: str | None) -> str:
        return brief(plain(text), LONGEST) if text and self._reader.may_read(text) else ""


def first(causes: Iterable[Cause], reader: Reader, reports: Mapping[str, Report]) -> list[Line]:
    """What most have. Whoever leaves an exercise empty, and all after it, is counted where they stopped."""
    ends = {student: end(report) for student, report in reports.items()}
    lines = []
    for cause in (cause for cause in causes if cause.kind in TAUGHT):
        students = [one for one in cause.students if not _whole(cause) or ends[one] == cause.exercise]
        if len(students) >= reader.least and (text := said(cause, reader)):
            lines.append(Line(cause.exercise, text, len(students)))
    return sorted(lines, key=lambda line: -line.number)[:FIRST]


def _whole(cause: Cause) -> bool:
    """Whether nothing at all is written for the exercise."""
    return cause.kind is Kind.UNANSWERED and cause.criteria[0].status is Verdict.NOT_RUN


def said(cause: Cause, reader: Reader) -> str:
    """What is the matter, in a sentence; empty if the reader may not see it."""
    lost = cause.criteria[0].name + (f" (and {len(cause.criteria) - 1} more)" if len(cause.criteria) > 1 else "")
    match cause.kind:
        case Kind.EXPLAINED:
            text = plain(cause.criteria[0].diagnosis or "")
            return text if reader.may_read(text) else ""
        case Kind.UNANSWERED:
            return "The first that they have left empty." if _whole(cause) else f"No answer to this: {lost}."
        case Kind.CELL:
            return "The cell stops with an error before the answer is defined."
    return f"Lost without an explanation so far: {lost}."
