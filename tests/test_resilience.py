"""A batch that is killed, interrupted or starved, and then run again, ends as if nothing had happened."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbgrader.api import Gradebook

from autograder import batch as batches
from autograder.batch import Batch, Outcome
from autograder.course import Course
from autograder.sandbox import probe
from tests.conftest import hand_in, make_course, run
from tests.sample_class import Maker

STUDENTS = [f"student-{number}" for number in range(8)]
SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
FOLDERS = ("autograded", "feedback", "reports")


@pytest.fixture
def class_of_eight(tmp_path: Path, maker: Maker) -> Path:
    return make_class(tmp_path / "class", maker)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> dict[str, Any]:
    """What a run that nobody disturbs leaves."""
    course = make_class(tmp_path_factory.mktemp("undisturbed") / "class", maker)
    assert run(course, "autograder", "grade", "--jobs", "1").returncode == 0
    return state(course)


def make_class(root: Path, maker: Maker) -> Path:
    course = make_course(root)
    for student in STUDENTS:
        hand_in(course, student, maker.text(bare=True, answers={} if student < "student-4" else {"mse": SUM}))
    return course


def state(course: Path) -> dict[str, Any]:
    """Every mark, and every file by its content; durations and the like are in none of them."""
    with Gradebook(f"sqlite:///{course}/course/gradebook.db", "sgd-from-scratch") as gradebook:
        marks = {
            (grade.notebook.student.id, grade.cell.name): (
                grade.auto_score,
                grade.manual_score,
                grade.needs_manual_grade,
            )
            for submission in gradebook.assignment_submissions("sgd")
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
    files = [path for folder in FOLDERS for path in (course / "course" / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(course)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files} | {
        "marks": marks
    }


def pages(course: Path) -> dict[str, int]:
    """When each page that is there was written."""
    return {path.parts[-3]: path.stat().st_mtime_ns for path in course.glob("course/feedback/*/sgd/sgd.html")}


@pytest.fixture
def start(class_of_eight: Path, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts the batch in the background; at the end, nothing of it may be left."""
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    (tmp_path / "temporary").mkdir()
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).parent / "autograder"), "grade", "--jobs", "2"]
        started.append(
            subprocess.Popen(
                command, cwd=class_of_eight, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                start_new_session=True,
            )
        )  # fmt: skip
        return started[-1]

    yield begin
    for process in started:
        process.communicate(timeout=60)
    until(lambda: not leftovers(tmp_path), "processes are left")
    assert list((tmp_path / "temporary").glob("autograder-*")) == []


