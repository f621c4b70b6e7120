"""The command line: exit codes, one clear line for every mistake, and `check` as people and programs read it."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from autograder import cli
from autograder.report import Report
from autograder.sandbox import levels, probe
from tests.conftest import use_database
from tests.sample_class import Maker

ANOTHER = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a command that grades nothing."""
    assert cli.main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    return captured.err.strip()


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return tmp_path / "sgd.ipynb"


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    shown = capsys.readouterr().out
    assert "put a fresh copy of the exercises into a folder" in shown
    assert "New here? `autograder start` gives you a copy" in shown


def test_no_such_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "check", "nowhere.ipynb") == "autograder: nowhere.ipynb: no such file"


def test_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert refused(capsys, "check", str(tmp_path)) == f"autograder: {tmp_path}: a folder, not a notebook"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def predict", "the file is not JSON, so it is no Jupyter notebook: hand in the .ipynb file itself"),
        ("[1, 2]", "the file is not a Jupyter notebook: it is JSON, but has no nbformat"),
        (ANOTHER, "the notebook is not that of assignment 'sgd': none of its exercises is in it"),
        (
            ANOTHER.replace('"nbformat": 4', '"nbformat": 5'),
            "the notebook is in format 5, newer than this kit reads: save it as format 4",
        ),
    ],
    ids=["not JSON", "not a notebook", "another notebook", "a future format"],
)
def test_unreadable_file(text: str, reason: str, notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.write_text(text)
    assert refused(capsys, "check", str(notebook)) == f"autograder: {notebook}: {reason}"


def test_unreadable_file_as_json(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.write_text("def predict")
    assert cli.main(["check", str(notebook), "--json"]) == 2
    report = Report.from_json(capsys.readouterr().out)
    assert (report.score, report.max_score, report.exercises) == (0, 53, ())
    assert report.note == "the file is not JSON, so it is no Jupyter notebook: hand in the .ipynb file itself"


def test_unknown_exercise(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = (
        "autograder: no exercise 'foo': the exercises are predict, mse, gradient, sgd_step, fit, plot_fit, vocabulary"
    )
    assert refused(capsys, "check", str(notebook), "--exercise", "foo") == expected


def test_unknown_assignment(capsys: pytest.CaptureFixture[str]) -> None:
    expected = "autograder: unknown assignment 'ps1': there is no exercises/ps1/ps1.ipynb"
    assert refused(capsys, "grade", "ps1") == expected


def test_no_submissions(course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    expected = "autograder: no submissions: put each hand-in at course/submitted/STUDENT/sgd/sgd.ipynb"
    assert refused(capsys, "grade") == expected


def test_no_student_of_that_name(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "course" / "submitted" / "ada" / "sgd").mkdir(parents=True)
    monkeypatch.chdir(course)
    expected = "autograder: no submissions: none of the 1 students is called 'bob*'"
    assert refused(capsys, "grade", "--student", "bob*") == expected


def test_unwritable_course(course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (course / "course" / "submitted" / "ada" / "sgd").mkdir(parents=True)
    (course / "course" / "feedback").write_text("a file in the way")  # root may write anywhere else
    monkeypatch.chdir(course)
    expected = f"autograder: cannot make the folder {course}/course/feedback: File exists"
    assert refused(capsys, "grade") == expected


def spoil(course: Path) -> Path:
    """The path of a gradebook to spoil, in a course with a hand-in."""
    (course / "course" / "submitted" / "ada" / "sgd").mkdir(parents=True)
    path = course / "course" / "gradebook.db"
    path.unlink()
    return path


def test_gradebook_that_is_no_database(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(course).write_text("marks: none yet\n" * 100)
    monkeypatch.chdir(course)
    expected = f"autograder: the gradebook cannot be opened: {course}/course/gradebook.db: file is not a database"
    assert refused(capsys, "grade") == expected


def test_gradebook_of_another_program(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(spoil(course))) as database:
        database.execute("CREATE TABLE parcels (weight)")
    monkeypatch.chdir(course)
    expected = (
        f"autograder: the gradebook cannot be opened: {course}/course/gradebook.db: "
        "it is another program's, with a table 'parcels': name a new one"
    )
    assert refused(capsys, "grade") == expected


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_locked_gradebook(
    lock: str, course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spoil(course)
    use_database(course, f"sqlite:///{path}?timeout=0.1")
    monkeypatch.chdir(course)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"BEGIN {lock}")
        expected = f"autograder: the gradebook cannot be opened: {path}: database is locked"
        assert refused(capsys, "grade") == expected


def test_address_of_no_database(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(course)
    use_database(course, "marks with secret")
    monkeypatch.chdir(course)
    expected = (
        "autograder: the gradebook cannot be opened: c.CourseDirectory.db_url: "
        "Could not parse SQLAlchemy URL from given URL string"
    )
    assert refused(capsys, "grade") == expected


def test_no_isolation_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "best", lambda: levels.NONE)
    expected = (
        "autograder: student code cannot be shut in on this machine (landlock+seccomp is missing): "
        "grade elsewhere, or without protection by saying --isolation none"
    )
    assert refused(capsys, "grade") == expected


def test_worker_that_cannot_be_had(
    maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    notebook.write_text(maker.text(bare=True))
    expected = (
        "autograder: student code cannot be run on this machine: "
        "the warm process does not start: the warm process has ended"
    )
    assert refused(capsys, "check", str(notebook)) == expected


def test_unknown_isolation(capsys: pytest.CaptureFixture[str]) -> None:
    expected = "autograder: unknown isolation 'docker': choose from landlock+seccomp, none"
    assert refused(capsys, "grade", "--isolation", "docker") == expected


def test_jobs_must_be_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["grade", "--jobs", "0"])
    assert "'0' is not a number of processes: give 1 or more" in capsys.readouterr().err


def test_check_of_a_right_exercise_exits_0(maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.write_text(maker.text(bare=True))
    assert cli.main(["check", str(notebook), "--exercise", "predict"]) == 0
    out = capsys.readouterr().out
    assert "predict: all right, 6 of 6 points" in out
    assert "✓ uses every column of x, however many there are" in out
    assert out.rstrip().endswith("6 of 6 points")


def test_check_of_a_wrong_exercise_exits_1_and_explains(
    maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.write_text(
        maker.text(answers={"mse": "def mse(y_hat, y):\n    return (y_hat - y).abs().mean()"}, bare=True)
    )
    assert cli.main(["check", str(notebook), "--exercise", "mse"]) == 1
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    start = lines.index("✗ squares the error")
    assert lines[start + 1 : start + 6] == [
        "input     y_hat = [5], y = [2]",
        "yours     3",
        "expected  9",
        "You average the absolute errors (that is the MAE), not their squares.",
        "Hint: Take a single error of 3. What is its square?",
    ]
    assert lines[-2:] == ["mse is the first one to look at again: squares the error.", "6 of 8 points"]


@pytest.mark.parametrize("hints", [0, 2])  # all others: tests/test_terminal.py
def test_check_shows_as_many_hints_as_are_wanted(
    hints: int, maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
    notebook.write_text(maker.text(answers={"mse": answer}, bare=True))
    assert cli.main(["check", str(notebook), "--exercise", "mse", "--hints", str(hints)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    told = [
        "Hint: Duplicate every row: should the loss change?",
        "Hint: Read the name word by word, from the back: error, squared, mean. Which one is missing?",
        "Hint: A mean judges ten rows and a thousand rows on the same scale; a sum grows with them.",
    ]
    assert [hint in shown for hint in told] == [number < hints for number in range(3)]
    assert shown.count("The same seems to be behind this one.") == 1


def test_check_without_hints(maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.write_text(maker.text(answers={"predict": "def predict(x, a):\n    return x"}, bare=True))
    assert cli.main(["check", str(notebook), "--exercise", "predict", "--hints", "0"]) == 1
    assert "Hint" not in capsys.readouterr().out


def test_check_without_walls_says_so_and_goes_on(
    maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "best", lambda: levels.NONE)
    notebook.write_text(maker.text(bare=True))
    assert cli.main(["check", str(notebook), "--exercise", "predict"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "6 of 6 points",
        "No walls on this machine: your code runs as you, and may do whatever you may do.",
    ]


def test_a_class_is_graded_on_linux_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    expected = "autograder: a class is graded on Linux, where a container is enough; here, `autograder check` works"
    assert refused(capsys, "grade", "--isolation", "none") == expected


def test_check_as_json_is_one_report(maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.write_text(maker.text("blank", bare=True))
    assert cli.main(["check", str(notebook), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["schema"], data["assignment"], data["student"], data["score"], data["max_score"]) == (
        1,
        "sgd",
        None,
        0,
        53,
    )
    assert data["isolation"] == probe.best()
    assert [exercise["status"] for exercise in data["exercises"]] == ["not_attempted"] * 7
