"""Where a platform looks for its results: there are some whatever ends the grading, and never half of them."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from autograder.basics import files
from autograder.basics.refused import Refused
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report
from autograder.platforms import formats
from autograder.render import terminal
from autograder.sandbox import levels

NOT_GRADED = "This could not be graded: {}."
NOT_YOURS = (
    "This could not be graded, and that is not your fault: the grader itself failed. "
    "Your work is handed in. Please tell the course staff, who find the reason in the grader's output."
)
ENDED = (
    "This was not graded, and that is not your fault unless your notebook runs for minutes: the grader ended before it "
    "was done. Your work is handed in. Please tell the course staff."
)


class Outlet:
    """Takes one Report. If the block that it is used for ends without one, it says so itself in the Report's place."""

    def __init__(self, name: str, path: Path | None, hints: int) -> None:
        """`name` is that of a format; without a path all is printed."""
        self._name = name
        self._path = path
        self._hints = hints
        self._lesson: Lesson | None = None
        self._filled = False

    def about(self, lesson: Lesson) -> None:
        """From now on it is known what is graded."""
        self._lesson = lesson

    def put(self, report: Report) -> None:
        """Write the results.

        Raises:
            Refused: they cannot be written.
        """
        self._filled = True
        text = formats.text(self._name, report, self._hints)
        if self._path is None:
            terminal.write(text)
        else:
            files.save(self._path, text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        """Say why there is no Report, where the block has put none; what ended it goes on."""
        if isinstance(error, Exception) and not self._filled:
            self.put(self._without(NOT_GRADED.format(error) if isinstance(error, Refused) else NOT_YOURS))

    def _without(self, why: str) -> Report:
        name, most = (self._lesson.assignment, self._lesson.max_score) if self._lesson else ("autograder", 0.0)
        return Report.unreadable(name, most, why, isolation=levels.NONE)
