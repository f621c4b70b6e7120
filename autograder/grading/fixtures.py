"""What pytest hands to the hidden graders."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.graders.draw import Draw
from autograder.graders.student import Student
from autograder.lesson.reference import Reference
from autograder.lesson.report import Losses


class Fixtures:
    """Fixtures that stand for one student after another: a plugin whose attributes are set before each exercise."""

    now: Student
    against: Reference
    notes: list[str]
    drawings: list[Callable[[], bytes]]
    losses: list[Losses]
    lots: Draw

    @pytest.fixture
    def student(self) -> Student:
        """The student's functions: `student.double(x)`."""
        return self.now

    @pytest.fixture
    def reference(self) -> Reference:
        """The reference answers: `reference.double(x)`."""
        return self.against

    @pytest.fixture
    def draw(self) -> Draw:
        """Draws the numbers of this hand-in: `draw("one row", 1, 2)`."""
        return self.lots

    @pytest.fixture
    def note(self) -> Callable[[str], None]:
        """Takes a remark for the student that costs no marks."""
        return self.notes.append

    @pytest.fixture
    def curves(self) -> Callable[[list[float], list[float], str], None]:
        """Takes the losses after each epoch for the feedback page: the student's, the lesson's, and a caption."""
        return lambda yours, reference, caption: self.losses.append(Losses(yours, reference, caption))

    @pytest.fixture
    def pictures(self) -> Callable[[bytes, Callable[[], bytes]], None]:
        """Takes two PNG images for the feedback page: what the student's code draws, and what makes the lesson's."""

        def keep(yours: bytes, reference: Callable[[], bytes]) -> None:
            self.drawings[:] = [lambda: yours, reference]

        return keep
