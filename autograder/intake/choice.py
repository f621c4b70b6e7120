"""Which of all that one student handed in counts: the latest attempt with answers, and in it one notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from autograder.classroom.submitted import alike
from autograder.intake.attempt import Attempt, Piece
from autograder.intake.dating import Date
from autograder.intake.labels import attempt
from autograder.intake.reading import Kind

BEFORE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Dated:
    """An attempt, and when it was handed in."""

    attempt: Attempt
    date: Date
    assignment: str

    @cached_property
    def counting(self) -> list[Piece]:
        """The notebook that counts; several, if nothing tells which; none, if there is no notebook."""
        books = [piece for piece in self.attempt.pieces if piece.file.counts]
        best = max((piece.file.kind for piece in books), default=Kind.FAULT)
        found = {piece.file.digest: piece for piece in reversed(books) if piece.file.kind is best}
        return self._chosen(list(found.values()))

    @property
    def kind(self) -> Kind:
        """What counts in it is."""
        return self.counting[0].file.kind if self.counting else Kind.OTHER

    def order(self) -> tuple[Kind, datetime, int]:
        """Larger for what counts more: what is answered, and what was handed in later."""
        return self.kind, self.date.when or BEFORE, max((piece.number for piece in self.counting), default=0)

    def _chosen(self, books: list[Piece]) -> list[Piece]:
        """Of several the one of the right name; Canvas numbers attempts, and browsers copies."""
        if len(books) < 2:
            return books
        numbers = {number: piece for piece in books if (number := attempt(piece.called, self.assignment)) is not None}
        named = [piece for piece in books if alike(piece.called) == alike(f"{self.assignment}.ipynb")]
        if self.attempt.program == "Canvas":
            latest = [piece for piece in books if attempt(piece.called, self.assignment) is not None]
            return (
                [max(latest, key=lambda piece: (attempt(piece.called, self.assignment) or 0, piece.number))]
                if latest
                else books
            )
        if named:
            return [min(named, key=lambda piece: len(piece.file.path))]
        return [numbers[max(numbers)]] if len(numbers) == len(books) else books


def latest(attempts: Sequence[Dated]) -> Dated:
    """The attempt that counts; of equals the one that was given last."""
    return max(reversed(attempts), key=Dated.order)
