"""A second lesson, made as docs/adding-a-lesson.md says and of nothing else, in a course beside the first one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import cli
from autograder.basics.kit import KIT
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report
from tests.answers import load
from tests.conftest import Running, hand_in, make_course, run
from tests.lessons.test_answers import (
    test_a_right_answer_earns_all_marks as earns_all_marks,
)
from tests.lessons.test_answers import (
    test_a_wrong_answer_loses_marks_where_it_is_wrong_and_is_told_why as loses_marks,
)
from tests.sample_class import Maker
from tests.terminals import Terminal

pytestmark = pytest.mark.slow

FILE = re.compile(r"^`([\w./]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROOT_TAKEN = "def spread(x):\n    return x.std(correction=0)"
Say = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with this kit's lesson, and the one of the page."""
    root = make_course(tmp_path_factory.mktemp("two") / "course-folder")
    files = FILE.findall((KIT / "docs" / "adding-a-lesson.md").read_text("utf-8"))
    assert len(files) == 7
    for name, text in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    done = run(root, "autograder", "release", "spread")
    released = root / "exercises" / "spread" / "spread.ipynb"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"released: {released}\n", "")
    return root


@pytest.fixture(scope="module")
def spread(both: Path) -> Lesson:
    return Lesson.load("spread", both)


