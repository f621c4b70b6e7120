"""The commands for those who work on their own: every one says what happened, why, and what next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from autograder.basics.text import plain
from autograder.learning import commands
from autograder.lesson.manifest import Lesson
from autograder.sandbox import levels, probe
from tests.learning.conftest import Say
from tests.sample_class import Maker
from tests.terminals import PROGRAM, Terminal

SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
RIGHT = "def predict(x, a):\n    return x @ a"
LUCKY = """
import torch
def predict(x, a):
    return x @ a if torch.initial_seed() == 0 else x @ a + 1
"""


@pytest.fixture
def save(tmp_path: Path, maker: Maker) -> Callable[..., None]:
    """Saves the notebook with these answers; the other exercises are solved, unless it is to start blank."""

    def write(start: str = "solved", **answers: str) -> None:
        (tmp_path / "sgd.ipynb").write_text(maker.text(start, answers, bare=True), "utf-8")

    return write


def remembered(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "progress.json").read_text("utf-8"))


def test_start_says_where_the_copy_is_and_what_to_do_with_it(say: Say, tmp_path: Path) -> None:
    assert say("start", "mine") == (
        "Your copy is mine/sgd.ipynb.\n\n"
        "1. Open it in JupyterLab, VS Code or Colab. For JupyterLab, run:\n"
        "       jupyter lab mine/sgd.ipynb\n"
        "2. In a second terminal, run:\n"
        "       autograder watch mine\n"
        "   Each time you save, it says what is right and what to look at next.\n\n"
        "Or ask now and then: autograder next mine\n0"
    )
    assert (tmp_path / "mine" / "sgd.ipynb").is_file()


def test_nothing_in_the_name_of_a_folder_commands_the_terminal(say: Say, tmp_path: Path, maker: Maker) -> None:
    place = "a\x1b[2J\u202eb\x9b\U000e0041ü"
    shown = [say("start", place), say("start", place), say("next", place), say("reset", "mse", place)]
    (tmp_path / place / "sgd.ipynb").write_text(maker.text(answers={"mse": SUM}, bare=True))
    shown += [say("hint", "mse", place), say("solution", "mse", place), say("reset", "mse", place)]
    (tmp_path / place / "sgd.ipynb").write_text(place)
    shown += [say("next", place), say("hint", "mse", place), say("watch", place + "/x"), say("check", place)]
    shown += [say("check", f"{place}/sgd.ipynb"), say("hint", place), say("check", place, "--exercise", place)]
    assert all(text == plain(text, keep="\n") for text in shown)
    assert sum("ü" in text for text in shown) > 10


def test_start_never_overwrites(say: Say) -> None:
    say("start")
    assert say("start") == (
        "autograder: sgd/sgd.ipynb is there already, and stays as it is: go on with it, or name another folder\n2"
    )


def test_next_on_a_fresh_copy_names_the_first_exercise(say: Say) -> None:
    say("start")
    assert say("next").splitlines()[-8:] == [
        "                                          0 of 7 exercises, 0 of 53 points",
        "",
        "predict: not attempted, 0 of 6 points",
        "  Exercise 1 of 7, in section “2. Predict, then measure” of the notebook.",
        "  Predict one number for each row: the dot product of the row with the",
        "  coefficients.",
        "  Read on to there, write your answer, and save.",
        "0",
    ]


def test_next_shows_the_first_failure_only(say: Say, save: Callable[..., None], tmp_path: Path) -> None:
    save(mse=SUM, fit="def fit(*args):\n    return []")
    assert say("next") == (
        "sgd.ipynb ──────────────────────────────────────────────────────────────────────\n"
        "✓ predict  ✗ mse  ✓ gradient  ✓ sgd_step  ✗ fit  ✓ plot_fit  ✓ vocabulary\n"
        "━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸             5 of 7 exercises, 41 of 53 points\n\n"
        "mse: partly right, 6 of 8 points\n"
        "  Good to know: given y as a column, shape (n, 1), your mse compares every row\n"
        "  with every other. No marks lost.\n"
        "  ✗ gives the mean of the squared errors\n"
        "      input     y_hat = [4, 1, 7], y = [1, 3, 2]\n"
        "      yours     38\n"
        "      expected  12.6667\n"
        "      You add the squared errors up, and nothing divides the sum.\n\n"
        "For a hint: autograder hint mse\n0"
    )
    assert remembered(tmp_path)["done"].keys() == {"predict", "gradient", "sgd_step", "plot_fit", "vocabulary"}


def test_each_hint_goes_one_level_further(say: Say, save: Callable[..., None], tmp_path: Path) -> None:
    save(mse=SUM)
    told = [
        "Hint: Duplicate every row: should the loss change?",
        "Hint: Read the name word by word, from the back: error, squared, mean. Which one is missing?",
        "Hint: A mean judges ten rows and a thousand rows on the same scale; a sum grows with them.",
    ]
    for number in range(1, 4):
        shown = say("hint", "mse")
        assert [hint in " ".join(shown.split()) for hint in told] == [place < number for place in range(3)]
        assert shown.endswith(f"\nThat is hint {number} of 3.\n0")
    last = say("hint", "mse")
    assert last.endswith("\nThose were all 3 hints. The answer itself: autograder solution mse --spoil\n0")
    assert remembered(tmp_path)["hints"] == {
        "mse": {"criterion": "gives the mean of the squared errors", "misconception": "sum-not-mean", "hints": 3}
    }


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What graders were started for."""
    found: list[str] = []
    grader: Any = vars(commands)["grader"]

    def start(lesson: Lesson, *arguments: Any, **options: Any) -> Any:
        found.append(lesson.assignment)
        return grader(lesson, *arguments, **options)

    monkeypatch.setattr(commands, "grader", start)
    return found


