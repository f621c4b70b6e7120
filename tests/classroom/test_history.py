"""What each run of `grade` has done: whole lines, whatever happens, and what they say of what has changed and why."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.basics.refused import Refused
from autograder.classroom import history
from autograder.classroom.history import Line, Moved
from autograder.lesson.report import Criterion, Exercise, Receipt, Report, Verdict
from tests.conftest import hand_in, make_course, run
from tests.sample_class import Maker

RUNS = ["2026-11-05T08:00:00Z", "2026-11-06T08:00:00Z", "2026-11-07T08:00:00Z"]
FIRST = Line(
    RUNS[0], "sgd", "ada", (), 3.0, 4.0, 3.0, None, None, "3f2a",
    {"mse": {"squares": 1.0, "averages": "failed"}, "fit": {"steps": 2.0}},
)  # fmt: skip
BETTER = replace(
    FIRST, run=RUNS[1], why=("the hand-in changed",), score=4.0, final=4.0,
    criteria={"mse": {"squares": 1.0, "averages": 1.0}, "fit": {"steps": 2.0}},
)  # fmt: skip
WORSE = replace(
    BETTER, run=RUNS[2], why=("the graders changed", "the late policy changed"), score=3.0, final=1.0,
    criteria={"mse": {"squares": 1.0, "averages": 1.0}, "fit": {"steps": "error", "draws": 0.0}},
)  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "course").mkdir()
    return tmp_path


def text(course: Path) -> bytes:
    return (course / "course" / "history.jsonl").read_bytes()


def keep(course: Path, *lines: Line) -> list[Line]:
    for line in lines:
        history.append(course, line)
    return history.read(course, "sgd")


def test_line_says_what_became_of_each_criterion() -> None:
    criteria = (Criterion("squares", Verdict.PASSED, 1.5, 1.5), Criterion("averages", Verdict.NOT_RUN, 0.0, 1.0))
    report = Report.of("sgd", (Exercise.of("mse", criteria),), isolation="none", student="ada", note="graded: a.ipynb")
    report = replace(report, receipt=Receipt(None, "3f2a", "2026-11-05 08:00:00 UTC"))
    assert Line.of(RUNS[0], report, 1.0, ["--force"]) == Line(
        RUNS[0], "sgd", "ada", ("--force",), 1.5, 2.5, 1.0, "graded: a.ipynb", None, "3f2a",
        {"mse": {"squares": 1.5, "averages": "not_run"}},
    )  # fmt: skip


def test_lines_are_added_and_read_back(course: Path) -> None:
    other = replace(FIRST, assignment="other")
    assert history.read(course, "sgd") == []
    assert keep(course, FIRST, other, BETTER) == [FIRST, BETTER]
    before = text(course)
    assert keep(course, WORSE) == [FIRST, BETTER, WORSE] and text(course).startswith(before)


@pytest.mark.parametrize("left", [b'{"run": "2026', b"\x00\xff", b"[]\n", b"{}\n", b"\n"])
def test_what_a_killed_run_has_left_spoils_no_line(left: bytes, course: Path) -> None:
    keep(course, FIRST)
    with (course / "course" / "history.jsonl").open("ab") as file:
        file.write(left)
    before = text(course)
    assert keep(course, BETTER) == [FIRST, BETTER] and text(course).startswith(before)


def test_disk_that_is_full_leaves_no_half_line(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(course, FIRST)
    before, whole, written = text(course), os.write, list[int]()

    def write(file: int, content: bytes) -> int:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(whole(file, content[:10]))
        return written[0]

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space left on device"):
        history.append(course, BETTER)
    assert written == [10] and text(course) == before


def _add(course: Path, student: str) -> None:
    long = {"mse": {"x" * 5000: 1.0}}
    for number in range(50):
        history.append(course, Line(f"{number:02}", "sgd", student, criteria=long))


def test_runs_at_once_leave_whole_lines(course: Path) -> None:
    students = ["ada", "bob", "cyd"]
    processes = [multiprocessing.get_context("spawn").Process(target=_add, args=(course, one)) for one in students]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    lines = [json.loads(line) for line in text(course).splitlines()]
    assert sorted((line["student"], line["run"]) for line in lines) == [
        (student, f"{number:02}") for student in students for number in range(50)
    ]


def test_of_a_hand_in_that_a_run_speaks_of_twice_the_last_line_counts(course: Path) -> None:
    failed = Line(RUNS[0], "sgd", "ada", error="its grader ended before it was done (exit status -9)")
    assert keep(course, FIRST, failed, BETTER) == [failed, BETTER]


def test_steps_say_what_moved_in_each_grading() -> None:
    first, second, third = history.steps([FIRST, BETTER, WORSE])
    assert (first.before, first.gained) == (None, 3.0)
    assert (second.gained, second.moved, second.why) == (
        1.0, [Moved("mse", "averages", "failed", 1.0)], ("the hand-in changed",),
    )  # fmt: skip
    assert (third.gained, third.moved) == (
        -3.0, [Moved("fit", "steps", 2.0, "error"), Moved("fit", "draws", None, 0.0)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        (RUNS[0], {"ada": (3.0, 1.0, ("the hand-in changed", "the graders changed", "the late policy changed"))}),
        (RUNS[1], {"ada": (4.0, 1.0, ("the graders changed", "the late policy changed"))}),
        (RUNS[2], {}),
        ("2026-11-06", {"ada": (3.0, 1.0, ("the hand-in changed", "the graders changed", "the late policy changed"))}),
        ("2026-11-06 09:00 Europe/Berlin",
         {"ada": (3.0, 1.0, ("the hand-in changed", "the graders changed", "the late policy changed"))}),
        ("2026-11-06 09:01 Europe/Berlin", {"ada": (4.0, 1.0, ("the graders changed", "the late policy changed"))}),
        ("2026-11-08", {}),
        ("2026-11-01", {"ada": (None, 1.0, ("the hand-in changed", "the graders changed", "the late policy changed")),
                        "bob": (None, 3.0, ("--force",))}),
    ],
)  # fmt: skip
def test_since_a_run_or_a_date_only_what_changed_is_named(
    when: str, changes: dict[str, tuple[float | None, float, Sequence[str]]]
) -> None:
    bob = [replace(FIRST, student="bob"), replace(FIRST, student="bob", run=RUNS[1], why=("--force",))]
    found = history.since([FIRST, bob[0], BETTER, bob[1], WORSE], when)
    assert {one.after.student: (one.before and one.before.final, one.after.final, one.why) for one in found} == changes


@pytest.mark.parametrize("when", ["yesterday", "5/11/2026", ""])
def test_since_what_is_no_time_is_refused(when: str) -> None:
    with pytest.raises(Refused) as refusal:
        history.since([FIRST], when)
    assert str(refusal.value) == f"{when!r} is no run in course/history.jsonl, and no date such as 2026-11-05"


SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
SHOWN = """\
bob, sgd: Bob Öz

