"""What makes a hand-in be graded again: each thing that its result depends on, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.basics.kit import KIT
from autograder.classroom import basis
from autograder.classroom import batch as batches
from autograder.classroom.batch import Batch
from autograder.classroom.course import Course
from autograder.handin.handin import HandIn, read
from autograder.lesson.manifest import Lesson
from autograder.lesson.shelf import NOT_NEEDED
from autograder.sandbox import levels, probe
from tests.conftest import hand_in, make_course, run
from tests.sample_class import Maker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own, in this process too
]


def why(course: Path, isolation: str | None = None, student: str = "ada") -> list[str] | None:
    """Why the next run grades a hand-in again."""
    batch = Batch(Course(course), "sgd", isolation or probe.best())
    batch.prepare()
    return batch._again(student, batch.entries().get(student), batch.basis, batch.deadlines)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> Path:
    """A course with graders of its own and two hand-ins, one of them no notebook, both graded."""
    course = make_course(tmp_path_factory.mktemp("earlier") / "course-folder")
    shutil.copytree(KIT / "lessons", course / "lessons", ignore=shutil.ignore_patterns(*NOT_NEEDED))
    hand_in(course, "ada", maker.text("blank", bare=True))
    hand_in(course, "bob", "no notebook")
    done = run(course, "autograder", "grade", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    return course


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    """A copy of it: where a course lies is nothing that a result depends on."""
    return shutil.copytree(graded, tmp_path / "another-folder")


def submitted(course: Path) -> Path:
    return course / "course" / "submitted" / "ada" / "sgd"


def add(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def configure(course: Path, setting: str) -> None:
    add(course / "nbgrader_config.py", f"{setting}\n")


def gradebook(course: Path, change: Callable[[Any], object]) -> None:
    with Gradebook(f"sqlite:///{course}/course/gradebook.db", "sgd-from-scratch") as found:
        change(found)
        found.db.commit()


def set_due(found: Any) -> None:
    found.update_or_create_assignment("sgd", duedate=datetime(2026, 11, 5))


def put_off(found: Any) -> None:
    set_due(found)
    found.find_submission("sgd", "ada").extension = timedelta(days=1)


def unmark(found: Any) -> None:
    found.find_grade("mse-checks", "sgd", "sgd", "ada").auto_score = None


def mark(found: Any) -> None:
    found.find_grade("mse-checks", "sgd", "sgd", "ada").auto_score = 8.0


def backdate(found: Any) -> None:
    found.find_submission("sgd", "ada").timestamp = datetime(2026, 11, 5)


def replace_gradebook(course: Path) -> None:
    (course / "course" / "gradebook.db").unlink()


def spoil(place: str, text: str | None, course: Path) -> None:
    path = course / "course" / place
    path.unlink()
    if text is not None:
        path.write_text(text)


INCOMPLETE = "their results were not all there, or an older kit's"
RESULTS = ("autograded/ada/sgd/sgd.ipynb", "feedback/ada/sgd/sgd.html", "reports/sgd/ada.json")
LATE = """
from nbgrader.plugins import LateSubmissionPlugin
class Late(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {}
c.AssignLatePenalties.plugin_class = Late
"""
CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "hand-in": (lambda course: add(submitted(course) / "sgd.ipynb", " "), "the hand-in changed"),
    "another file of the hand-in": (
        lambda course: shutil.copy(submitted(course) / "sgd.ipynb", submitted(course) / "sgd-1.ipynb"),
        "the hand-in changed",
    ),
    "no hand-in": (lambda course: (submitted(course) / "sgd.ipynb").unlink(), "the hand-in changed"),
    "time": (lambda course: add(submitted(course) / "timestamp.txt", "2026-11-05"), "timestamp.txt changed"),
    "due date": (lambda course: gradebook(course, set_due), "the due date changed"),
    "extension": (lambda course: gradebook(course, put_off), "the due date changed"),
    "limits": (
        lambda course: configure(course, "c.HiddenGraders.limits = {'call': 9}"), "the settings of HiddenGraders changed",
    ),
    "preprocessors": (
        lambda course: configure(course, "c.Autograde.autograde_preprocessors.append('nbgrader.preprocessors.LimitOutput')"),
        "the settings of Autograde changed",
    ),
    "penalty of one's own": (
        lambda course: configure(course, LATE.format(1.0)), "the settings of AssignLatePenalties changed",
    ),
    "lesson": (lambda course: add(course / "solutions" / "sgd.py", "#"), "the lesson changed"),
    "release": (lambda course: add(course / "exercises" / "sgd" / "sgd.ipynb", " "), "the lesson changed"),
    "grader": (lambda course: add(course / "lessons/sgd/graders/test_mse.py", "#"), "the graders changed"),
    "what graders share": (lambda course: add(course / "lessons/sgd/graders/new.py", "#"), "the graders changed"),
    "misconception": (lambda course: add(course / "lessons/sgd/misconceptions/mse.py", "#"), "the graders changed"),
    "words": (lambda course: add(course / "lessons/sgd/lesson.toml", "#"), "the graders changed"),
    "gradebook deleted": (replace_gradebook, "the gradebook did not have their marks"),
    "student removed": (
        lambda course: gradebook(course, lambda found: found.remove_student("ada")),
        "the gradebook did not have their marks",
    ),
    "mark removed": (lambda course: gradebook(course, unmark), "the gradebook did not have their marks"),
    "mark of another time": (lambda course: gradebook(course, mark), "the gradebook did not have their marks"),
    "time of another time": (lambda course: gradebook(course, backdate), "the gradebook did not have their marks"),
    **{f"{place} is gone": (partial(spoil, place, None), INCOMPLETE) for place in RESULTS},
    **{f"{place} is spoilt": (partial(spoil, place, "{}"), INCOMPLETE) for place in RESULTS if "html" not in place},
}  # fmt: skip


def test_nothing_else_makes_it_be_graded_again(course: Path, graded: Path) -> None:
    assert why(course) == why(course, student="bob") == []
    (submitted(course) / "sgd.ipynb").touch()
    add(submitted(course) / "notes.txt", "not used")
    add(course / "lessons" / "sgd" / "graders" / "__pycache__" / "x.pyc", "made by Python")
    configure(course, "# a remark")
    configure(course, "c.ExportApp.assignment = ['sgd']")
    configure(course, "c.LateSubmissionPlugin.penalty_method = 'zero'")  # nobody is late
    gradebook(course, lambda found: setattr(found.find_submission("sgd", "ada"), "extension", timedelta(days=1)))
    gradebook(course, lambda found: setattr(found.find_grade("mse-checks", "sgd", "sgd", "ada"), "manual_score", 3))
    assert why(course) == why(course, student="bob") == []
    assert why(course, student="cyd") is None


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_a_result_depends_on_is_graded_again_when_it_changes(change: str, course: Path) -> None:
    do, reason = CHANGES[change]
    do(course)
    assert why(course) == [reason]


def test_isolation_is_looked_at(course: Path) -> None:
    assert why(course, levels.NONE) == ["the isolation changed"]


def test_kit_is_looked_at(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "_kit", lambda: "another")
    assert why(course) == ["the kit changed"]


def test_code_of_a_penalty_is_looked_at(course: Path) -> None:
    configure(course, LATE.format(1.0))
    before = basis._settings(Course(course))
    configure(course, LATE.format(2.0))
    after = basis._settings(Course(course))
    assert [name for name in before if before[name] != after[name]] == ["c.AssignLatePenalties"]


def test_several_reasons_are_all_said(course: Path) -> None:
    for change in ("hand-in", "grader", "mark removed"):
        CHANGES[change][0](course)
    assert why(course) == [
        "the hand-in changed", "the graders changed", "the gradebook did not have their marks",
    ]  # fmt: skip


def test_results_of_an_older_kit_are_made_again(course: Path) -> None:
    path = course / "course" / "autograded" / "ada" / "sgd" / "sgd.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    del notebook["metadata"]["autograder"]["basis"]
    path.write_text(json.dumps(notebook))
    assert why(course) == [INCOMPLETE]


def test_what_nbgrader_graded_stands(course: Path) -> None:
    shutil.rmtree(course / "course" / "autograded")
    assert run(course, "nbgrader", "autograde", "sgd", "--student", "ada", "--force").returncode == 0
    assert run(course, "nbgrader", "generate_feedback", "sgd", "--student", "ada", "--force").returncode == 0
    assert why(course) == []


def test_hand_in_that_changes_while_it_is_graded_is_graded_again(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_and_replace(path: Path, lesson: Lesson) -> HandIn:
        found = read(path, lesson)
        add(path, " ")
        return found

    monkeypatch.setattr("autograder.handin.delivery.read", read_and_replace)
    batches._steps.cache_clear()
    assert batches._grade_one(Batch(Course(course), "sgd", probe.best()), "ada").error is None
    assert why(course) == ["the hand-in changed"]


def test_time_that_is_there_no_more_ends_in_the_gradebook_and_takes_the_penalty_along(
    course: Path, maker: Maker
) -> None:
    hand_in(course, "ada", maker.text(bare=True))
    add(submitted(course) / "timestamp.txt", "2026-11-06 08:30:00 UTC")
    configure(course, "c.LateSubmissionPlugin.penalty_method = 'zero'")
    gradebook(course, set_due)
    grade = ("autograder", "grade", "--jobs", "1", "--student", "ada")
    first = run(course, *grade).stdout
    assert "1 graded again: the hand-in changed, timestamp.txt changed, the due date changed\n" in first
    assert "0 in the gradebook: a penalty of 53" in " ".join(first.split())
    (submitted(course) / "timestamp.txt").write_text("garbage")
    done = run(course, *grade)
    assert done.stderr == (
        "autograder: ada: timestamp.txt holds no time that can be read, such as 2026-11-05 08:30:00 UTC, "
        "and counts as none\n"
    )
    assert done.returncode == 0 and "1 graded again: timestamp.txt changed\n" in done.stdout
    assert "in the gradebook: " not in done.stdout
    gradebook(course, lambda found: setattr(found.find_grade("mse-checks", "sgd", "sgd", "ada"), "manual_score", 4))
    last = run(course, *grade).stdout
    assert "49 in the gradebook: marks by hand" in " ".join(last.split()) and "0 graded, 1 unchanged" in last
