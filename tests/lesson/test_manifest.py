"""The lesson is the manifest: its exercises, marks, locked cells and reference answers are read, never repeated."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.lesson.manifest import Lesson, Task
from autograder.lesson.shelf import UnknownAssignment

SOURCE = '''
import math
from math import sqrt as root

print("this must not run")
unrelated = 1 / 0
word = "right"

def helper(x):
    return x

def area(r):
    """The area of a circle."""
    return math.pi * r**2

def side(area):
    return root(area)

word_too = word
'''


def marked(name: str, **marks: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name, **marks}}, "source": [f"# {name}\n", "1"]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one small lesson, `geometry`."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Geometry\n", "Text"]},
        marked("area"), marked("area-checks", points=2), marked("side"), marked("side-checks", points=0.5),
        marked("word"), marked("word-checks", points=1),
    ]  # fmt: skip
    for path, text in (
        (tmp_path / "exercises/geometry/geometry.ipynb", json.dumps({"cells": cells})),
        (tmp_path / "solutions/geometry.py", SOURCE),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    (tmp_path / "lessons" / "geometry").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def lesson(root: Path) -> Lesson:
    return Lesson.load("geometry", root)


def test_exercises_and_points_come_from_the_graded_cells_in_order(lesson: Lesson) -> None:
    assert lesson.tasks == (Task("area", 2.0), Task("side", 0.5), Task("word", 1.0))
    assert lesson.max_score == 3.5
    assert lesson.tasks[0].checks_id == "area-checks"


def test_cells_are_found_by_their_id_with_their_source_as_one_text(lesson: Lesson) -> None:
    assert list(lesson.cells) == ["area", "area-checks", "side", "side-checks", "word", "word-checks"]
    assert lesson.cells["side"]["source"] == "# side\n1"
    assert lesson.notebook["cells"][0]["source"] == "# Geometry\nText"


def test_the_reference_answers_are_defined_without_running_the_lesson(
    lesson: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = lesson.reference
    assert (round(reference.area(1.0), 5), reference.side(9), reference.word) == (3.14159, 3, "right")
    with pytest.raises(AttributeError, match=r"^volume$"):
        _ = reference.volume
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("names", [("area",), ("side",), ("area", "side"), ("word",), ()], ids=str)
def test_helpers_define_the_answers_that_were_asked_for_and_no_other(lesson: Lesson, names: tuple[str, ...]) -> None:
    defined: dict[str, Any] = {}
    exec(lesson.helpers(names), defined)
    assert {"area", "side", "word"} & defined.keys() == set(names)
    for name in {"area", "side"} & set(names):
        assert defined[name](4) == getattr(lesson.reference, name)(4)


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        ("exercises/geometry/geometry.ipynb", "exercises/geometry/geometry.ipynb"),
        ("solutions/geometry.py", "solutions/geometry.py"),
        ("lessons/geometry", "lessons/geometry"),
    ],
)
def test_a_lesson_without_one_of_its_parts_is_unknown(root: Path, missing: str, path: str) -> None:
    (root / missing).rename(root / "elsewhere")
    with pytest.raises(UnknownAssignment) as unknown:
        Lesson.load("geometry", root)
    assert str(unknown.value) == f"unknown assignment 'geometry': there is no {path}"


@pytest.mark.parametrize("name", ["algebra", "", "../geometry", "geometry/geometry", "/geometry", "/tmp/sgd.ipynb"])
def test_a_name_that_is_no_lesson_is_unknown(root: Path, name: str) -> None:
    with pytest.raises(UnknownAssignment, match=f"^unknown assignment {name!r}: there is no "):
        Lesson.load(name, root)


def test_a_lesson_is_read_again_when_one_of_its_files_has_changed(root: Path) -> None:
    before = Lesson.load("geometry", root)
    assert Lesson.load("geometry", root) is before
    solution = root / "solutions/geometry.py"
    solution.write_text(SOURCE.replace('"right"', '"wrong"'), "utf-8")
    os.utime(solution, ns=(0, 0))
    assert (before.reference.word, Lesson.load("geometry", root).reference.word) == ("right", "wrong")


def test_the_lesson_of_this_kit_has_its_seven_exercises() -> None:
    lesson = Lesson.load()
    ids = ["predict", "mse", "gradient", "sgd_step", "fit", "plot_fit", "vocabulary"]
    assert [task.id for task in lesson.tasks] == ids
    assert list(lesson.cells) == [name for task in ids for name in (task, f"{task}-checks")]


def test_the_reference_answers_of_this_kit_compute() -> None:
    reference = Lesson.load().reference
    x, y = torch.tensor([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]), torch.tensor([1.0, 3.0, 2.0])
    a = torch.tensor([2.0, -1.0], requires_grad=True)
    assert reference.predict(x, a).tolist() == [1.0, 3.0, 7.0]
    assert reference.mse(torch.tensor([4.0, 1.0, 7.0]), y).item() == pytest.approx(38 / 3)
    assert reference.gradient(x, y, a).tolist() == pytest.approx([40 / 3, 10 / 3])
    assert sorted(reference.vocabulary.values()) == list("ABCDEFG")
