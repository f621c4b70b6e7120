"""Whatever reads a student's text takes a time that grows with its length, not with the square of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.basics.text import brief, escaped, plain, savable
from autograder.graders.show import show
from autograder.grading.cells import PLACE
from autograder.handin import calls, handin
from autograder.lesson.manifest import Lesson
from autograder.render import html

LENGTH = 250_000
SECONDS = 5.0  # of computing; what is quadratic takes minutes
PIECES = (" ", "\n", "'", '"', "(", "\u00a0", "\\", "%", "\n%", "`", "<p>", "\t\r\n", "\u200b", "def ", "  line 1")
TEXTS = [(piece * (LENGTH // len(piece)))[:LENGTH] for piece in PIECES]


READERS: dict[str, Callable[[str], object]] = {
    "calls.MAGIC": lambda text: calls.MAGIC.sub("", text + "x"),
    "calls.refers": lambda text: calls.refers([text + ")"], ["demo = 1"]),
    "case.PLACE": PLACE.fullmatch,
    "html.TICKS": lambda text: html.TICKS.sub("", text),
    "show": show,
    "text": lambda text: (plain(text), escaped(text), brief(text, 100), savable(text)),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_reader_is_linear(reader: Callable[[str], object]) -> None:
    for text in TEXTS:
        began = time.process_time()
        reader(text)
        assert (text[:8], time.process_time() - began < SECONDS) == (text[:8], True)
    calls.forget(())


def test_notebook_is_read_in_linear_time(lesson: Lesson, tmp_path: Path) -> None:
    path = tmp_path / "sgd.ipynb"
    for text in TEXTS:
        cells = [{"cell_type": "code", "source": f"{text}\ndef predict(x, a): ...", "metadata": {}}]
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}), "utf-8")
        began = time.process_time()
        handin.read(path, lesson)
        assert (text[:8], time.process_time() - began < SECONDS + 10) == (text[:8], True)
    calls.forget(())
