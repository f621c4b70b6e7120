"""A notebook is read when nobody is writing it: half of one is waited for, and what stays unreadable is said."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from autograder.learning import reading
from autograder.lesson.manifest import Lesson
from tests.sample_class import Maker

PIECES = 5


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "REST", 0.5)
    monkeypatch.setattr(reading, "STEP", 0.01)


@pytest.mark.parametrize("how", ["truncated", "truncated, then left alone for a while", "removed"])
def test_a_notebook_that_is_being_written_is_waited_for(how: str, tmp_path: Path, lesson: Lesson, maker: Maker) -> None:
    path, data = tmp_path / "sgd.ipynb", maker.text().encode()
    begun = threading.Event()

    def write() -> None:
        if how == "removed":
            path.unlink(missing_ok=True)
            begun.set()
            time.sleep(0.1)
        with path.open("wb", buffering=0) as file:
            begun.set()
            for piece in pieces(data):
                time.sleep(0.25 if "alone" in how else 0.02)
                file.write(piece)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    assert reading.read(path, lesson).unreadable is None
    writer.join()


def pieces(data: bytes) -> list[bytes]:
    size = -(-len(data) // PIECES)
    return [data[start : start + size] for start in range(0, len(data), size)]


def test_half_of_a_notebook_that_stays_so_is_said(tmp_path: Path, lesson: Lesson, maker: Maker) -> None:
    path = tmp_path / "sgd.ipynb"
    path.write_text(maker.text()[:1000])
    assert reading.read(path, lesson).at_home == (
        "the file is not JSON, so it is no Jupyter notebook: if Jupyter cannot open it either, there may be an earlier "
        "one in .ipynb_checkpoints; `autograder start FOLDER` makes a fresh copy"
    )


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, lesson: Lesson) -> None:
    with pytest.raises(FileNotFoundError):
        reading.read(tmp_path / "sgd.ipynb", lesson)


def test_another_notebook_is_not_waited_for(tmp_path: Path, lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "REST", 3600)
    path = tmp_path / "sgd.ipynb"
    path.write_text('{"nbformat": 4, "cells": []}')
    assert reading.read(path, lesson).at_home == (
        "the notebook is not that of assignment 'sgd': none of its exercises is in it"
    )