def test_an_unchanged_notebook_is_not_graded_again(
    say: Say, started: list[str], save: Callable[..., None], tmp_path: Path
) -> None:
    save(mse=SUM)
    first = say("next")
    assert started == ["sgd"] and say("next") == first and started == ["sgd"]
    for number in range(1, 4):
        assert say("hint", "mse").endswith(f"\nThat is hint {number} of 3.\n0")
    assert say("hint", "fit") == "fit is all right: there is nothing to hint at.\n0"
    assert started == ["sgd"], "hints are in what was found"
    (tmp_path / "helpers.py").write_text("one = 1\n")
    assert say("next").startswith(first[:400]) and started == ["sgd"] * 2, "what lies beside it may matter"
    save()
    assert "Where to go from here" in say("next") and started == ["sgd"] * 3
    assert "Where to go from here" in say("next") and started == ["sgd"] * 3, "both looks are remembered"


def test_a_damaged_memory_is_no_memory(say: Say, started: list[str], save: Callable[..., None], tmp_path: Path) -> None:
    save(mse=SUM)
    first, path = say("next"), tmp_path / "progress.json"
    whole = path.read_text("utf-8")
    looks = json.loads(whole)["looks"]
    for damaged in (whole.replace(looks, looks[:-8]), whole.replace(looks, looks[::-1]), whole[:-20], "", "[]"):
        path.write_text(damaged, "utf-8")
        before = len(started)
        assert say("next") == first and len(started) == before + 1


def test_what_ran_out_of_time_is_looked_at_anew_but_its_hints_are_known(
    say: Say, started: list[str], save: Callable[..., None]
) -> None:
    save("blank", predict="def predict(x, a):\n    while True: pass")
    assert "stopped after 3 s" in say("next") and len(started) == 1
    assert say("hint", "predict").count("Hint:") == 1 and len(started) == 1
    assert "stopped after 3 s" in say("next") and len(started) == 2


def test_without_torch_in_the_process_where_nothing_is_graded(
    save: Callable[..., None], tmp_path: Path, say: Say
) -> None:
    save(mse=SUM)
    say("next")
    code = (
        "import sys; from autograder import cli; sys.argv = ['autograder', 'hint', 'mse']; "
        "status = cli.main(); assert not {'torch', 'pytest', 'nbgrader'} & set(sys.modules); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and "That is hint 1 of 3." in done.stdout


def test_a_cell_that_is_gone_is_said_to_be_gone_and_reset_brings_it_back(
    say: Say, maker: Maker, tmp_path: Path
) -> None:
    (tmp_path / "sgd.ipynb").write_text(maker.text("blank", {"predict": RIGHT}, delete=("mse",), bare=True), "utf-8")
    gone = "mse: not attempted, 0 of 8 points\n  Its cell is gone: `autograder reset mse` brings it back.\n"
    assert gone in say("next") and gone in say("check", "sgd.ipynb")
    assert "mse is the next one to look at." in say("check", "sgd.ipynb")
    assert say("reset", "mse") == (
        "mse is a stub again, in sgd.ipynb.\n"
        "Its cell was gone, and is where it belongs.\n"
        "If the notebook is open, load it again: File > Reload Notebook from Disk.\n0"
    )
    assert "Its cell is gone" not in say("next") and "Exercise 2 of 7" in say("next")


SIGNS = {"ascii": ("+", "x", "."), "latin-1": ("+", "x", "·"), "utf-8": ("✓", "✗", "·")}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", SIGNS)
def test_right_and_wrong_are_two_signs_in_any_encoding(
    encoding: str, save: Callable[..., None], tmp_path: Path
) -> None:
    save("blank", predict=RIGHT, mse=SUM)
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "80"}
    done = subprocess.run([PROGRAM, "next"], cwd=tmp_path, capture_output=True, env=environment)
    right, wrong, unwritten = SIGNS[encoding]
    assert f"{right} predict  {wrong} mse  {unwritten} gradient" in done.stdout.decode(encoding)
    assert done.stderr == b"" and b"?" not in done.stdout


