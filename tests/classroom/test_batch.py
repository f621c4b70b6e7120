"""`autograder grade`: a class into the gradebook, and again; the same marks as plain nbgrader."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.lesson.report import Report
from tests.conftest import hand_in, make_course, run
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

Done = subprocess.CompletedProcess[str]
SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
OWN = "print('mine')\nplt.plot([1, 2])\nplt.show()\n%time 6 * 7"
RAISES = "def predict(x, a):\n    raise ValueError('<b>')"
CLASS: dict[str, dict[str, Any]] = {
    "blank": {"start": "blank"},
    "broken": {"text": "not a notebook"},
    "deleted": {"delete": ["mse-checks", "predict"], "answers": {"mse": SUM}},
    "doubled": {"duplicate": ["fit-checks", "fit"]},
    "forger": {
        "edit": {"fit-checks": "print('all passed')\n10.0"},
        "answers": {"fit": "def fit(*args):\n    print(10.0)\n    return 10.0"},
    },
    "half": {"answers": {"mse": SUM, "predict": RAISES}},
    "painter": {"append": [OWN]},
    "right": {},
    "Right": {},
    "syntax": {"answers": {"fit": "def fit(:"}},
}
BUTTONS = """
from pathlib import Path
from nbgrader.apps.api import NbGraderAPI
from autograder.classroom.course import load_config
api = NbGraderAPI(config=load_config(Path.cwd()))
assert api.autograde("sgd", "half")["success"]
assert api.generate_feedback("sgd", "half")["success"]
"""


def marks(course: Path) -> dict[str, dict[str, float | None]]:
    """Every mark in the gradebook: by student, then by graded cell."""
    with Gradebook(f"sqlite:///{course}/course/gradebook.db", "sgd-from-scratch") as gradebook:
        return {
            submission.student.id: {
                grade.cell.name: grade.score for note in submission.notebooks for grade in note.grades
            }
            for submission in gradebook.assignment_submissions("sgd")
        }


def totals(course: Path) -> dict[str, float]:
    return {student: sum(filter(None, found.values())) for student, found in marks(course).items()}


def report(course: Path, student: str) -> Report:
    return Report.from_json((course / "course" / "reports" / "sgd" / f"{student}.json").read_text("utf-8"))


def page(course: Path, student: str) -> Path:
    return course / "course" / "feedback" / student / "sgd" / "sgd.html"


def autograded(course: Path, student: str) -> Any:
    return nbformat.read(course / "course" / "autograded" / student / "sgd" / "sgd.ipynb", as_version=4)


OTHER_FILES: dict[str, dict[str, dict[str, Any]]] = {  # of those who did not hand in sgd.ipynb alone, by student
    "beside": {"sgd.ipynb": {"start": "blank"}, "sgd-1.ipynb": {}},
    "deeper": {"homework/sgd.ipynb": {}},
    "empty": {},
    "nameless": {"homework.ipynb": {}},
    "several": {"sgd.ipynb": {"start": "blank"}, "a.ipynb": {}, "b.ipynb": {}},
    "textfile": {"sgd.ipynb.txt": {}},
}
NOTES = {
    "beside": "graded: sgd-1.ipynb; sgd.ipynb beside it is not answered",
    "deeper": "graded: homework/sgd.ipynb; there is no sgd.ipynb",
    "empty": "there is no sgd.ipynb in the hand-in: the folder is empty",
    "nameless": "graded: homework.ipynb; there is no sgd.ipynb",
    "several": "several notebooks in the hand-in are answered (a.ipynb, b.ipynb), and none of them is sgd.ipynb: "
    "hand in the one that counts, as sgd.ipynb",
    "textfile": "graded: sgd.ipynb.txt; there is no sgd.ipynb",
}
EVERYBODY = {*CLASS, *OTHER_FILES}
BAD_NAMES = {
    "trailing ": "'trailing ' could not be graded: its folder's name begins or ends with a blank",
    os.fsdecode(b"M\xfcller"): r"'M\udcfcller' could not be graded: its folder's name is not UTF-8",
    "a\u202eb": r"'a\u202eb' could not be graded: its folder's name has a character that does not show",
    "x" * 251: f"'{'x' * 38}…{'x' * 19}' could not be graded: its folder's name has 251 bytes, more than 241",
}
STRAYS = {
    "bob/sgd.ipynb": "bob/sgd.ipynb could not be graded: a hand-in lies at bob/sgd/sgd.ipynb: move it there, or away",
    "cyd/SGD/sgd.ipynb": "cyd/SGD could not be graded: rename this folder to sgd",
    "eve.ipynb": "eve.ipynb could not be graded: a hand-in lies at STUDENT/sgd/sgd.ipynb: move it there, or away",
}
ALIKE = "'Right', 'right' differ in case or Unicode form only: if that is one student, keep one folder"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> tuple[Path, Done]:
    """A class, graded as the very first command in a fresh course, and what the command said."""
    course = make_course(tmp_path_factory.mktemp("graded") / "course-folder", fresh=True)
    for student, how in CLASS.items():
        hand_in(course, student, maker.text(**{"bare": True, **how}))
    for student, files in OTHER_FILES.items():
        (course / "course" / "submitted" / student / "sgd").mkdir(parents=True)
        for name, how in files.items():
            hand_in(course, student, maker.text(**{"bare": True, **how}), name)
    for student in BAD_NAMES:
        hand_in(course, student, maker.text(bare=True))
    for stray in STRAYS:
        path = course / "course" / "submitted" / stray
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(maker.text(bare=True), "utf-8")
    return course, run(course, "autograder", "grade", "sgd")


def test_class_is_graded_to_the_end(graded: tuple[Path, Done]) -> None:
    course, done = graded
    assert done.returncode == 2
    lines = [line.split() for line in done.stdout.splitlines() if not line.startswith(" ")]
    rows = {line[0]: line for line in lines[1 : lines.index([])]}
    assert rows.keys() >= EVERYBODY
    assert rows["right"] == ["right", "6", "8", "8", "8", "10", "6", "7", "53"]
    assert "13 graded, 0 unchanged, 3 unreadable\n" in done.stdout
    assert f"feedback: {course}/course/feedback/STUDENT/sgd/sgd.html" in done.stdout


def test_what_is_not_graded_is_named_and_leaves_nothing(graded: tuple[Path, Done]) -> None:
    course, done = graded
    expected = [f"autograder: {reason}: rename the folder" for reason in BAD_NAMES.values()]
    expected += [f"autograder: {line}" for line in (*STRAYS.values(), ALIKE)]
    assert sorted(done.stderr.splitlines()) == sorted(expected)
    assert {path.name for path in (course / "course" / "feedback").iterdir()} == EVERYBODY


def test_marks_pages_and_reports_say_the_same(graded: tuple[Path, Done]) -> None:
    course, _ = graded
    found = marks(course)
    assert found.keys() == EVERYBODY
    for student, cells in found.items():
        exercises = report(course, student).exercises
        assert cells == ({f"{one.id}-checks": one.score for one in exercises} or dict.fromkeys(cells, 0))
        assert f"<b>{totals(course)[student]:g}</b> of 53 points" in page(course, student).read_text("utf-8")
    assert totals(course)["right"] == totals(course)["doubled"] == totals(course)["painter"] == 53
    assert (found["forger"]["fit-checks"], found["deleted"]["predict-checks"], totals(course)["blank"]) == (0, 0, 0)


@pytest.mark.parametrize("student", OTHER_FILES)
def test_the_notebook_that_was_worked_on_is_graded_whatever_it_is_called(
    student: str, graded: tuple[Path, Done]
) -> None:
    course, done = graded
    found = report(course, student)
    assert (found.note, found.max_score) == (NOTES[student], 53)
    assert found.score == totals(course)[student] == (53 if NOTES[student].startswith("graded") else 0)
    assert NOTES[student] in page(course, student).read_text("utf-8")
    assert "".join(NOTES[student].split()[:3]) in "".join(done.stdout.split())


def test_feedback_page_shows_our_report(graded: tuple[Path, Done]) -> None:
    text = page(graded[0], "half").read_text("utf-8")
    assert "<title>Feedback: sgd, half</title>" in text
    assert "gives the mean of the squared errors" in text and "<pre>38</pre>" in text and "<pre>12.6667</pre>" in text
    assert "ValueError: &lt;b&gt;" in text
    assert "<script" not in text and "http://" not in text


def test_unreadable_hand_in_gets_a_page_that_says_why(graded: tuple[Path, Done]) -> None:
    text = " ".join(page(graded[0], "broken").read_text("utf-8").split())
    assert "Your hand-in could not be graded: the file is not JSON, so it is no Jupyter notebook" in text


def test_graded_cells_hold_what_nbgrader_counts(graded: tuple[Path, Done]) -> None:
    notebook = autograded(graded[0], "forger")
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [[output.output_type for output in cell.outputs] for cell in cells] == [
        ["display_data", "execute_result"]
    ] * 7
    assert [cell.outputs[1].data["text/plain"] for cell in cells] == ["6.0", "8.0", "8.0", "8.0", "0.0", "6.0", "7.0"]


def test_own_outputs_and_figures_are_kept(graded: tuple[Path, Done]) -> None:
    outputs = autograded(graded[0], "painter").cells[-1].outputs
    assert [output.output_type for output in outputs] == ["stream", "display_data", "stream", "execute_result"]
    assert outputs[0].text == "mine\n" and "image/png" in outputs[1].data and outputs[3].data["text/plain"] == "42"


def test_plain_nbgrader_and_formgraders_buttons_give_the_same_marks(graded: tuple[Path, Done]) -> None:
    course, _ = graded
    before = marks(course)
    page(course, "half").unlink()
    pressed = run(course, "python", "-W", "ignore", "-c", BUTTONS)  # what formgrader's buttons call
    assert pressed.returncode == 0, pressed.stderr
    assert marks(course) == before and page(course, "half").is_file()

    for student in BAD_NAMES:
        shutil.rmtree(course / "course" / "submitted" / student)
    (course / "course" / "gradebook.db").unlink()
    beside = course / "course" / "submitted" / "half" / "sgd"
    (beside / "notes.txt").symlink_to(course / "solutions" / "sgd.py")
    (beside / "timestamp.txt").write_text("yesterday, honestly")
    assert run(course, "autograder", "release", "sgd").returncode == 0
    theirs = run(course, "nbgrader", "autograde", "sgd", "--force")
    assert theirs.returncode == 0, theirs.stderr
    for student in ("deeper", "empty", "textfile"):  # nbgrader passes over a folder without any .ipynb
        del before[student]
    assert marks(course) == before
    assert [path.name for path in beside.joinpath("../../../autograded/half/sgd").iterdir()] == ["sgd.ipynb"]


def test_only_what_changed_is_graded_again(course: Path, maker: Maker) -> None:
    hand_in(course, "ada", maker.text("blank", bare=True))
    hand_in(course, "bob", maker.text("blank", bare=True))
    grade = ("autograder", "grade", "--jobs", "1")  # each process has torch to import
    assert "2 graded, 0 unchanged, 0 unreadable\n" in run(course, *grade).stdout
    hand_in(course, "bob", maker.text(bare=True))
    assert "1 graded, 1 unchanged, 0 unreadable\n1 graded again: the hand-in changed\n" in run(course, *grade).stdout
    assert totals(course) == {"ada": 0, "bob": 53}
    (course / "course" / "submitted" / "bob" / "sgd" / "sgd.ipynb").rename(course / "sgd.ipynb")

    forced = run(course, *grade, "--force", "--isolation", "none")
    assert "1 graded, 0 unchanged, 1 unreadable\n2 graded again: --force\n" in forced.stdout and totals(course) == {
        "ada": 0,
        "bob": 0,
    }
    assert report(course, "bob").note == "there is no sgd.ipynb in the hand-in: the folder is empty"
    assert "Student code ran without isolation (--isolation none)." in forced.stdout
    assert "Graded without isolation" in page(course, "ada").read_text("utf-8")
    assert report(course, "ada").isolation == "none"
    isolated = run(course, *grade).stdout
    assert "1 graded, 0 unchanged, 1 unreadable\n2 graded again: the isolation changed\n" in isolated
    assert report(course, "ada").isolation == "landlock+seccomp"
    assert "Graded without isolation" not in page(course, "ada").read_text("utf-8")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python runs it")
def test_who_wrote_with_a_newer_python_is_named(course: Path, maker: Maker) -> None:
    hand_in(
        course, "ada", maker.text(answers={"mse": "def mse[T](y_hat: T, y: T):\n    return ((y_hat - y) ** 2).mean()"})
    )
    hand_in(course, "bob", maker.text(answers={"mse": "def mse(y_hat, y:\n    return 0"}))
    done = run(course, "autograder", "grade", "sgd", "--jobs", "1")
    assert "\nfor you to look at, written with a newer Python: ada\n" in done.stdout
    with Gradebook(f"sqlite:///{course}/course/gradebook.db", "sgd-from-scratch") as gradebook:
        found = [gradebook.find_grade("mse-checks", "sgd", "sgd", student) for student in ("ada", "bob")]
        assert [(grade.auto_score, grade.needs_manual_grade) for grade in found] == [(None, True), (0.0, False)]
    page = (course / "course/feedback/ada/sgd/sgd.html").read_text("utf-8")
    assert "could not be judged here, and that is not your fault." in page and "Get that going first." not in page
    assert "\n0 graded, 2 unchanged, 0 unreadable\n" in run(course, "autograder", "grade", "sgd").stdout


def test_validate_of_the_stub_fails(course: Path) -> None:  # of a solved notebook: tests/test_lab.py, with the button
    stub = run(course, "nbgrader", "validate", "exercises/sgd/sgd.ipynb")
    assert "VALIDATION FAILED ON 7 CELL(S)!" in stub.stdout
