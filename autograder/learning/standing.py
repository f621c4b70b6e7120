"""Where a reader stands: what a Report means to somebody who works through the lesson."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.lesson.report import Criterion, Exercise, Losses, Report, Status, Verdict


@dataclass(frozen=True)
class Standing:
    """Where a reader stands.

    Attributes:
        report: the exercises that were looked at.
        losses: after each epoch, of the reader's own loop and of the lesson's, if there is any.
        given: how many hints were given for what is `lost`.
        digest: of the notebook's file.
    """

    report: Report
    losses: Losses | None = None
    given: int = 0
    digest: str = ""

    @property
    def exercise(self) -> Exercise | None:
        """The first that is not all right, if any."""
        return next((one for one in self.report.exercises if one.status is not Status.PASSED), None)

    @property
    def lost(self) -> Criterion | None:
        """The first of its criteria that is lost; none if there was no answer to look at."""
        first = next(iter(self.exercise.lost), None) if self.exercise else None
        return None if first is None or first.status is Verdict.NOT_RUN else first

    @property
    def done(self) -> bool:
        """Whether all is right."""
        return bool(self.report.exercises) and self.exercise is None

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints that there are for what is lost, in order."""
        return tuple(hint for hint in (self.lost.hint, *self.lost.more_hints) if hint) if self.lost else ()