def test_another_failure_begins_with_its_first_hint(say: Say, save: Callable[..., None]) -> None:
    save(mse=SUM)
    say("hint", "mse")
    save(mse="def mse(y_hat, y):\n    return (y_hat - y).abs().mean()")
    assert say("hint", "mse").endswith("\nThat is hint 1 of 3.\n0")


def test_another_mistake_at_the_same_place_too(say: Say, save: Callable[..., None]) -> None:
    save(predict="def predict(x, a):\n    return x * a")
    assert say("hint", "predict").endswith("\nThat is hint 1 of 3.\n0")
    save(predict="def predict(x, a):\n    x @ a")
    assert say("hint", "predict").endswith("\nThat is hint 1 of 3.\n0")


def test_a_cell_that_cannot_be_run_is_to_be_run_in_the_notebook(say: Say, save: Callable[..., None]) -> None:
    save(mse="def mse(y_hat, y):\n    retrun 1")
    assert say("next").splitlines()[-5:] == [
        "mse: could not be run, 0 of 8 points",
        "  Your cell stops at line 2, `retrun 1`, with SyntaxError: invalid syntax, so",
        "  `mse` is never defined.",
        "  Get that cell to run in the notebook, and save.",
        "0",
    ]


@pytest.mark.parametrize("damage", ["", "{", '{"hints": 7}'])
def test_damaged_progress_costs_the_memory_of_hints_and_nothing_else(
    damage: str, say: Say, save: Callable[..., None], tmp_path: Path
) -> None:
    save(mse=SUM)
    say("hint", "mse")
    (tmp_path / "progress.json").write_text(damage)
    assert say("hint", "mse").endswith("\nThat is hint 1 of 3.\n0")


def test_progress_that_cannot_be_written_stops_nothing(say: Say, save: Callable[..., None], tmp_path: Path) -> None:
    save(mse=SUM)
    (tmp_path / "progress.json").mkdir()
    for _ in range(2):
        assert say("hint", "mse").endswith(
            "\nThat is hint 1 of 3.\n"
            "It cannot be noted in progress.json (Is a directory): so the next hint will be this one again.\n0"
        )


def test_there_is_no_hint_for_what_is_right_or_not_written(say: Say, save: Callable[..., None]) -> None:
    save("blank", predict="def predict(x, a):\n    return x @ a")
    assert say("hint", "predict") == "predict is all right: there is nothing to hint at.\n0"
    assert say("hint", "mse").endswith("\nHints are about what an answer does: there is nothing to look at yet.\n0")


def test_reset_says_where_the_old_answer_is(say: Say, save: Callable[..., None], tmp_path: Path) -> None:
    save(mse=SUM)
    assert say("reset", "mse") == (
        "mse is a stub again, in sgd.ipynb.\n"
        "Your old answer is in set-aside/mse-1.py.\n"
        "If the notebook is open, load it again: File > Reload Notebook from Disk.\n0"
    )
    assert (tmp_path / "set-aside" / "mse-1.py").read_text("utf-8") == SUM + "\n"
    assert say("reset", "mse") == "mse is as it was in the beginning: there is nothing to reset.\n0"


def test_a_solution_stays_shut_until_the_exercise_is_right(say: Say, save: Callable[..., None]) -> None:
    save(mse=SUM)
    assert say("solution", "mse") == (
        "autograder: mse is not right yet, so its solution stays shut: `autograder hint mse` helps on, "
        "and `autograder solution mse --spoil` shows it all the same\n2"
    )
    open_ = (
        "def mse(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:\n"
        "    if y_hat.shape != y.shape:\n"
        '        raise ValueError(f"y_hat has shape {tuple(y_hat.shape)}, but y has {tuple(y.shape)}")\n'
        "    return ((y_hat - y) ** 2).mean()\n0"
    )
    assert say("solution", "mse", "--spoil") == open_
    save()
    assert say("solution", "mse") == open_
    save(mse=SUM)  # it was right once
    assert say("solution", "mse") == open_


