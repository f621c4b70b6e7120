"""What the instructor sees, and what the class does."""

from __future__ import annotations

import pytest

from autograder.grading.misconceptions import Misconceptions
from autograder.lesson.manifest import Lesson
from autograder.overview.reader import Class, Group, Reader, Who
from tests.overview.made import member

HOSTILE = "<b>\u202e$x$" + "a" * 300
MEMBERS = [
    member("ann", name="Ann Mark", page="../feedback/ann/sgd/sgd.html"),
    member("bob", page="../feedback/a b%?#/sgd/sgd.html"),
    member("cyd", name=HOSTILE),
    member("will", name="Will"),
]


def test_the_instructor_sees_names_pages_and_notes() -> None:
    reader = Reader(MEMBERS)
    assert reader.group(["ann", "bob"], {"bob": "1 h"}) == Group(
        2,
        (
            Who("Ann Mark", "ann", "../feedback/ann/sgd/sgd.html"),
            Who("bob", "", "../feedback/a%20b%25%3F%23/sgd/sgd.html", "1 h"),
        ),
    )
    assert (reader.said(1), reader.may_read("ann"), reader.may_read(None)) == ("1", True, False)


def test_a_name_is_shown_short_and_without_what_does_not_show() -> None:
    (who,) = Reader(MEMBERS).group(["cyd"]).people
    assert (len(who.name), "\u202e" in who.name, who.id) == (80, False, "cyd")


def test_the_class_sees_numbers_and_of_few_not_even_those(lesson: Lesson) -> None:
    reader = Class(MEMBERS, lesson)
    assert reader.group(["ann", "bob"]) == Group(2)
    assert [reader.said(number) for number in (0, 1, 2, 3)] == ["0", "fewer than 3", "fewer than 3", "3"]
    assert (reader.may_read("ann = 3"), reader.may_read("x = 3"), reader.may_read(None)) == (False, True, False)


@pytest.mark.slow
def test_what_the_catalogue_says_is_nobodys_own_whatever_people_are_called(lesson: Lesson) -> None:
    """Each word of each explanation is somebody's name."""
    known = Misconceptions(lesson.folder)
    entries = [entry for task in lesson.tasks for entry in known.of(task.id)] + [*known.common, *known.errors]
    texts = [text for entry in entries for text in (entry.explanation, *entry.hints)]
    reader = Class([member(word, name=word) for text in texts for word in text.split()], lesson)
    assert [text for text in texts if "\\" not in text and not reader.may_read(text)] == []
