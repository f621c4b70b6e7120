"""Texts that tell who somebody is, in whatever spelling, and texts that do not."""

from __future__ import annotations

import pytest

from autograder.classroom.roster import Person
from autograder.lesson.manifest import Lesson
from autograder.overview.cover import Cover
from autograder.overview.members import Member

PEOPLE = [
    Person("s1234567", "Zoë", "Müller", "zoe.mueller@uni-x.edu", keys=frozenset({"7654321"})),
    Person("tor", "Tor", "Max"),
    Person("al2", "Al", "Li"),
    Person("student-01", "Jean-Luc", "O’Brien"),
    Person("will", "Will", "Mean", "will@x.org"),
]


@pytest.fixture(scope="module")
def cover(lesson: Lesson) -> Cover:
    return Cover([*(Member(one.id, one) for one in PEOPLE), Member("no_roster@x.org")], lesson.source)


@pytest.mark.parametrize(
    "text",
    ["zoe = 1", "ZOE_loss", "lossZoe", "muller_sum(x)", "müller", "zoemueller1", "s1234567", "torch.manual_seed(7654321)",
     "1234567 + x", "jean_luc", "brien_loss", "lossLi", "al_loss", "lial = 2", "alli(3)", "student = 1", "will = 3",
     "no_roster", "roster", "`tor` is no function"],
)  # fmt: skip
def test_names_and_numbers_are_found(cover: Cover, text: str) -> None:
    assert cover.tells(text)


@pytest.mark.parametrize(
    "text",
    ["x.max()", "torch.tensor(1.0)", "y.mean()", "a = 0.01", "uni = edu", "return (y_hat - y) ** 2", "alias", "ali", "line",
     "collide", "org.x", "s12", ""],
)  # fmt: skip
def test_what_is_in_every_code_is_not(cover: Cover, text: str) -> None:
    assert not cover.tells(text)