{first}    51 of 53         the first time
{second}    53 of 53     +2  the hand-in changed
    mse: gives the mean of the squared errors: not passed → 1
    mse: does not grow with the number of rows: not passed → 1

predict: all right, 6 of 6 points
"""


@pytest.mark.slow
def test_a_class_is_graded_twice_and_one_student_is_shown(tmp_path: Path, maker: Maker) -> None:
    course = make_course(tmp_path / "course-folder")
    hand_in(course, "ada", maker.text("blank", bare=True))
    hand_in(course, "bob", maker.text(bare=True, answers={"mse": SUM}))
    (course / "course" / "students.csv").write_text(
        "id,first name,last name,email\nbob,Bob,Öz,bob@x.edu\neve,Eve,X,\n", "utf-8"
    )
    hand_in(course, "new", maker.text("blank", bare=True))
    grade = ("autograder", "grade", "--jobs", "1")
    first = run(course, *grade, "--student", "[ab]*")
    assert first.returncode == 0, first.stderr
    hand_in(course, "bob", maker.text(bare=True))
    second = run(course, *grade, "--student", "[ab]*")
    lines = history.read(course, "sgd")
    assert [(line.student, line.why, line.final) for line in lines] == [
        ("ada", (), 0.0), ("bob", (), 51.0), ("bob", ("the hand-in changed",), 53.0),
    ]  # fmt: skip
    runs = [lines[0].run, lines[2].run]
    for done, name in zip((first, second), runs, strict=True):
        assert f"\nhistory:  {course}/course/history.jsonl (this run is {name})\n" in done.stdout
    assert "\nhistory:" not in run(course, *grade, "--student", "[ab]*").stdout
    assert [(one.after.student, one.gained) for one in history.since(lines, runs[0])] == [("bob", 2.0)]

    for who in ("bob", "BOB@x.edu", "öz, bob"):
        shown = run(course, "autograder", "show", who)
        assert shown.stdout.startswith(SHOWN.format(first=runs[0], second=runs[1])), shown.stderr
    assert "\nsgd, bob: file " in shown.stdout
    refusals = {
        "cyd": "nobody is called 'cyd': an id is the name of a folder in course/submitted/",
        "eve": "eve has handed nothing in for sgd",
        "new": "new has not been graded yet: autograder grade sgd --student new",
    }
    for who, refusal in refusals.items():
        done = run(course, "autograder", "show", who)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"autograder: {refusal}\n")


@pytest.mark.slow
def test_history_that_cannot_be_written_is_said_before_anything_is_graded(tmp_path: Path, maker: Maker) -> None:
    course = make_course(tmp_path / "course-folder")
    hand_in(course, "ada", maker.text("blank", bare=True))
    (course / "course" / "history.jsonl").mkdir()
    done = run(course, "autograder", "grade")
    assert (done.returncode, done.stdout, done.stderr) == (
        2, "", f"autograder: cannot write to the file {course}/course/history.jsonl: Is a directory\n",
    )  # fmt: skip
