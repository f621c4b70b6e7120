"""Answers as examples: short, and without what may tell whose they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom.course import Course
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Exercise
from autograder.overview.answers import Answers, bare, shortened
from tests.overview.made import keep, report, right

SIGNED = '''
# by Ada Lovelace
import torch

@memo("Ada")
def mse(y_hat: "Ada", y: torch.Tensor) -> "Lovelace":
    """Ada's answer.

    Matriculation number 1815.
    """
    loss: float = 0  # Ada
    "written by Ada"
    print(f"Ada says {loss}", "Ada", b"Ada", 'y')
    return ((y_hat - y) ** 2).mean(dim=0)
'''


def test_comments_docstrings_annotations_decorators_and_texts_are_left_out() -> None:
    assert bare(SIGNED, "mse") == (
        "def mse(y_hat, y):\n    loss = 0\n    print('…', '…', '…', 'y')\n    return ((y_hat - y) ** 2).mean(dim=0)"
    )


def test_texts_that_the_lesson_has_itself_are_shown() -> None:
    source = "vocabulary = {'epoch': 'A', 'my name': 'B', 'SGD': 'Ada'}"
    assert bare(source, "vocabulary", {"epoch", "SGD"}) == "vocabulary = {'epoch': 'A', '…': 'B', 'SGD': '…'}"


@pytest.mark.parametrize(
    "source",
    ["def mse(:", "", "other = 1", "def mse(y):\n    return 1" + "# x" * 5000, "def mse(y):\n    return " + "(" * 300,
     "def mse(y):\n    return " + "-" * 7900 + "1", "def mse(y):\n    return 1" + "0" * 5000],
    ids=["no Python", "nothing", "another name", "long", "brackets", "deep", "a large number"],
)  # fmt: skip
def test_what_cannot_be_read_is_no_example(source: str) -> None:
    assert bare(source, "mse") is None


def test_the_last_definition_is_the_one_that_was_graded() -> None:
    assert bare("mse = 1\ndef mse(y):\n    return 2\nmse(3)", "mse") == "def mse(y):\n    return 2"


def test_a_function_of_nothing_but_a_docstring_is_left_with_pass() -> None:
    assert bare('def mse(y):\n    """x"""', "mse") == "def mse(y):\n    pass"


def test_long_ones_are_cut_in_both_directions() -> None:
    text = "\n".join([f"    x = {'1' * 300}", *["    y = 2"] * 20])
    lines = shortened(text).splitlines()
    assert (len(lines), len(lines[0]), lines[0][-1], lines[-1]) == (13, 200, "…", "    …")
    assert shortened("a\nb") == "a\nb"


def test_the_shortest_comes_first_and_equal_ones_once(course: Path, lesson: Lesson) -> None:
    full = report(Exercise.of("mse", (right("a"),)))
    for student, source in {
        "ann": "def mse(y_hat, y):\n    # ann\n    return (y_hat - y).mean()",
        "bob": "def mse(y_hat, y):\n    return (y_hat - y).mean()  # bob",
        "cyd": "def mse(y_hat, y):\n    return 0",
        "dov": "def mse(:",
    }.items():
        keep(course, student, full, mse=source)
    keep(course, "eve", full)
    (course / "course" / "autograded" / "eve" / "sgd" / "sgd.ipynb").write_text('{"cells": [{}, 3]}')
    answers = Answers(Course(course), lesson)
    assert answers.of("mse", ["ann", "bob", "cyd", "dov", "eve", "nobody"]) == [
        "def mse(y_hat, y):\n    return 0", "def mse(y_hat, y):\n    return (y_hat - y).mean()"
    ]  # fmt: skip
    assert answers.of("fit", ["ann"]) == []
