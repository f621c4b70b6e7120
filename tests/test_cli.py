"""The command line: exit codes, one clear line for every mistake, and `check` as people and programs read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from autograder import cli
from autograder.basics.exits import Exit
from autograder.basics.kit import KIT
from autograder.basics.text import plain
from autograder.classroom import commands as classroom
from autograder.classroom import doctor
from autograder.grading import verdicts
from autograder.learning import commands as learning
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report
from autograder.lesson.shelf import NOT_NEEDED
from autograder.sandbox import levels, probe
from tests.conftest import hand_in, make_course, run, use_database
from tests.sample_class import Maker

ANOTHER = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a command that grades nothing."""
    assert cli.main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    return captured.err.strip()


NOT_JSON = (
    "the file is not JSON, so it is no Jupyter notebook: if Jupyter cannot open it either, there may be an earlier one "
    "in .ipynb_checkpoints; `autograder start FOLDER` makes a fresh copy"
)


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
        ("def predict", NOT_JSON),
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
    assert report.note == NOT_JSON


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


def test_course_that_may_not_be_written_to(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "course" / "submitted" / "ada" / "sgd").mkdir(parents=True)
    monkeypatch.chdir(course)
    monkeypatch.setattr(os, "access", lambda *_: False)  # which root always may
    expected = f"autograder: cannot write to the folder {course}/course: change its permissions"
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
    monkeypatch.setattr(probe, "holds", lambda *_: False)
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
    expected = "autograder: unknown isolation 'docker': choose from landlock+seccomp, uid+seccomp, none"
    assert refused(capsys, "grade", "--isolation", "docker") == expected


def test_fault_of_the_kit_is_one_line_and_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_: object) -> None:
        raise KeyError("on\n\x9b2J purpose")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(classroom, "grade", broken)
    assert cli.main(["grade"]) == 3
    (log,) = tmp_path.iterdir()
    assert capsys.readouterr() == (
        "",
        f"autograder: this is a fault of the kit (KeyError: 'on\\n\\x9b2J purpose'): report it with the log {log}\n",
    )
    assert log.read_text("utf-8").startswith("Traceback (most recent call last):\n")
    assert "in broken\n" in log.read_text("utf-8")


def test_fault_of_the_kit_is_told_where_no_log_can_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    monkeypatch.setattr(learning, "next_", broken)
    assert cli.main(["next"]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "autograder: this is a fault of the kit (AssertionError): report it with the lines above"


def test_every_exit_status_is_in_the_table_and_none_else() -> None:
    text = (KIT / "docs" / "reference.md").read_text("utf-8")
    table = text.partition("| exit status | meaning |")[2].partition("\n\n")[0]
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == list(Exit)


@pytest.mark.parametrize(("remedy", "status"), [("", Exit.DONE), ("mend it", Exit.NOT_RIGHT)])
def test_doctor_that_finds_something_says_so_by_its_status(
    remedy: str, status: Exit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: [doctor.Finding("torch", "2.13.0", remedy)])
    assert cli.main(["doctor"]) == status


HOSTILE = "\x1b[2J\u202e\x9b\r\n\U000e0041\udcff"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", HOSTILE], ["check", "x", "--exercise", HOSTILE], ["check", "x", "--hints", HOSTILE], [HOSTILE],
        ["grade", HOSTILE], ["grade", "--student", HOSTILE], ["grade", "--jobs", HOSTILE], ["grade", "sgd", HOSTILE],
        ["grade", "--isolation", HOSTILE], ["next", HOSTILE], ["watch", HOSTILE], ["hint", HOSTILE], [f"--{HOSTILE}"],
        ["reset", HOSTILE], ["solution", HOSTILE], ["hint", "mse", HOSTILE], ["start", "/dev/null/" + HOSTILE],
    ],
    ids=lambda arguments: arguments[0] if arguments[0].isalpha() else "none",
)  # fmt: skip
def test_no_argument_commands_the_terminal(
    arguments: list[str], course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "course" / "submitted" / "ada" / "sgd").mkdir(parents=True)
    monkeypatch.chdir(course)
    try:
        status = cli.main(arguments)
    except SystemExit as end:
        status = int(end.code or 0)
    shown = "".join(capsys.readouterr())
    assert status == 2 and "[2J" in shown
    assert shown == plain(shown, keep="\n")


