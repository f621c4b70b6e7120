"""`autograder grade`: a class into the gradebook, and again; the same marks as plain nbgrader."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.report import Report
from tests.conftest import hand_in
from tests.sample_class import Maker

Run = Callable[..., subprocess.CompletedProcess[str]]
HALF = {"mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"}
CLASS: dict[str, dict[str, Any]] = {
    "blank": {"start": "blank"},
    "broken": {"text": "not a notebook"},
    "deleted": {"delete": ["mse-checks", "predict"], "answers": HALF},
    "doubled": {"duplicate": ["fit-checks", "fit"]},
    "forger": {
        "edit": {"fit-checks": "print('all passed')\n10.0"},
        "answers": {"fit": "def fit(*args):\n    print(10.0)\n    return 10.0"},
    },
    "half": {"answers": HALF},
    "right": {},
    "syntax": {"answers": {"fit": "def fit(:"}},
}


def marks(course: Path) -> dict[str, dict[str, float | None]]:
    """Every mark in the gradebook: by student, then by graded cell."""
    with Gradebook(f"sqlite:///{course}/course/gradebook.db", "sgd-from-scratch") as gradebook:
        return {
            submission.student.id: {
                grade.cell.name: grade.score for note in submission.notebooks for grade in note.grades
            }
            for submission in gradebook.assignment_submissions("sgd")
        }


def in_reports(course: Path) -> dict[str, dict[str, float]]:
    """Every mark in the Reports, in the same form."""
    found = {}
    for path in (course / "course" / "reports" / "sgd").glob("*.json"):
        report = Report.from_json(path.read_text("utf-8"))
        found[path.stem] = {f"{exercise.id}-checks": exercise.score for exercise in report.exercises}
    return found


@pytest.fixture
def handed_in(course: Path, maker: Maker) -> Path:
    for student, how in CLASS.items():
        hand_in(course, student, maker.text(**{"bare": True, **how}))
    return course


def test_autograder_and_nbgrader_agree_mark_for_mark(handed_in: Path, run: Run) -> None:
    ours = run("autograder", "grade", "sgd")
    assert ours.returncode == 0, ours.stderr
    by_autograder = marks(handed_in)
    pages = {path.parent.parent.name: path for path in (handed_in / "course" / "feedback").rglob("sgd.html")}

    assert by_autograder.keys() == CLASS.keys() == pages.keys()
    for student, found in in_reports(handed_in).items():
        assert by_autograder[student] == (found or dict.fromkeys(by_autograder[student], 0))
    assert sum(filter(None, by_autograder["right"].values())) == 53
    assert by_autograder["forger"]["fit-checks"] == 0
    assert by_autograder["deleted"]["predict-checks"] == 0
    assert "| " not in ours.stdout and "53" in ours.stdout.split("right ")[1].splitlines()[0]

    (handed_in / "course" / "gradebook.db").unlink()
    registered = run("nbgrader", "generate_assignment", "sgd", "--force")
    assert registered.returncode != 0  # without the lesson as a notebook there is nothing to generate from
    assert run("python", "-m", "autograder.release").returncode == 0
    theirs = run("nbgrader", "autograde", "sgd", "--force")
    assert theirs.returncode == 0, theirs.stderr
    assert marks(handed_in) == by_autograder
    feedback = run("nbgrader", "generate_feedback", "sgd", "--force")
    assert feedback.returncode == 0, feedback.stderr


BUTTONS = """
from pathlib import Path
from nbgrader.apps.api import NbGraderAPI
from autograder.course import load_config
api = NbGraderAPI(config=load_config(Path.cwd()))
assert api.autograde("sgd", "ada")["success"]
assert api.generate_feedback("sgd", "ada")["success"]
print("score:", api.get_student_notebook_submissions("ada", "sgd")[0]["score"])
"""


def test_formgraders_buttons_give_the_same_marks(course: Path, maker: Maker, run: Run) -> None:
    hand_in(course, "ada", maker.text(answers=HALF, bare=True))
    assert run("autograder", "grade").returncode == 0
    assert sum(filter(None, marks(course)["ada"].values())) == 51
    (course / "course" / "feedback" / "ada" / "sgd" / "sgd.html").unlink()
    pressed = run("python", "-W", "ignore", "-c", BUTTONS)  # what the buttons call
    assert "score: 51.0" in pressed.stdout, pressed.stderr
    assert (course / "course" / "feedback" / "ada" / "sgd" / "sgd.html").is_file()


def test_feedback_page_shows_our_report(course: Path, maker: Maker, run: Run) -> None:
    hand_in(
        course,
        "ada",
        maker.text(answers={**HALF, "predict": "def predict(x, a):\n    raise ValueError('<b>')"}, bare=True),
    )
    assert run("autograder", "grade").returncode == 0
    page = (course / "course" / "feedback" / "ada" / "sgd" / "sgd.html").read_text("utf-8")
    assert "<title>Feedback: sgd, ada</title>" in page
    assert "gives the mean of the squared errors" in page and "<pre>38</pre>" in page and "<pre>12.6667</pre>" in page
    assert "ValueError: &lt;b&gt;" in page and "<b>'" not in page
    assert "<script" not in page and "http://" not in page.replace("http://www.w3.org", "")


def test_graded_cells_hold_what_nbgrader_counts(course: Path, maker: Maker, run: Run) -> None:
    hand_in(course, "ada", maker.text(answers=HALF, bare=True))
    assert run("autograder", "grade").returncode == 0
    notebook = nbformat.read(course / "course" / "autograded" / "ada" / "sgd" / "sgd.ipynb", as_version=4)
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [[output.output_type for output in cell.outputs] for cell in graded] == [
        ["display_data", "execute_result"]
    ] * 7
    assert graded[1].outputs[1].data["text/plain"] == "6.0"
    nbformat.validate(notebook)


def test_own_outputs_and_figures_are_kept(course: Path, maker: Maker, run: Run) -> None:
    cell = "print('mine')\nplt.plot([1, 2])\nplt.show()\n%time 6 * 7"
    hand_in(course, "ada", maker.text(append=[cell], bare=True))
    assert run("autograder", "grade").returncode == 0
    notebook = nbformat.read(course / "course" / "autograded" / "ada" / "sgd" / "sgd.ipynb", as_version=4)
    outputs = notebook.cells[-1].outputs
    assert [output.output_type for output in outputs] == ["stream", "display_data", "stream", "execute_result"]
    assert outputs[0].text == "mine\n" and "image/png" in outputs[1].data and outputs[3].data["text/plain"] == "42"


def test_only_what_changed_is_graded_again(course: Path, maker: Maker, run: Run) -> None:
    hand_in(course, "ada", maker.text("blank", bare=True))
    hand_in(course, "bob", maker.text("blank", bare=True))
    assert "2 graded\n" in run("autograder", "grade").stdout
    assert "2 graded, 2 of them unchanged since the last time\n" in run("autograder", "grade").stdout
    hand_in(course, "bob", maker.text(bare=True))
    assert "2 graded, 1 of them unchanged since the last time\n" in run("autograder", "grade").stdout
    assert {student: sum(filter(None, found.values())) for student, found in marks(course).items()} == {
        "ada": 0,
        "bob": 53,
    }
    assert "1 graded\n" in run("autograder", "grade", "--force", "--student", "a*").stdout


def test_hand_in_without_the_notebook_gets_a_report(course: Path, maker: Maker, run: Run) -> None:
    hand_in(course, "ada", maker.text(bare=True), name="homework.ipynb")
    done = run("autograder", "grade")
    assert done.returncode == 0
    report = json.loads((course / "course" / "reports" / "sgd" / "ada.json").read_text("utf-8"))
    assert (report["score"], report["exercises"]) == (0, [])
    assert report["note"] == "there is no sgd.ipynb in the hand-in: found homework.ipynb"


def test_without_isolation_every_page_says_so(course: Path, maker: Maker, run: Run) -> None:
    hand_in(course, "ada", maker.text("blank", bare=True))
    done = run("autograder", "grade", "--isolation", "none")
    assert "Student code ran without isolation (--isolation none)." in done.stdout
    page = (course / "course" / "feedback" / "ada" / "sgd" / "sgd.html").read_text("utf-8")
    assert "Graded without isolation" in page
    assert json.loads((course / "course" / "reports" / "sgd" / "ada.json").read_text("utf-8"))["isolation"] == "none"


def test_validate_of_the_stub_fails_and_of_a_solved_notebook_succeeds(course: Path, maker: Maker, run: Run) -> None:
    stub = run("nbgrader", "validate", "exercises/sgd/sgd.ipynb")
    assert "VALIDATION FAILED ON 7 CELL(S)!" in stub.stdout
    (course / "solved.ipynb").write_text(maker.text(), "utf-8")
    solved = run("nbgrader", "validate", "solved.ipynb")
    assert "Success! Your notebook passes all the tests." in solved.stdout
