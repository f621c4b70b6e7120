"""`check --format`: a platform gets its results file whatever was handed in and whatever happened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.platforms import commands
from autograder.platforms.outlet import NOT_YOURS
from autograder.sandbox import levels, probe
from autograder.sandbox.launch import CannotStart, WarmProcess
from tests.conftest import lend, make_course
from tests.sample_class import Maker

SHUT_IN = pytest.mark.skipif(probe.best() == levels.NONE, reason="NO ISOLATION ON THIS MACHINE: nothing to test")


@pytest.fixture
def at_once(warm: WarmProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """The warm process of the tests is the command's."""
    lend(warm, commands, monkeypatch)


def check(path: Path, *more: str, name: str = "gradescope") -> tuple[int, dict[str, Any]]:
    """The exit status, and the results in their file."""
    output = path.absolute().parent / "results" / "results.json"
    status = cli.main(["check", str(path), "--format", name, "--output", str(output), *more])
    found: dict[str, Any] = json.loads(output.read_text("utf-8"))
    assert [one.name for one in output.parent.iterdir()] == ["results.json"]
    return status, found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a platform puts what a student uploads."""
    made = tmp_path / "submission"
    made.mkdir()
    return made


@SHUT_IN
def test_notebook_of_any_name_is_graded(at_once: None, folder: Path, maker: Maker) -> None:
    (folder / "notes.txt").write_text("mine")
    (folder / "Copy of sgd (2).ipynb").write_text(maker.text(bare=True))
    status, found = check(folder)
    assert (status, found["score"]) == (0, 53.0)
    assert found["output"].startswith("graded: Copy of sgd (2).ipynb; there is no sgd.ipynb\nEverything is right.")


@SHUT_IN
def test_lost_marks_are_told_and_one_exercise_can_be_asked_for(at_once: None, folder: Path, maker: Maker) -> None:
    answers = {"mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"}
    (folder / "sgd.ipynb").write_text(maker.text(answers=answers, bare=True))
    status, found = check(folder / "sgd.ipynb", "--exercise", "mse", name="prairielearn")
    assert (status, found["gradable"]) == (1, True)
    assert 0 < found["score"] < 1 and sum(one["max_points"] for one in found["tests"]) == 8


UNREADABLE = {
    "nothing": ([], "there is no sgd.ipynb in the hand-in: the folder is empty"),
    "something else": (["essay.pdf"], "there is no sgd.ipynb in the hand-in: found essay.pdf"),
    "several": (
        ["a.ipynb", "b.ipynb"],
        "several notebooks in the hand-in are answered (a.ipynb, b.ipynb), and none of them is sgd.ipynb: "
        "hand in the one that counts, as sgd.ipynb",
    ),
}


@SHUT_IN
@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_graded_is_told_why(
    kind: str, folder: Path, maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    names, why = UNREADABLE[kind]
    for name in names:
        (folder / name).write_text(maker.text(bare=True) if name.endswith(".ipynb") else "%PDF")
    status, found = check(folder)
    assert (status, found["score"], found["output"]) == (2, 0.0, why)
    assert capsys.readouterr().err == f"autograder: {folder}: {why}\n"


@SHUT_IN
def test_damaged_notebook_is_told_what_is_damaged(folder: Path) -> None:
    (folder / "sgd.ipynb").write_text('{"cells": [')
    status, found = check(folder, name="prairielearn")
    assert (status, found["gradable"]) == (2, False)
    assert found["format_errors"][0].startswith("the file is not JSON, so it is no Jupyter notebook")


@SHUT_IN
def test_nowhere_to_look_is_told(tmp_path: Path) -> None:
    status, found = check(tmp_path / "gone")
    assert (status, found["output"]) == (
        2, f"This could not be graded: {tmp_path / 'gone'} cannot be read: No such file or directory.",
    )  # fmt: skip


@pytest.mark.parametrize("error", [RuntimeError("graders/test_mse.py"), MemoryError(), CannotStart("no memory")])
def test_fault_of_the_kit_is_nobodys_and_tells_nothing(
    error: Exception, folder: Path, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(commands, "grader", fail)
    (folder / "sgd.ipynb").write_text(maker.text(bare=True))
    status, found = check(folder, "--isolation", "none")
    assert status == (2 if isinstance(error, CannotStart) else 3)
    assert (found["score"], found["output"], found["tests"][0]["max_score"]) == (0.0, NOT_YOURS, 53.0)


def test_without_walls_nothing_counts_unless_that_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe, "holds", lambda level, *_: level == levels.NONE)
    why = (
        "student code cannot be shut in on this machine, and could write its own marks: "
        "grade elsewhere, or without protection by saying --isolation none"
    )
    status, found = check(folder)
    assert (status, found["score"], found["output"]) == (2, 0.0, f"This could not be graded: {why}.")
    assert capsys.readouterr().err == f"autograder: {why}\n"
    assert check(folder, "--isolation", "none")[1]["output"].startswith("there is no sgd.ipynb in the hand-in")


REFUSED = {
    ("--output", "results.json"): "--output and --isolation go with --format, which is gradescope, prairielearn, "
    "classroom50 or junit",
    ("--json", "--format", "junit"): "--json and --format are two forms of the same: say one of them",
    ("--format", "gradescope", "--isolation", "x"): "unknown isolation 'x': choose from landlock+seccomp, uid+seccomp, none",
}  # fmt: skip


@pytest.mark.parametrize("options", REFUSED)
def test_options_that_do_not_fit_are_refused(
    options: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", str(folder), *options]) == 2
    assert capsys.readouterr().err == f"autograder: {REFUSED[options]}\n"


@SHUT_IN
def test_graders_that_are_handed_in_are_not_run(
    folder: Path, maker: Maker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = make_course(folder / "mine", fresh=True)
    graders = course / "lessons" / "sgd" / "graders"
    graders.mkdir(parents=True)
    (graders / "test_mse.py").write_text("raise SystemExit('graded by myself')")
    (course / "sgd.ipynb").write_text(maker.text(bare=True))
    monkeypatch.chdir(course)
    for path in (".", ".."):
        status, found = check(Path(path))
        assert (status, found["output"]) == (
            2, f"This could not be graded: {path} holds the course that would grade it: run this in another folder.",
        )  # fmt: skip


@SHUT_IN
def test_unknown_exercise_is_the_instructors_slip(folder: Path) -> None:
    status, found = check(folder, "--exercise", "foo")
    assert status == 2
    assert found["output"].startswith("This could not be graded: no exercise 'foo': the exercises are predict, mse,")


@SHUT_IN
def test_results_go_to_the_screen_without_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(folder), "--format", "junit"]) == 2
    assert capsys.readouterr().out.startswith('<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="sgd"')


@SHUT_IN
def test_results_that_cannot_be_written_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").write_text("")
    assert cli.main(["check", str(folder), "--format", "junit", "--output", str(folder / "file" / "x")]) == 2
    assert capsys.readouterr().err == f"autograder: {folder / 'file' / 'x'} cannot be written: File exists\n"
