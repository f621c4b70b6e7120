"""Which of the files that were handed in is graded: whatever it is called, the one that somebody worked on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from autograder.handin.delivery import MAX_ENTRIES, MAX_READ, Choice, Delivery
from autograder.lesson.manifest import Lesson
from tests.sample_class import Maker

ANOTHER = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "submitted" / "ada" / "sgd"
    found.mkdir(parents=True)
    return found


@pytest.fixture(scope="module")
def work(maker: Maker) -> str:
    return maker.text(bare=True)


@pytest.fixture(scope="module")
def stub(maker: Maker) -> str:
    return maker.text("blank")


def chosen(folder: Path, files: dict[str, str]) -> Choice:
    """What is chosen of these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Delivery(folder, "sgd.ipynb").choose(Lesson.load())


NAMES = [
    "sgd-1.ipynb", "sgd (1).ipynb", "Copy of sgd.ipynb", "SGD.ipynb", "sgd_final_FINAL.ipynb", "sgd.ipynb.txt",
    "sgd.ipynb.json", "sgd.json", "sgd", "homework/sgd.ipynb", "a/b/c/Lösung.ipynb", "--help.ipynb", "[a]*.ipynb",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_one_notebook_under_another_name_is_graded(name: str, folder: Path, work: str) -> None:
    assert chosen(folder, {name: work}) == Choice(folder / name, f"graded: {name}; there is no sgd.ipynb")


@pytest.mark.parametrize("name", NAMES)
def test_work_beside_a_stub_is_graded(name: str, folder: Path, work: str, stub: str) -> None:
    expected = Choice(folder / name, f"graded: {name}; sgd.ipynb beside it is not answered")
    assert chosen(folder, {name: work, "sgd.ipynb": stub, "data.json": "{}", "notes.txt": "x"}) == expected


@pytest.mark.parametrize("text", ["", "not JSON", "{", ANOTHER])
def test_work_beside_what_is_no_notebook_of_this_assignment_is_graded(text: str, folder: Path, work: str) -> None:
    expected = Choice(
        folder / "mine.ipynb", "graded: mine.ipynb; sgd.ipynb beside it is no notebook of this assignment"
    )
    assert chosen(folder, {"mine.ipynb": work, "sgd.ipynb": text}) == expected


def test_the_right_name_alone_needs_no_note_and_is_not_even_read(folder: Path, stub: str) -> None:
    for text in (stub, "not JSON", ""):
        assert chosen(folder, {"sgd.ipynb": text}) == Choice(folder / "sgd.ipynb")


@pytest.mark.parametrize(
    "other",
    [
        "data.csv",
        "figure.png",
        "sgd.py",
        ".ipynb_checkpoints/sgd-checkpoint.ipynb",
        "__MACOSX/._sgd.ipynb",
        "settings.json",
    ],
)
def test_other_files_beside_it_change_nothing(other: str, folder: Path, work: str, stub: str) -> None:
    text = work if "ipynb" in other else "{}"
    assert chosen(folder, {"sgd.ipynb": stub, other: text}) == Choice(folder / "sgd.ipynb")


def test_the_right_name_counts_before_others_that_are_answered_too(folder: Path, work: str) -> None:
    files = {"sgd.ipynb": work, "sgd-1.ipynb": work}
    assert chosen(folder, files) == Choice(folder / "sgd.ipynb", "graded: sgd.ipynb; also answered: sgd-1.ipynb")


@pytest.mark.parametrize("stubs", [[], ["sgd.ipynb"]])
def test_of_several_answered_ones_none_is_guessed(stubs: list[str], folder: Path, work: str, stub: str) -> None:
    files = dict.fromkeys(("a.ipynb", "b.ipynb", "c.ipynb", "d/e.ipynb"), work) | dict.fromkeys(stubs, stub)
    assert chosen(folder, files).obstacle == (
        "several notebooks in the hand-in are answered (a.ipynb, b.ipynb, c.ipynb …), and none of them is sgd.ipynb: "
        "hand in the one that counts, as sgd.ipynb"
    )


def test_one_stub_under_another_name_is_graded_and_two_are_not(folder: Path, stub: str) -> None:
    assert chosen(folder, {"a.ipynb": stub}) == Choice(folder / "a.ipynb", "graded: a.ipynb; there is no sgd.ipynb")
    assert chosen(folder, {"b.ipynb": stub}).obstacle == "there is no sgd.ipynb in the hand-in: found a.ipynb, b.ipynb"


def test_without_a_notebook_it_is_said_what_is_there(folder: Path) -> None:
    assert chosen(folder, {}).obstacle == "there is no sgd.ipynb in the hand-in: the folder is empty"
    files = {"a.docx": "x", "b.ipynb": "no JSON", "c\u202e.txt": "x", "d.txt": "x"}
    expected = "there is no sgd.ipynb in the hand-in: found a.docx, b.ipynb, c\ufffd.txt …"
    assert chosen(folder, files).obstacle == expected
    (folder / os.fsdecode(b"a\xff")).write_text("x")
    assert "found a.docx, a\ufffd, b.ipynb" in chosen(folder, {}).obstacle


@pytest.mark.parametrize(
    ("answers", "worked"),
    [
        ({}, False),
        ({"predict": ""}, False),
        ({"predict": "# nothing yet\n"}, False),
        ({"predict": "def predict(x, a):\n    raise NotImplementedError()"}, False),
        ({"predict": "def predict(x, a):\n    '''Mine.'''\n    ..."}, False),
        ({"predict": "def predict(x, a):\n    return x @ a"}, True),
        ({"predict": "def predict(x, a):\n    return x @ a\n    raise NotImplementedError()"}, True),
        ({"fit": "def fit(:"}, True),
        ({"vocabulary": "vocabulary = {}"}, True),
    ],
)  # fmt: skip
def test_answered_is_what_says_more_than_the_stub(
    answers: dict[str, str], worked: bool, folder: Path, stub: str, maker: Maker
) -> None:
    text = maker.text("blank", answers=answers)
    expected = folder / ("mine.ipynb" if worked else "sgd.ipynb")
    assert chosen(folder, {"mine.ipynb": text, "sgd.ipynb": stub}).path == expected


@pytest.mark.parametrize("damage", [{"strip": True}, {"rename": {"predict": "x"}}, {"delete": ["mse"]}])
def test_damaged_work_is_still_work(damage: dict[str, Any], folder: Path, stub: str, maker: Maker) -> None:
    (folder / "a.json").write_text("{}")
    files = {"mine.ipynb": maker.text(**damage), "sgd.ipynb": stub}
    assert chosen(folder, files).path == folder / "mine.ipynb"


def test_links_and_pipes_are_never_followed(folder: Path, work: str, stub: str) -> None:
    elsewhere = folder.parents[1] / "elsewhere.ipynb"
    elsewhere.write_text(work)
    (folder / "link.ipynb").symlink_to(elsewhere)
    (folder / "folder").symlink_to(folder.parents[1])
    os.mkfifo(folder / "pipe.ipynb")
    assert chosen(folder, {}).obstacle == "there is no sgd.ipynb in the hand-in: found folder, link.ipynb, pipe.ipynb"
    assert chosen(folder, {"sgd.ipynb": stub}) == Choice(folder / "sgd.ipynb")
    (folder / "sgd.ipynb").unlink()
    (folder / "sgd.ipynb").symlink_to(elsewhere)
    delivery = Delivery(folder, "sgd.ipynb")
    expected = "sgd.ipynb or its folder is a link: the notebook itself has to be handed in"
    assert delivery.choose(Lesson.load()).obstacle == expected


def test_a_folder_called_as_the_notebook_is_named(folder: Path, work: str) -> None:
    (folder / "sgd.ipynb").mkdir()
    assert chosen(folder, {}).obstacle == "sgd.ipynb is a folder: the notebook itself has to be handed in"
    assert chosen(folder, {"sgd.ipynb/mine.ipynb": work}).path == folder / "sgd.ipynb" / "mine.ipynb"


def test_a_heap_of_files_is_not_searched_to_its_end(folder: Path, work: str, stub: str) -> None:
    for number in range(MAX_READ + 5):
        (folder / f"{number}.ipynb").write_text("{}")
    assert chosen(folder, {"z.ipynb": work, "sgd.ipynb": stub}).path == folder / "sgd.ipynb"
    deep = folder / "deep"
    for number in range(MAX_ENTRIES):
        deep = deep / "d" if number < 200 else deep
        (deep.parent / f"{number}").mkdir(parents=True)
    assert Delivery(folder, "sgd.ipynb").choose(Lesson.load()).path == folder / "sgd.ipynb"


def test_one_state_of_a_hand_in_is_told_from_another(folder: Path, work: str, stub: str) -> None:
    seen = [Delivery(folder, "sgd.ipynb").digest()]
    for files in ({"sgd-1.ipynb": work}, {"sgd.ipynb": stub}, {"sgd.ipynb": work}, {"b/sgd.ipynb": stub}):
        chosen(folder, files)
        seen.append(Delivery(folder, "sgd.ipynb").digest())
        assert Delivery(folder, "sgd.ipynb").digest() == seen[-1]
    (folder / "sgd-1.ipynb").rename(folder / "sgd-2.ipynb")
    seen.append(Delivery(folder, "sgd.ipynb").digest())
    assert len(set(seen)) == len(seen)
    chosen(folder, {"picture.png": "x"})
    assert Delivery(folder, "sgd.ipynb").digest() == seen[-1]
