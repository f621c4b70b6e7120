"""`autograder watch` in a real terminal: from one save to the next, with keys, and in a pipe."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sample_class import Maker
from tests.terminals import PROGRAM, Terminal

pytestmark = pytest.mark.slow

SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
HANGS = "def mse(y_hat, y):\n    while True:\n        pass"
RIGHT = "def predict(x, a):\n    return x @ a"
Save = Callable[..., None]


@pytest.fixture
def save(tmp_path: Path, maker: Maker) -> Save:
    """Saves the notebook as Jupyter does: written beside it, then put in its place."""

    def write(start: str = "solved", text: str | None = None, **answers: str) -> None:
        beside = tmp_path / ".~sgd.ipynb"
        beside.write_text(maker.text(start, answers, bare=True) if text is None else text, "utf-8")
        os.replace(beside, tmp_path / "sgd.ipynb")

    return write


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    started: list[Terminal] = []

    def begin() -> Terminal:
        started.append(Terminal(tmp_path, "watch"))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.close()


def test_a_readers_evening(watch: Callable[[], Terminal], save: Save, tmp_path: Path) -> None:
    save("blank")
    terminal = watch()
    screen = terminal.until("q  quit")
    assert screen.splitlines()[1] == "· predict  · mse  · gradient  · sgd_step  · fit  · plot_fit  · vocabulary"
    assert "Exercise 1 of 7, in section “2. Predict, then measure” of the notebook." in screen

    save("blank", predict=RIGHT)
    screen = terminal.until("1 of 7 exercises, 6 of 53 points")
    assert "✓ predict  · mse" in screen and "Exercise 2 of 7" in screen and "Exercise 1 of 7" not in screen

    save("blank", predict=RIGHT, mse=SUM)
    screen = terminal.until("h  another hint (0 of 3 given)")
    assert "✓ predict  ✗ mse" in screen and "Hint:" not in screen
    assert screen.count("✗ ") == 2, "the first failure only, and the mark above"
    terminal.press("h")
    assert "Hint: Duplicate every row: should the loss change?" in terminal.until("h  another hint (1 of 3 given)")
    terminal.press("hh")
    screen = terminal.until("Hint: A mean judges ten rows")
    assert "h  another hint" not in screen, "there are no more"
    terminal.press("a")
    assert "✗ does not grow with the number of rows" in terminal.until("a  back to the first failure")
    terminal.press("a")
    assert "✗ does not grow with the number of rows" not in terminal.until("a  all failures")
    terminal.press("x")

    save(text="{")
    terminal.until("sgd.ipynb: the file is not JSON")
    (tmp_path / "sgd.ipynb").unlink()
    terminal.until("sgd.ipynb is gone. This goes on as soon as it is back.")
    save()
    terminal.until("Where to go from here")
    screen, status = terminal.end()
    assert "Everything is right, also on a second look with other random numbers." in screen and status == 0
    assert max(map(len, screen.splitlines())) <= 80


@pytest.mark.parametrize("key", ["q", "\x03"], ids=["q", "Ctrl-C"])
def test_one_may_stop_at_any_time(key: str, watch: Callable[[], Terminal], save: Save) -> None:
    save("blank", predict=RIGHT, mse=HANGS)
    terminal = watch()
    terminal.until("Checking …")
    terminal.press(key)  # while the first look is still going on
    screen, status = terminal.end()
    assert "No longer watching. To go on: " in screen and screen.endswith("autograder watch")
    assert status == 0 and "Traceback" not in screen


def test_what_hangs_is_stopped_and_the_next_save_is_looked_at(watch: Callable[[], Terminal], save: Save) -> None:
    save("blank", predict=RIGHT, mse=HANGS)
    terminal = watch()
    screen = terminal.until("stopped after 5 s")
    assert "Does every loop of yours come to an end?" not in screen, "a hint is given when it is asked for"
    save("blank", predict=RIGHT)
    terminal.until("Exercise 2 of 7")


def test_a_save_in_place_never_looks_like_a_broken_file(
    watch: Callable[[], Terminal], save: Save, maker: Maker, tmp_path: Path
) -> None:
    """Jupyter empties the file, and then fills it; under load, or on a network drive, with pauses."""
    save("blank")
    terminal, path = watch(), tmp_path / "sgd.ipynb"
    terminal.until("q  quit")
    for number in range(50):
        data = maker.text("blank", {"predict": f"{RIGHT}  # {number}"}, bare=True).encode()
        with path.open("wb", buffering=0) as file:
            for start in range(0, len(data), 16384):
                time.sleep(0.4 if number % 10 == 0 else 0.005)
                file.write(data[start : start + 16384])
                terminal._read()
                assert "not JSON" not in terminal.screen and "gone" not in terminal.screen
    terminal.until("1 of 7 exercises, 6 of 53 points")
    save("blank", predict=RIGHT, mse=SUM)
    assert "not JSON" not in terminal.until("another hint (0 of 3 given)")


def replaced(folder: Path, text: str) -> None:
    """The folder of the notebook is another one, as after `git switch`, a restored backup, or unpacking it again."""
    new = folder.with_name("new")
    shutil.copytree(folder, new, symlinks=True)
    (new / "sgd.ipynb").write_text(text, "utf-8")
    folder.rename(folder.with_name("old"))
    new.rename(folder)


def switched(folder: Path, text: str) -> None:
    """Another branch has another notebook."""
    git = ("git", "-c", "user.name=me", "-c", "user.email=me@example.com", "-C", str(folder))
    for command in (("init", "-q"), ("add", "sgd.ipynb"), ("commit", "-qm", "one"), ("switch", "-qc", "other")):
        subprocess.run([*git, *command], check=True)
    before = (folder / "sgd.ipynb").read_text("utf-8")
    (folder / "sgd.ipynb").write_text(text, "utf-8")
    subprocess.run([*git, "commit", "-qam", "two"], check=True)
    subprocess.run([*git, "switch", "-q", "-"], check=True)
    assert (folder / "sgd.ipynb").read_text("utf-8") == before
    subprocess.run([*git, "switch", "-q", "other"], check=True)


def linked(folder: Path, text: str) -> None:
    """What a link leads to is saved."""
    (folder / "sgd.ipynb").resolve().write_text(text, "utf-8")


@pytest.mark.parametrize("change", [replaced, switched, linked], ids=lambda change: change.__name__)
def test_it_does_not_go_deaf(change: Callable[[Path, str], None], maker: Maker, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    path = folder / "sgd.ipynb"
    if change is linked:
        (tmp_path / "there").mkdir()
        path.symlink_to("../there/mine.ipynb")
    path.write_text(maker.text("blank", {}, bare=True), "utf-8")
    terminal = Terminal(folder, "watch")
    terminal.until("q  quit")
    change(folder, maker.text("blank", {"predict": RIGHT}, bare=True))
    terminal.until("1 of 7 exercises, 6 of 53 points")
    path.write_text(maker.text("blank", {"predict": RIGHT, "mse": SUM}, bare=True), "utf-8")
    terminal.until("another hint (0 of 3 given)")
    terminal.close()


def test_in_a_pipe_every_save_gets_a_plain_page(save: Save, tmp_path: Path) -> None:
    save("blank")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs, and theirs, ignore it
    process = subprocess.Popen(
        [PROGRAM, "watch", "."], cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    seen = _until(process, "Read on to there, write your answer, and save.")
    save("blank", predict=RIGHT)
    seen += _until(process, "Read on to there, write your answer, and save.")
    os.killpg(process.pid, signal.SIGINT)
    rest, errors = process.communicate(timeout=30)
    seen += rest
    assert "\x1b" not in seen and "\r" not in seen and errors == ""
    assert "0 of 7 exercises, 0 of 53 points" in seen and "1 of 7 exercises, 6 of 53 points" in seen
    assert seen.splitlines()[0] == "Watching sgd.ipynb. The first look takes some seconds."
    assert seen.splitlines()[-1].startswith("No longer watching. To go on: ")


def _until(process: subprocess.Popen[str], text: str) -> str:
    """What it prints up to this line."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"{text!r} was not printed:\n{seen}")
