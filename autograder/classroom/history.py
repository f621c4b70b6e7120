"""What the runs of `grade` have done: `course/history.jsonl`, a line a student and run, which is only ever added to.

A hand-in that was left alone has no line. So the last line of a student, up to some run, is how things stood then.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from autograder.basics.refused import Refused
from autograder.classroom.timestamp import moment
from autograder.lesson.report import Report, Verdict

NAME = "history.jsonl"  # in the folder `course`
RUN = "%Y-%m-%dT%H:%M:%SZ"  # names are in the order of time
Points = float | str  # of a criterion: its points if it passed, otherwise its status


@dataclass(frozen=True)
class Line:
    """What one run has found.

    Attributes:
        run: its name, which is the time when it began.
        why: why it graded this hand-in once more; nothing the first time.
        score: the graders' marks; None where it could not be graded, for the reason `error`.
        final: the marks in the gradebook, with a penalty and with those that a person had given by then.
        note: that of the Report.
        file: the digest of what was graded.
        criteria: what became of each, by exercise and name.
    """

    run: str
    assignment: str
    student: str
    why: tuple[str, ...] = ()
    score: float | None = None
    max_score: float | None = None
    final: float | None = None
    note: str | None = None
    error: str | None = None
    file: str = ""
    criteria: Mapping[str, Mapping[str, Points]] = field(default_factory=dict)

    @classmethod
    def of(cls, run: str, report: Report, final: float, why: Sequence[str]) -> Line:
        """The line of a hand-in that has been graded."""
        criteria = {
            exercise.id: {
                one.name: one.score if one.status is Verdict.PASSED else one.status.value for one in exercise.criteria
            }
            for exercise in report.exercises
        }
        file = report.receipt.file if report.receipt else ""
        found = cls(run, report.assignment, report.student or "", tuple(why), report.score, report.max_score, final)
        return dataclasses.replace(found, note=report.note, file=file, criteria=criteria)


class Moved(NamedTuple):
    """A criterion of which something else has become. None is where there was no such criterion."""

    exercise: str
    criterion: str
    before: Points | None
    after: Points | None


@dataclass(frozen=True)
class Change:
    """What has become of one student's marks between two lines.

    Attributes:
        before: how things stood; None if nothing had been graded by then.
        after: how they stand.
        why: the reasons of all gradings in between.
    """

    before: Line | None
    after: Line
    why: tuple[str, ...]

    @property
    def gained(self) -> float:
        """By how much the final mark rose; negative if it fell."""
        return (self.after.final or 0.0) - (self.before.final or 0.0 if self.before else 0.0)

    @property
    def moved(self) -> list[Moved]:
        """The criteria of which something else has become."""
        before, after = (_flat(line) for line in (self.before, self.after))
        names = {**before, **after}
        found = [Moved(*name, before.get(name), after.get(name)) for name in names]
        return [one for one in found if one.before != one.after]


def begun() -> str:
    """The name of a run that begins now."""
    return datetime.now(UTC).strftime(RUN)


def open_(course: Path) -> int:
    """The history of the course in this folder, open for adding to it.

    Raises:
        OSError: it cannot be written to.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    return os.open(course / "course" / NAME, flags, 0o666)


def append(course: Path, line: Line) -> None:
    """Add a line: all of it or nothing, however many runs do so at once, and whatever another left when it was killed.

    Raises:
        OSError: it cannot be written.
    """
    import fcntl  # which is not everywhere, and a class is graded on Linux only

    text = json.dumps(dataclasses.asdict(line)).encode() + b"\n"
    file = open_(course)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = os.fstat(file).st_size
        torn = size and os.pread(file, 1, size - 1) != b"\n"
        _write(file, b"\n" + text if torn else text, size)
    finally:
        os.close(file)


def _write(file: int, text: bytes, size: int) -> None:
    try:
        while text:
            text = text[os.write(file, text) :]
    except OSError:
        os.ftruncate(file, size)
        raise


def read(course: Path, assignment: str) -> list[Line]:
    """The lines of an assignment, the oldest first. What somebody who was killed has left of one is passed over."""
    path = course / "course" / NAME
    if not path.is_file():
        return []
    with path.open("rb") as file:
        found = [line for text in file if (line := _line(text)) and line.assignment == assignment]
    return list({(line.run, line.student): line for line in found}.values())  # the last that a run says


def _line(text: bytes) -> Line | None:
    try:
        data = json.loads(text)
        known = {one.name: data[one.name] for one in dataclasses.fields(Line) if one.name in data}
        return Line(**{**known, "why": tuple(known["why"])})
    except (ValueError, TypeError, KeyError):
        return None


def steps(lines: Sequence[Line]) -> list[Change]:
    """What each of one student's lines has changed."""
    return [Change(before, after, after.why) for before, after in zip([None, *lines], lines, strict=False)]


def since(lines: Sequence[Line], when: str) -> list[Change]:
    """What has changed after a run, or from a date on: for each student whose marks are not as they were then.

    Raises:
        Refused: there is no such run, and it is no date.
    """
    begins = _begin(lines, when)
    before = {line.student: line for line in lines if line.run < begins}
    later: dict[str, list[Line]] = {}
    for line in lines:
        if line.run >= begins:
            later.setdefault(line.student, []).append(line)
    found = [Change(before.get(student), of[-1], _reasons(of)) for student, of in sorted(later.items())]
    return [one for one in found if one.gained or one.moved or one.before is None]


def _begin(lines: Sequence[Line], when: str) -> str:
    """From which run on: after one that is named, or from a time on."""
    runs = sorted({line.run for line in lines})
    if when in runs:
        return next((run for run in runs if run > when), f"{when}+")
    try:
        return moment(when).strftime(RUN)
    except (ValueError, OverflowError):
        raise Refused(f"{when!r} is no run in course/{NAME}, and no date such as 2026-11-05") from None


def _reasons(lines: Iterable[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for line in lines for reason in line.why))


def _flat(line: Line | None) -> dict[tuple[str, str], Points]:
    criteria = line.criteria if line else {}
    return {(exercise, name): points for exercise, of in criteria.items() for name, points in of.items()}
