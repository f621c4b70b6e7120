"""From save to verdict: `autograder watch`, against asking `check` or `nbgrader validate` each time.

``python -m benchmarks.watching [ROUNDS]``
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from autograder.lesson.manifest import Lesson
from benchmarks.courses import run
from tests.sample_class import Maker
from tests.terminals import Terminal

WRONG = {  # what appears as soon as the verdict does
    "predict": ("def predict(x, a):\n    return x", "predict: "),
    "mse": ("def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()", "nothing divides"),
    "fit": ("def fit(x, y, a, lr, epochs, batch_size):\n    return [0.0] * epochs", "a never moves"),
}
SETTLING = 5.0  # seconds before a save, in which what comes after the verdict is done too


def main(rounds: int = 3) -> None:
    maker = Maker(Lesson.load())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _save(folder, maker.text())
        checks = [run(folder, "autograder", "check", "sgd.ipynb") for _ in range(rounds)]
        validates = [run(folder, "nbgrader", "validate", "sgd.ipynb") for _ in range(rounds)]
        cold, warm = zip(*[_watch(folder, maker) for _ in range(rounds)], strict=True)
    check = statistics.median(checks)
    for what, seconds in (
        ("nbgrader validate", validates), ("check, cold", checks), ("watch, first look", cold),
        *((f"watch, {exercise} saved", [found[exercise] for found in warm]) for exercise in WRONG),
    ):  # fmt: skip
        print(f"{what:20} {statistics.median(seconds):7.3f} s  {statistics.median(seconds) / check:.3f} of a check")


def _watch(folder: Path, maker: Maker) -> tuple[float, dict[str, float]]:
    """Seconds to the first verdict, and from each save to its own; the second time round, when all is warm."""
    _save(folder, maker.text("blank"))
    begin = time.perf_counter()
    terminal = Terminal(folder, "watch")
    terminal.until("q  quit")
    first, seconds = time.perf_counter() - begin, {}
    for _ in range(2):
        for exercise, (answer, sign) in WRONG.items():
            time.sleep(SETTLING)
            begin = time.perf_counter()
            _save(folder, maker.text(answers={exercise: answer}))
            terminal.until(sign)
            seconds[exercise] = time.perf_counter() - begin
    terminal.close()
    return first, seconds


def _save(folder: Path, text: str) -> None:
    """As Jupyter does: written beside it, then put in its place."""
    beside = folder / ".~sgd.ipynb"
    beside.write_text(text, "utf-8")
    os.replace(beside, folder / "sgd.ipynb")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
