"""What was lost only because this Python is older than the one that a notebook was written with.

It is an `error`, for a person to look at: neither marks nor a mistake.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from autograder.graders.student import Call, StudentError
from autograder.grading.cells import UNDEFINED
from autograder.handin.calls import binds
from autograder.handin.handin import HandIn
from autograder.handin.newer import fails_here
from autograder.lesson.report import OLDER, Criterion, Verdict
from autograder.sandbox.submission import Output, errors


class Outdated:
    """What in one hand-in this Python is too old for."""

    def __init__(self, handin: HandIn, outputs: Sequence[Iterable[Output]]) -> None:
        """`outputs` are those of `handin.code`."""
        self._version = handin.python
        sources = [cell["source"] for cell in handin.code]
        self.cells = {number for number, found in enumerate(outputs) if self._stops(sources[number], found)}
        self._missing = {name for number in self.cells for name in binds(sources[number])}

    def excused(self, criterion: Criterion, calls: Iterable[Call]) -> Criterion:
        """The criterion, which is an error if one of its calls raised because of that."""
        if criterion.status is not Verdict.FAILED or not any(
            call.raised and self._excuses(call.raised) for call in calls
        ):
            return criterion
        return dataclasses.replace(
            criterion, status=Verdict.ERROR, hint=OLDER, diagnosis=None, misconception=None, more_hints=()
        )

    def _stops(self, source: str, outputs: Iterable[Output]) -> bool:
        return any(fails_here(error["ename"], error["evalue"], source, self._version) for error in errors(outputs))

    def _excuses(self, error: StudentError) -> bool:
        name = UNDEFINED.search(error.message)
        return bool(name and name[1] in self._missing) or fails_here(error.type, error.message, "", self._version)