def test_at_the_end_all_is_verified_and_a_page_closes_the_lesson(say: Say, save: Callable[..., None]) -> None:
    save()
    lines = say("next").splitlines()
    assert lines[1:6] == [
        "✓ predict  ✓ mse  ✓ gradient  ✓ sgd_step  ✓ fit  ✓ plot_fit  ✓ vocabulary",
        "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  7 of 7 exercises, 53 of 53 points",
        "",
        "Everything is right, also on a second look with other random numbers.",
        "",
    ]
    assert "  ✓  mse         Mean squared error: the average of the squares of the errors." in lines
    assert "The loss of your own loop after each epoch: a scale of powers of ten" in lines
    bars = [line for line in lines if line.startswith("  epoch ")]
    assert len(bars) == 10 and [bar.count("█") for bar in bars] == sorted(
        (bar.count("█") for bar in bars), reverse=True
    )
    assert "Where to go from here" in lines and lines[-1] == "0"


@pytest.mark.slow
def test_what_is_right_by_luck_only_does_not_end_the_lesson(say: Say, save: Callable[..., None]) -> None:
    save(predict=LUCKY)
    shown = say("next")
    assert "6 of 7 exercises" in shown and "predict: " in shown and "Where to go from here" not in shown


@pytest.mark.parametrize("command", ["hint", "reset", "solution"])
def test_an_exercise_that_there_is_not(command: str, say: Say, save: Callable[..., None]) -> None:
    save()
    assert say(command, "foo") == (
        "autograder: no exercise 'foo': the exercises are predict, mse, gradient, sgd_step, fit, plot_fit, vocabulary\n2"
    )


@pytest.mark.parametrize("command", [["next"], ["watch"], ["hint", "mse"], ["reset", "mse"], ["solution", "mse"]])
def test_a_notebook_that_there_is_not(command: list[str], say: Say) -> None:
    assert say(*command) == (
        "autograder: there is no sgd.ipynb here: `autograder start` makes you a copy, or say where yours is\n2"
    )


def test_a_folder_that_was_removed_meanwhile(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert say("next") == "autograder: the current folder is gone: `cd` to one that is there\n2"


@pytest.mark.parametrize("command", [["next"], ["hint", "mse"], ["solution", "mse"]])
def test_a_file_that_is_no_notebook(command: list[str], say: Say, tmp_path: Path) -> None:
    (tmp_path / "sgd.ipynb").write_text("{")
    assert say(*command) == (
        "autograder: sgd.ipynb: the file is not JSON, so it is no Jupyter notebook: if Jupyter cannot open it either, "
        "there may be an earlier one in .ipynb_checkpoints; `autograder start FOLDER` makes a fresh copy\n2"
    )


def test_commands_that_are_named_can_be_typed(
    say: Say, save: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["../my kit/bin/autograder"])
    assert "       '../my kit/bin/jupyter' lab 'to do/sgd.ipynb'\n" in say("start", "to do")
    (tmp_path / "to do" / "sgd.ipynb").unlink()
    save(mse=SUM)
    (tmp_path / "sgd.ipynb").rename(tmp_path / "to do" / "sgd.ipynb")
    assert say("next", "to do").endswith("\nFor a hint: '../my kit/bin/autograder' hint mse 'to do'\n0")


def test_missing_walls_are_mentioned_once(say: Say, save: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "best", lambda: levels.NONE)
    save()
    shown = say("hint", "mse")
    assert shown.splitlines()[0] == "No walls on this machine: your code runs as you, and may do whatever you may do."
    assert shown.count("No walls") == 1


@pytest.mark.slow
def test_in_a_pipe_there_are_no_control_codes(save: Callable[..., None], tmp_path: Path) -> None:
    save(mse=SUM)
    done = subprocess.run([PROGRAM, "next"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout and b"\r" not in done.stdout and "✗ mse".encode() in done.stdout
    shut = subprocess.run(
        [PROGRAM, "solution", "mse", "--spoil"], cwd=tmp_path, capture_output=True, env={"PYTHONIOENCODING": "ascii"}
    )
    assert shut.stdout.startswith(b"def mse(y_hat") and b"\x1b" not in shut.stdout


@pytest.mark.slow
def test_hint_and_reset_in_a_real_terminal(save: Callable[..., None], tmp_path: Path) -> None:
    save(mse=SUM)
    screen, status = Terminal(tmp_path, "hint", "mse").end(60)
    assert "Hint: Duplicate every row: should the loss change?" in screen and "That is hint 1 of 3." in screen
    assert status == 0 and max(map(len, screen.splitlines())) <= 80
    screen, status = Terminal(tmp_path, "reset", "mse").end()
    assert "mse is a stub again, in sgd.ipynb." in screen and status == 0
    assert "\x1b[" in pexpect.run(f"{PROGRAM} solution mse --spoil", cwd=str(tmp_path), encoding="utf-8", timeout=30)
