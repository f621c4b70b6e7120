"""What a reader sees, as text files in `screens/`, so that whoever reviews a change sees it as a difference.

``SCREENS=write python -m pytest tests/learning/test_screens.py`` writes them anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.learning.conftest import Say
from tests.sample_class import Maker
from tests.terminals import Terminal

EPOCH = re.compile(r"^( +epoch \d+) .*$", re.MULTILINE)
HERE = Path(__file__).resolve().parent / "screens"
RIGHT = "def predict(x, a):\n    return x @ a"
SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
RAISES = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).avg()"


def matches(name: str, screen: str, folder: Path) -> None:
    """The screen is what the file says, but for the notebook's place and for losses, whose last digits vary."""
    found, path = EPOCH.sub(r"\1 …", screen.replace(str(folder), "FOLDER").rstrip()) + "\n", HERE / f"{name}.txt"
    if os.environ.get("SCREENS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "start", "answers"),
    [
        ("begin", "blank", {}),
        ("one wrong", "blank", {"predict": RIGHT, "mse": SUM}),
        ("one raises", "solved", {"mse": RAISES}),
        ("all right", "solved", {}),
    ],
)
def test_next_and_check(name: str, start: str, answers: dict[str, str], say: Say, maker: Maker, tmp_path: Path) -> None:
    (tmp_path / "sgd.ipynb").write_text(maker.text(start, answers, bare=True), "utf-8")
    matches(f"next, {name}", say("next"), tmp_path)
    matches(f"check, {name}", say("check", "sgd.ipynb"), tmp_path)


def test_a_deleted_cell(say: Say, maker: Maker, tmp_path: Path) -> None:
    text = maker.text("blank", {"predict": RIGHT}, delete=("mse",), bare=True)
    (tmp_path / "sgd.ipynb").write_text(text, "utf-8")
    matches("next, one gone", say("next"), tmp_path)


COLOURS = re.compile(r"\x1b\[([0-9;]*)m")


def contrast(number: int, paper: float) -> float:
    """WCAG's contrast of a colour of xterm's cube or greys with white (1) or black (0)."""
    cube = [(number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6]
    parts = [(0, 95, 135, 175, 215, 255)[one] for one in cube] if number < 232 else [8 + 10 * (number - 232)] * 3
    linear = [part / 3294.6 if part < 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    found = sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
    return (max(found, paper) + 0.05) / (min(found, paper) + 0.05)


@pytest.mark.parametrize("command", [("next",), ("check", "sgd.ipynb"), ("solution", "mse", "--spoil")])
def test_colours_can_be_read_on_white_and_on_black(
    command: tuple[str, ...], say: Say, maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sgd.ipynb").write_text(maker.text("blank", {"predict": RIGHT, "mse": SUM}, bare=True), "utf-8")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    codes = set(COLOURS.findall(say(*command)))
    numbers = {int(code) for found in codes if "38;5;" in found for code in [found.split("38;5;")[1].split(";")[0]]}
    assert codes and all(found in ("", "0", "1", "3") or "38;5;" in found for found in codes), "no colour of a theme"
    assert all(contrast(one, paper) > 3.8 for one in numbers - {BEHIND} for paper in (0.0, 1.0))


BEHIND = 237  # what is behind a bar, which says nothing


@pytest.fixture
def watching(maker: Maker, tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "sgd.ipynb").write_text(maker.text("blank", {"predict": RIGHT, "mse": SUM}, bare=True), "utf-8")
    terminal = Terminal(tmp_path, "watch")
    yield terminal
    terminal.close()


@pytest.mark.slow
def test_watch(watching: Terminal, tmp_path: Path) -> None:
    matches("watch, one wrong", watching.until("another hint (0 of 3 given)"), tmp_path)
    watching.press("h")
    matches("watch, a hint", watching.until("another hint (1 of 3 given)"), tmp_path)
    watching.press("a")
    matches("watch, all failures", watching.until("back to the first failure"), tmp_path)
    watching.press("q")
    screen, status = watching.end()
    assert status == 0 and "No longer watching. To go on: " in screen
