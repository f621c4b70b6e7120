"""What lies in `course/submitted/`: whatever holds something and is at no place for a hand-in is named."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.classroom.names import shown
from autograder.classroom.submitted import Submitted, doubles

MOVE = "a hand-in lies at {}/sgd/sgd.ipynb: move it there, or away"
RENAME = "rename this folder to sgd"
STRAYS = {  # by the file that was put there: how it is named, and what to do
    "eve.ipynb": ("eve.ipynb", MOVE.format("STUDENT")),
    "sgd.ipynb": ("sgd.ipynb", MOVE.format("STUDENT")),
    "moodle.zip": ("moodle.zip", MOVE.format("STUDENT")),
    "bob/sgd.ipynb": ("bob/sgd.ipynb", MOVE.format("bob")),
    "bob/answer.txt": ("bob/answer.txt", MOVE.format("bob")),
    "bob/sgd": ("bob/sgd", MOVE.format("bob")),
    "bob/homework/week 2/sgd.ipynb": ("bob/homework", MOVE.format("bob")),
    "bob/sgd.ipynb/sgd.ipynb": ("bob/sgd.ipynb", MOVE.format("bob")),
    "cyd/SGD/sgd.ipynb": ("cyd/SGD", RENAME),
    "cyd/sgd /sgd.ipynb": ("cyd/sgd ", RENAME),
    "cyd/\uff53gd/sgd.ipynb": ("cyd/\uff53gd", RENAME),
    "cyd/sgd\u200b/sgd.ipynb": ("cyd/sgd\u200b", MOVE.format("cyd")),
    "sgd/ada/sgd.ipynb": ("sgd/ada", MOVE.format("STUDENT")),
    "sgd/sgd.ipynb": ("sgd/sgd.ipynb", MOVE.format("STUDENT")),
    "Eve Li_12_assignsubmission_file_/sgd.ipynb": (
        "Eve Li_12_assignsubmission_file_/sgd.ipynb", MOVE.format("Eve Li_12_assignsubmission_file_"),
    ),
    os.fsdecode(b"M\xfcller/sgd.ipynb"): (
        os.fsdecode(b"M\xfcller/sgd.ipynb"), MOVE.format(os.fsdecode(b"M\xfcller")),
    ),
    "x" * 250 + "/sgd.ipynb": ("x" * 250 + "/sgd.ipynb", MOVE.format("x" * 250)),
}  # fmt: skip


def put(top: Path, *files: str) -> Submitted:
    for file in files:
        (top / file).parent.mkdir(parents=True, exist_ok=True)
        (top / file).write_text("x")
    return Submitted(top, "sgd", frozenset({"logreg"}))


@pytest.mark.parametrize("file", STRAYS, ids=range(len(STRAYS)))
def test_whatever_lies_where_nothing_is_graded_is_named(file: str, tmp_path: Path) -> None:
    submitted = put(tmp_path, file, "ada/sgd/sgd.ipynb")
    assert list(submitted.strays()) == [STRAYS[file]]
    assert submitted.students() == ["ada"]
    assert shown(STRAYS[file][0]).encode()


@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        lambda path: Path(path).symlink_to("nowhere"),
        lambda path: Path(path).symlink_to(path),
        lambda path: Path(path).symlink_to("/"),
    ],
    ids=["pipe", "dangling link", "loop", "link"],
)
@pytest.mark.parametrize("place", ["thing", "bob/thing"])
def test_what_is_no_file_is_named_too(place: str, make: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "bob").mkdir()
    make(tmp_path / place)
    student = "bob" if "/" in place else "STUDENT"
    assert list(put(tmp_path).strays()) == [(place, MOVE.format(student))]


@pytest.mark.parametrize(
    "file",
    [
        "ada/logreg/logreg.ipynb", ".DS_Store", ".ipynb_checkpoints/sgd-checkpoint.ipynb", "__MACOSX/ada/sgd.ipynb",
        "ada/.ipynb_checkpoints/a.ipynb", "ada/comments.txt", "ada/files/data.csv", "ada/sgd/deeper/sgd.ipynb",
    ],
)  # fmt: skip
def test_what_is_nobodys_lost_work_is_passed_over(file: str, tmp_path: Path) -> None:
    (tmp_path / "empty" / "deep").mkdir(parents=True)
    assert list(put(tmp_path, file, "ada/sgd/sgd.ipynb").strays()) == []


@pytest.mark.parametrize("file", ["ada/sgd.ipynb", "ada/SGD/sgd (1).ipynb", "ada/new/sgd.ipynb.txt"])
def test_another_notebook_beside_a_hand_in_is_named(file: str, tmp_path: Path) -> None:
    assert [name for name, _ in put(tmp_path, file, "ada/sgd/sgd.ipynb").strays()] == ["/".join(file.split("/")[:2])]


def test_of_many_things_in_one_folder_the_first_are_named(tmp_path: Path) -> None:
    found = put(tmp_path, *(f"bob/{number}.py" for number in range(9))).strays()
    assert [name for name, _ in found] == ["bob/0.py", "bob/1.py", "bob/2.py and 6 more"]


def test_nothing_was_handed_in(tmp_path: Path) -> None:
    for top in (tmp_path, tmp_path / "nowhere"):
        assert (Submitted(top, "sgd").students(), list(Submitted(top, "sgd").strays())) == ([], [])


def test_ids_that_look_alike_are_found() -> None:
    forms = [unicodedata.normalize(form, "Åsa") for form in ("NFC", "NFD")]
    assert doubles(["ada", "ADA", "bob", *forms, "Straße", "strasse", "b0b"]) == [
        ["ada", "ADA"], forms, ["Straße", "strasse"],
    ]  # fmt: skip