def leftovers(folder: Path) -> list[int]:
    """Processes that work below a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(folder)):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def until(condition: Callable[[], object], otherwise: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, otherwise
        time.sleep(0.02)


def below(process: subprocess.Popen[str], what: str) -> list[psutil.Process]:
    """The graders, warm processes or workers of a batch, told from each other by their places in the tree."""
    try:
        children = psutil.Process(process.pid).children()
        graders = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        warm = [child for grader in graders for child in grader.children()]
        workers = [child for one in warm for child in one.children()]
    except psutil.Error:
        return []
    return {"grader": graders, "warm": warm, "worker": workers}[what]


@pytest.mark.parametrize("finished", [0, 1, 5], ids=lambda number: f"after {number}")
def test_killed_main_process(
    finished: int, class_of_eight: Path, start: Callable[[], subprocess.Popen[str]], undisturbed: dict[str, Any]
) -> None:
    process = start()
    until(lambda: len(pages(class_of_eight)) >= finished and below(process, "worker"), "nothing was graded")
    process.kill()
    process.wait()
    until(lambda: not leftovers(class_of_eight.parent), "graders outlive the main process", 20)
    before = pages(class_of_eight)
    assert len(before) < len(STUDENTS)
    done = run(class_of_eight, "autograder", "grade", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert state(class_of_eight) == undisturbed
    assert before.items() <= pages(class_of_eight).items(), "a finished hand-in was graded twice"
    said = f"8 graded, {len(before)} of them unchanged since the last time" if before else "8 graded\n"
    assert said in done.stdout


@pytest.mark.parametrize("what", ["grader", "warm", "worker"])
def test_killed_process(
    what: str, class_of_eight: Path, start: Callable[[], subprocess.Popen[str]], undisturbed: dict[str, Any]
) -> None:
    process = start()
    until(lambda: len(pages(class_of_eight)) >= 2 and below(process, "worker") and below(process, what), "no workers")
    below(process, what)[0].kill()
    _, errors = process.communicate(timeout=300)
    if what == "grader":
        assert process.returncode == 1 and errors.count("could not be graded: its grader ended before it was done") == 1
        assert len(pages(class_of_eight)) == len(STUDENTS) - 1
        assert run(class_of_eight, "autograder", "grade", "--jobs", "1").returncode == 0
    else:
        assert process.returncode == 0, errors
    assert state(class_of_eight) == undisturbed


def test_interrupt_ends_cleanly(
    class_of_eight: Path, start: Callable[[], subprocess.Popen[str]], undisturbed: dict[str, Any]
) -> None:
    process = start()
    until(lambda: len(pages(class_of_eight)) >= 1 and below(process, "worker"), "nothing was graded")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip().endswith("autograder: interrupted; the same command again goes on from here")
    assert "Traceback" not in errors
    assert run(class_of_eight, "autograder", "grade", "--jobs", "1").returncode == 0
    assert state(class_of_eight) == undisturbed


def test_hung_grader_is_replaced(class_of_eight: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LONGEST", 0)
    monkeypatch.setattr(batches, "START_SECONDS", 40)
    work = Batch(Course(class_of_eight), "sgd", probe.best())
    work.prepare()
    outcomes: list[Outcome] = []
    stopped = False
    for outcome in work.run(STUDENTS, 1):
        outcomes.append(outcome)
        if not stopped:
            grader = next(child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline()))
            grader.suspend()
            stopped = True
    errors = [outcome.error for outcome in outcomes if outcome.error]
    assert errors == ["its grader gave no answer for 40 s; it was stopped"]
    assert len(pages(class_of_eight)) == len(STUDENTS) - 1


def test_failed_regrade_takes_the_old_mark_back(class_of_eight: Path) -> None:
    assert run(class_of_eight, "autograder", "grade", "--student", "student-0").returncode == 0
    config = class_of_eight / "nbgrader_config.py"
    config.write_text(config.read_text("utf-8") + '\nc.HiddenGraders.limits = {"memory": 1 << 20}\n', "utf-8")
    done = run(class_of_eight, "autograder", "grade", "--student", "student-0", "--force")
    assert done.returncode == 1 and "0 graded\n" in done.stdout
    assert "autograder: student-0 could not be graded: a worker does not start: " in done.stderr
    left = state(class_of_eight)
    assert set(left.pop("marks").values()) == {(None, None, True)}
    assert left == {}


def test_marks_and_comments_of_people_survive_a_regrade(class_of_eight: Path, maker: Maker) -> None:
    assert run(class_of_eight, "autograder", "grade", "--student", "student-0").returncode == 0
    address = f"sqlite:///{class_of_eight}/course/gradebook.db", "sgd-from-scratch"
    with Gradebook(*address) as gradebook:
        grade = gradebook.find_grade("mse-checks", "sgd", "sgd", "student-0")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 3.5, 1.0, False
        gradebook.find_comment("mse", "sgd", "sgd", "student-0").manual_comment = "Well argued."
        gradebook.db.commit()
    for again in ("--force", "changed"):
        if again == "changed":
            hand_in(class_of_eight, "student-0", maker.text(bare=True, answers={"mse": SUM}))
        done = run(
            class_of_eight,
            "autograder",
            "grade",
            "--student",
            "student-0",
            *(["--force"] if again == "--force" else []),
        )
        assert done.returncode == 0 and "unchanged" not in done.stdout
        with Gradebook(*address) as gradebook:
            grade = gradebook.find_grade("mse-checks", "sgd", "sgd", "student-0")
            assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (3.5, 1.0, True)
            assert grade.auto_score == (8 if again == "--force" else 6)
            assert gradebook.find_comment("mse", "sgd", "sgd", "student-0").comment == "Well argued."
        assert "Well argued." in (class_of_eight / "course/feedback/student-0/sgd/sgd.html").read_text("utf-8")


def test_links_are_not_followed(class_of_eight: Path, maker: Maker) -> None:
    submitted = class_of_eight / "course" / "submitted"
    secret = class_of_eight / "solutions" / "secret.txt"
    secret.write_text("the answers", "utf-8")
    for student in STUDENTS:
        (submitted / student / "sgd" / "data.csv").symlink_to(secret)
    notebook = submitted / "student-1" / "sgd" / "sgd.ipynb"
    notebook.unlink()
    notebook.symlink_to(submitted / "student-0" / "sgd" / "sgd.ipynb")
    (submitted / "student-9").symlink_to(submitted / "student-0")
    done = run(class_of_eight, "autograder", "grade", "--student", "student-[019]")
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.startswith("student-")}
    for student in ("student-1", "student-9"):
        assert "sgd.ipynb or its folder is a link" in rows[student]
    assert rows["student-0"].split()[-1] == "53"
    copies = [
        path
        for folder in FOLDERS
        for path in (class_of_eight / "course" / folder).rglob("*")
        if path.name == "data.csv"
    ]
    assert copies == []