def unread(course: Path, *arguments: str, error: bool = False, **environment: str) -> tuple[int, str]:
    """The exit status of a command whose output, or errors, nobody reads, and what it says on the other stream."""
    reader, writer = os.pipe()
    os.close(reader)
    streams = {"stdout": subprocess.PIPE, "stderr": writer} if error else {"stdout": writer, "stderr": subprocess.PIPE}
    program, clean = Path(sys.executable).parent / "autograder", {"PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run([program, *arguments], cwd=course, env=clean, text=True, timeout=300, **streams)  # type: ignore[call-overload]
    os.close(writer)
    return done.returncode, done.stdout if error else done.stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], [], ["check", "sgd.ipynb", "--json"], ["solution", "mse", "--spoil"]]
)
def test_nobody_reads_on(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "sgd.ipynb").write_text("no notebook")
    assert unread(tmp_path, *arguments) == (141, "")


@pytest.mark.parametrize("arguments", [["check", "nowhere"], ["grade", "--jobs", "x"], ["nothing"]])
def test_nobody_reads_what_is_wrong(arguments: list[str], tmp_path: Path) -> None:
    assert unread(tmp_path, *arguments, error=True) == (141, "")


@pytest.mark.slow
def test_class_in_a_plain_locale_below_an_odd_name_while_nobody_reads_on(tmp_path: Path, maker: Maker) -> None:
    course = make_course(tmp_path / "Kürs é ?#%41[a]::$HOME", fresh=True)
    shutil.copytree(KIT / "lessons", course / "lessons", ignore=shutil.ignore_patterns(*NOT_NEEDED))
    hand_in(course, "Åsa", maker.text("blank", bare=True))
    hand_in(course, "zoë ", "x")
    expected = (
        "autograder: 'zoë ' could not be graded: its folder's name begins or ends with a blank: rename the folder\n"
    )
    status, errors = unread(course, "grade", "--jobs", "1", LC_ALL="C")
    assert (status, errors.encode("ascii", "replace").decode()) == (141, expected.encode("ascii", "replace").decode())
    assert (course / "course" / "feedback" / "Åsa" / "sgd" / "sgd.html").is_file()
    done = subprocess.run(
        [Path(sys.executable).parent / "autograder", "grade", "--student", "Å*"],
        cwd=course, env={"LC_ALL": "C"}, capture_output=True, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"") and b"0 graded, 1 unchanged, 0 unreadable" in done.stdout


@pytest.mark.slow
def test_points_that_were_changed_in_one_place_only_are_named_before_anything_is_graded(
    course: Path, maker: Maker
) -> None:
    release = course / "exercises" / "sgd" / "sgd.ipynb"
    notebook = json.loads(release.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in ("mse-checks", "fit-checks"):
            cell["metadata"]["nbgrader"]["points"] += 1
    release.write_text(json.dumps(notebook))
    for student in ("ada", "bob"):
        hand_in(course, student, maker.text("blank", bare=True))
    done = run(course, "autograder", "grade", "--jobs", "1")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"autograder: {UNFIT}\n")
    assert not list((course / "course" / "reports").rglob("*.json"))


UNFIT = (
    "mse has criteria worth 8 points, and a cell in the notebook worth 9; fit has criteria worth 10 points, and a cell in "
    "the notebook worth 11: change the marks in lessons/sgd/graders/test_mse.py or the points in solutions/sgd.py, and run "
    "`autograder release`"
)


def test_points_that_were_changed_in_a_grader_only_are_named_by_check(
    notebook: Path, maker: Maker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.write_text(maker.text(bare=True))
    monkeypatch.setitem(verdicts._graders(Lesson.load().folder).worth, "mse", 9.5)
    assert refused(capsys, "check", str(notebook)) == (
        "autograder: mse has criteria worth 9.5 points, and a cell in the notebook worth 8: change the marks in "
        "lessons/sgd/graders/test_mse.py or the points in solutions/sgd.py, and run `autograder release`"
    )


@pytest.mark.slow
def test_json_of_a_hostile_answer_commands_no_terminal(
    maker: Maker, notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = "def predict(x, a):\n    raise ValueError('\\x9b2J\\u202e\\U000e0041')"
    notebook.write_text(maker.text(answers={"predict": answer}, bare=True))
    assert cli.main(["check", str(notebook), "--exercise", "predict", "--json"]) == 1
    shown = capsys.readouterr().out
    assert shown == plain(shown, keep="\n") and "\\u009b" in shown
    assert "\x9b2J" in Report.from_json(shown).to_json()


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


@pytest.mark.slow
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


@pytest.mark.slow
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
