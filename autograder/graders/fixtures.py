"""What pytest hands to the hidden graders."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.lesson import Reference
from autograder.student import Student

STUDENT = pytest.StashKey[Student]()
REFERENCE = pytest.StashKey[Reference]()
NOTES = pytest.StashKey[list[str]]()
PICTURES = pytest.StashKey[list[Callable[[], bytes]]]()


@pytest.fixture(scope="session")
def student(request: pytest.FixtureRequest) -> Student:
    """The student's functions: `student.predict(x, a)`."""
    return request.config.stash[STUDENT]


@pytest.fixture(scope="session")
def reference(request: pytest.FixtureRequest) -> Reference:
    """The reference answers: `reference.predict(x, a)`."""
    return request.config.stash[REFERENCE]


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Takes a remark for the student that costs no marks."""
    return request.config.stash[NOTES].append


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Callable[[bytes, Callable[[], bytes]], None]:
    """Takes two PNG images for the feedback page: what the student's code draws, and what makes the lesson's."""

    def keep(yours: bytes, reference: Callable[[], bytes]) -> None:
        request.config.stash[PICTURES][:] = [lambda: yours, reference]

    return keep