@pytest.fixture
def say(both: Path, at_once: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command in the course, in this process; its status, and what it prints."""
    monkeypatch.chdir(both)

    def command(*arguments: str) -> tuple[int, str]:
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return command


def test_lesson_is_read_from_its_notebook(both: Path, spread: Lesson) -> None:
    assert shelf.names(both) == ("sgd", "spread")
    assert spread.title == "How far numbers lie apart"
    assert [(task.id, task.points) for task in spread.tasks] == [("mean", 2.0), ("spread", 2.0)]
    stub = spread.cells["spread"]["source"].splitlines()[-1]
    assert stub == "    raise NotImplementedError('This exercise is not written yet.')"


def test_its_sample_answers_get_their_verdicts(both: Path, submit: Running) -> None:
    answers = [answer for answer in load(both) if answer.lesson.assignment == "spread"]
    assert len(answers) == 4
    for answer in answers:
        (earns_all_marks if answer.right else loses_marks)(answer, submit)


def test_a_notebook_is_checked_by_the_graders_of_its_own_lesson(
    say: Say, spread: Lesson, maker: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "homework.ipynb"
    path.write_text(Maker(spread).text(answers={"spread": ROOT_TAKEN}), "utf-8")
    status, text = say("check", str(path))
    assert (status, [line.rstrip() for line in text.splitlines()[:6]]) == (
        1,
        [
            "mean: all right, 2 of 2 points",
            "  ✓ finds the middle of two numbers",
            "  ✓ takes all numbers into account, however many",
            "",
            "spread: not right yet, 0 of 2 points",
            "  ✗ squares the distances from the mean",
        ],
    )
    assert "You give the root of the spread, which is measured in the numbers' own unit." in " ".join(text.split())
    path.write_text(maker.text(bare=True), "utf-8")
    status, text = say("check", str(path), "--json")
    assert (status, Report.from_json(text).assignment) == (0, "sgd")
    status, text = say("check", str(path), "--lesson", "spread")
    assert (status, text) == (
        2,
        f"autograder: {path}: the notebook is not that of assignment 'spread': none of its exercises is in it\n",
    )


def test_two_classes_are_graded_in_one_course(both: Path, say: Say, spread: Lesson, maker: Maker) -> None:
    for student, answers in {"ada": {}, "bob": {"mean": "def mean(x):\n    return x.sum()"}}.items():
        path = hand_in(both, student, maker.text(bare=True))
        other = path.parent.with_name("spread") / "spread.ipynb"
        other.parent.mkdir()
        other.write_text(Maker(spread).text(answers=answers), "utf-8")
    assert say("grade") == (2, "autograder: there are several lessons: say which one, sgd or spread\n")
    assert run(both, "autograder", "grade", "sgd").returncode == 0
    done = run(both, "autograder", "grade", "spread", "--jobs", "1")
    status, text = done.returncode, done.stdout
    table = [" ".join(line.split()) for line in text.splitlines()[:4]]
    assert (status, table) == (
        0,
        [
            "student mean spread total note",
            "ada 2 2 4",
            "bob 0 2 2",
            "",
        ],
    )
    page = (both / "course" / "feedback" / "bob" / "spread" / "spread.html").read_text("utf-8")
    assert "finds the middle of two numbers" in page
    assert "it was graded with the lesson&#39;s <code>mean</code>, because yours broke it." in page
    program = "from nbgrader.api import Gradebook\nimport sys\nwith Gradebook(sys.argv[1]) as g:\n"
    program += "    print(sorted((a.name, s.student.id, s.score) for a in g.assignments for s in a.submissions))"
    address = f"sqlite:///{both}/course/gradebook.db"
    done = subprocess.run([sys.executable, "-c", program, address], capture_output=True, text=True)
    assert done.stdout == (
        "[('sgd', 'ada', 53.0), ('sgd', 'bob', 53.0), ('spread', 'ada', 4.0), ('spread', 'bob', 2.0)]\n"
    ), done.stderr


def test_a_reader_goes_through_it(both: Path, say: Say, spread: Lesson) -> None:
    assert say("start") == (2, "autograder: there are several lessons: say which one, sgd or spread\n")
    assert say("start", "mine", "--lesson", "spread")[1].startswith("Your copy is mine/spread.ipynb.\n")
    path = both / "mine" / "spread.ipynb"
    assert json.loads(path.read_text("utf-8")) == spread.notebook | {"cells": json.loads(path.read_text())["cells"]}
    assert "Exercise 1 of 2, in section “1. The middle” of the notebook." in say("next", "mine")[1]

    path.write_text(Maker(spread).text(answers={"spread": ROOT_TAKEN}), "utf-8")
    terminal = Terminal(both / "mine", "watch")
    try:
        screen = terminal.until("h  another hint (0 of 3 given)")
        assert screen.splitlines()[1] == "✓ mean  ✗ spread"
        terminal.press("h")
        assert "For 1 and 5 yours is 2, and the docstring's is 4." in terminal.until("another hint (1 of 3 given)")
        path.write_text(Maker(spread).text(), "utf-8")
        screen = terminal.until("Where to go from here")
        assert "Everything is right, also on a second look with other random numbers." in screen
        assert "- The same for tables: torch.var, and what its correction is for." in " ".join(screen.split())
    finally:
        terminal.close()
    assert say("solution", "spread", "mine") == (
        0,
        "def spread(x: torch.Tensor) -> torch.Tensor:\n    return mean((x - mean(x)) ** 2)\n",
    )
    path.write_text(Maker(spread).text(answers={"spread": ROOT_TAKEN}), "utf-8")
    assert "That is hint 2 of 3." in say("hint", "spread", "mine")[1]
    assert say("hint", "mse", "mine") == (2, "autograder: no exercise 'mse': the exercises are mean, spread\n")
    assert "spread is a stub again" in say("reset", "spread", "mine")[1]


def test_where_both_lie_in_one_folder_one_has_to_be_named(both: Path, say: Say) -> None:
    folder = both / "together"
    folder.mkdir()
    for name in ("sgd", "spread"):
        shutil.copy(shelf.release(name, both), folder)
    assert say("next", "together") == (
        2,
        "autograder: there are several notebooks: say which one, together/sgd.ipynb or together/spread.ipynb\n",
    )
    assert say("next", "together", "--lesson", "spread")[0] == 0
    assert say("next", "together/sgd.ipynb")[0] == 0


def test_check_in_a_notebook_knows_the_lesson_by_what_is_defined(both: Path) -> None:
    program = "from autograder import check\ndef mean(x): return x.sum() / len(x)\ncheck(mean)\ncheck('mse', 'sgd')"
    done = subprocess.run([sys.executable, "-c", program], cwd=both, capture_output=True, text=True)
    assert done.stdout.splitlines()[0] == "mean: all right, 2 of 2 points", done.stderr
    assert "mse: not attempted, 0 of 8 points" in done.stdout


def test_a_lesson_that_is_not_there_is_named(both: Path, say: Say) -> None:
    place = both / "solutions" / "algebra.py"
    assert say("release", "algebra") == (2, f"autograder: unknown assignment 'algebra': there is no {place}\n")
    assert say("grade", "algebra") == (
        2,
        "autograder: unknown assignment 'algebra': there is no exercises/algebra/algebra.ipynb\n",
    )
