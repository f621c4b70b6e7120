"""A batch that is killed, interrupted or starved, and then run again, ends as if nothing had happened."""

from __future__ import annotations

import hashlib
import json
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

from autograder.classroom import batch as batches
from autograder.classroom.batch import Batch, Outcome
from autograder.classroom.course import Course
from autograder.lesson.report import Report
from autograder.sandbox import probe
from tests.conftest import WHEN, hand_in, make_course, run
from tests.sample_class import Maker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own, in this process too
]
STUDENTS = [f"student-{number:02}" for number in range(14)]
SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
FOLDERS = ("autograded", "feedback", "reports")


@pytest.fixture
def whole_class(tmp_path: Path, maker: Maker) -> Path:
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
        hand_in(course, student, maker.text(bare=True, answers={} if student < "student-07" else {"mse": SUM}))
    return course


def state(course: Path) -> dict[str, Any]:
    """Every mark, and every file by its content but for when it was graded; nothing else in them is of one run only."""
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
    texts = {str(path.relative_to(course)): WHEN.sub(b"", path.read_bytes()) for path in files}
    return {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()} | {"marks": marks}


def pages(course: Path) -> dict[str, int]:
    """When each page that is there was written."""
    return {path.parts[-3]: path.stat().st_mtime_ns for path in course.glob("course/feedback/*/sgd/sgd.html")}


@pytest.fixture
def start(whole_class: Path, tmp_path: Path) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """Starts the batch in the background, with so many processes; at the end, nothing of it may be left."""
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    (tmp_path / "temporary").mkdir()
    started: list[subprocess.Popen[str]] = []

    def begin(jobs: int) -> subprocess.Popen[str]:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs, and theirs, ignore it
        command = [str(Path(sys.executable).parent / "autograder"), "grade", "--jobs", str(jobs)]
        started.append(
            subprocess.Popen(
                command, cwd=whole_class, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
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
        except (psutil.Error, OSError):  # its folder may have too long a name
            continue
    return found


def until(condition: Callable[[], object], otherwise: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, otherwise
        time.sleep(0.02)


def below(process: subprocess.Popen[str] | psutil.Process, what: str) -> list[psutil.Process]:
    """The graders, warm processes or workers of a batch, told from each other by their places in the tree."""
    try:
        children = psutil.Process(process.pid).children()
        graders = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        warm = [child for grader in graders for child in grader.children()]
        workers = [child for one in warm for child in one.children()]
    except psutil.Error:
        return []
    return {"grader": graders, "warm": warm, "worker": workers}[what]


def test_whatever_is_killed_the_class_is_graded_in_the_end(
    whole_class: Path, start: Callable[[int], subprocess.Popen[str]], undisturbed: dict[str, Any]
) -> None:
    def wait(process: subprocess.Popen[str], finished: int, what: str) -> list[psutil.Process]:
        until(lambda: len(pages(whole_class)) >= finished and below(process, what), f"no {what} after {finished} pages")
        return below(process, what)

    first = start(2)  # killed before anything is done
    wait(first, 0, "worker")
    first.kill()
    first.wait()
    until(lambda: not leftovers(whole_class.parent), "graders outlive the main process", 20)
    assert pages(whole_class) == {}

    second = start(1)  # loses a worker, a warm process and a grader, and is killed itself
    wait(second, 1, "worker")[0].kill()
    wait(second, 3, "warm")[0].kill()
    before = pages(whole_class)
    wait(second, 5, "grader")[0].kill()
    wait(second, 7, "worker")
    second.kill()
    until(lambda: not leftovers(whole_class.parent), "graders outlive the main process", 20)

    third = start(2)  # interrupted
    wait(third, 9, "worker")
    os.killpg(third.pid, signal.SIGINT)
    _, errors = third.communicate(timeout=60)
    assert third.returncode == 130
    assert errors.strip().endswith("autograder: interrupted; the same command again goes on from here")
    assert "Traceback" not in errors
    between = pages(whole_class)
    assert before.items() <= between.items() and len(between) < len(STUDENTS)

    last = run(whole_class, "autograder", "grade", "--jobs", "1")
    assert last.returncode == 0, last.stderr
    assert f"{len(STUDENTS) - len(between)} graded, {len(between)} unchanged, 0 unreadable\n" in last.stdout
    assert between.items() <= pages(whole_class).items(), "a finished hand-in was graded twice"
    assert state(whole_class) == undisturbed
    texts = (whole_class / "course" / "history.jsonl").read_text().splitlines()
    assert {json.loads(text)["student"] for text in texts} == set(STUDENTS)


@pytest.mark.parametrize("what", ["hangs", "is killed"])
def test_grader_that_is_lost_costs_one_hand_in(what: str, whole_class: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (whole_class / "nbgrader_config.py").open("a") as config:
        config.write("c.HiddenGraders.limits = {'submission': 38}\n")
    monkeypatch.setattr(batches, "MARGIN", 0)
    work = Batch(Course(whole_class), "sgd", probe.best())
    outcomes: list[Outcome] = []
    for outcome in work.run(STUDENTS[:4], 1):
        outcomes.append(outcome)
        if len(outcomes) == 1:
            # Between two hand-ins it would cost none, and pebble would wait for it without end.
            until(lambda: below(psutil.Process(), "worker"), "no second hand-in")
            grader = below(psutil.Process(), "grader")[0]
            grader.suspend() if what == "hangs" else grader.kill()
    errors = [outcome.error for outcome in outcomes if outcome.error]
    assert errors == [
        "its grader gave no answer for 40 s; it was stopped"
        if what == "hangs"
        else "its grader ended before it was done (exit status -9)"
    ]
    assert len(pages(whole_class)) == 3


@pytest.fixture
def grade_here(whole_class: Path) -> Callable[..., Outcome]:
    """Grades one student as a process of the pool does, but in this one."""

    def grade(student: str, setting: str = "") -> Outcome:
        with (whole_class / "nbgrader_config.py").open("a") as config:
            config.write(f"{setting}\n")
        batches._steps.cache_clear()
        return batches._grade_one(Batch(Course(whole_class), "sgd", probe.best()), student)

    return grade


def test_failed_regrade_takes_the_old_mark_back(whole_class: Path, grade_here: Callable[..., Outcome]) -> None:
    assert grade_here("student-00").error is None
    assert {mark for mark, _, _ in state(whole_class)["marks"].values()} == {6.0, 8.0, 10.0, 7.0}
    error = grade_here("student-00", "c.HiddenGraders.limits = {'open_files': 1}").error
    assert error is not None and "a worker does not start: " in error
    left = state(whole_class)
    assert set(left.pop("marks").values()) == {(None, None, True)}
    assert left == {}


def test_marks_and_comments_of_people_survive_a_regrade(
    whole_class: Path, grade_here: Callable[..., Outcome], maker: Maker
) -> None:
    assert grade_here("student-00").error is None
    address = f"sqlite:///{whole_class}/course/gradebook.db", "sgd-from-scratch"
    with Gradebook(*address) as gradebook:
        grade = gradebook.find_grade("mse-checks", "sgd", "sgd", "student-00")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 3.5, 1.0, False
        gradebook.find_comment("mse", "sgd", "sgd", "student-00").manual_comment = "Well argued."
        gradebook.db.commit()
    for answers, score in (({}, 8), ({"mse": SUM}, 6)):
        hand_in(whole_class, "student-00", maker.text(bare=True, answers=answers))
        assert grade_here("student-00").error is None
        with Gradebook(*address) as gradebook:
            grade = gradebook.find_grade("mse-checks", "sgd", "sgd", "student-00")
            assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (3.5, 1.0, True)
            assert grade.auto_score == score
            assert gradebook.find_comment("mse", "sgd", "sgd", "student-00").comment == "Well argued."
        assert "Well argued." in (whole_class / "course/feedback/student-00/sgd/sgd.html").read_text("utf-8")


def test_links_are_not_followed(whole_class: Path, grade_here: Callable[..., Outcome]) -> None:
    submitted = whole_class / "course" / "submitted"
    secret = whole_class / "solutions" / "secret.txt"
    secret.write_text("the answers", "utf-8")
    (submitted / "student-00" / "sgd" / "data.csv").symlink_to(secret)
    notebook = submitted / "student-01" / "sgd" / "sgd.ipynb"
    notebook.unlink()
    notebook.symlink_to(submitted / "student-00" / "sgd" / "sgd.ipynb")
    (submitted / "student-99").symlink_to(submitted / "student-00")
    found = {}
    for student in ("student-00", "student-01", "student-99"):
        assert grade_here(student).error is None
        found[student] = Report.from_json(
            (whole_class / "course" / "reports" / "sgd" / f"{student}.json").read_text("utf-8")
        )
    assert found["student-00"].score == 53
    for student in ("student-01", "student-99"):
        assert (found[student].score, found[student].note) == (
            0, "sgd.ipynb or its folder is a link: the notebook itself has to be handed in",
        )  # fmt: skip
    copies = [path for folder in FOLDERS for path in (whole_class / "course" / folder).rglob("data.csv")]
    assert copies == []
