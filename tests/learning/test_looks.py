"""What was found in a notebook is remembered as long as all that it depends on is as it was, and is whole."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.basics.files import digest
from autograder.learning import looks
from autograder.learning.looks import Look, pack, unpack
from autograder.learning.workbook import Workbook
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Exercise, Losses, Report, Verdict
from autograder.sandbox import levels
from autograder.sandbox.limits import INTERACTIVE, Limits
from tests.sample_class import Maker

LOST = Criterion("averages", Verdict.FAILED, 0.0, 1.0, actual="38 ✗", expected="12.6667", more_hints=("Why?",))


def look(criterion: Criterion = LOST, losses: Losses | None = None) -> Look:
    return Look(Report.of("sgd", (Exercise.of("mse", (criterion,)),), isolation="none"), losses)


def test_looks_come_back_as_they_were_and_for_their_state_only() -> None:
    kept = {"all 0": look(losses=Losses([3.0, float("nan")], [1.0, 0.5], "both")), "mse 0": look()}
    found = unpack(pack("state", kept), "state")
    assert repr(found) == repr(kept)
    assert unpack(pack("state", kept), "another") == {}


def test_whatever_is_damaged_is_no_memory() -> None:
    text, draw = pack("state", {"all 0": look()}), random.Random(0)
    assert unpack(text, "state")
    for _ in range(500):
        place = draw.randrange(len(text))
        for damaged in (text[:place], text[:place] + draw.choice("Zb/#\x00é") + text[place + 1 :], text[place + 1 :]):
            assert damaged == text or unpack(damaged, "state") in ({}, {"all 0": look()})
    for other in ("", "null", "{}", pack("state", {}), "eJyrBgABNQC5"):
        assert unpack(other, "state") == {}


@pytest.mark.parametrize(
    ("criterion", "firm"),
    [
        (LOST, True),
        (dataclasses.replace(LOST, actual="stopped after 5 s"), False),
        (dataclasses.replace(LOST, status=Verdict.ERROR, actual="no answer: the process ended"), False),
    ],
)
def test_what_another_look_may_find_otherwise_is_not_firm(criterion: Criterion, firm: bool) -> None:
    assert look(criterion).firm is firm


CHANGES: dict[str, Callable[[Path, dict[str, Any]], object]] = {
    "the notebook": lambda folder, known: known.update(content="another"),
    "a file beside it": lambda folder, known: (folder / "helpers.py").write_text("one = 1\n"),
    "the limits": lambda folder, known: known.update(limits=Limits(call=7)),
    "the walls": lambda folder, known: known.update(isolation=levels.BEST),
    "the lesson": lambda folder, known: (known["lesson"].folder / "graders" / "new.py").write_text("\n"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_another_state_is_another_key(what: str, tmp_path: Path, lesson: Lesson, maker: Maker) -> None:
    notebook = tmp_path / "mine" / "sgd.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(maker.text(), "utf-8")
    (tmp_path / "lesson" / "graders").mkdir(parents=True)
    known: dict[str, Any] = {
        "work": Workbook(notebook), "content": digest(notebook), "limits": INTERACTIVE, "isolation": levels.NONE,
        "lesson": dataclasses.replace(lesson, folder=tmp_path / "lesson"),
    }  # fmt: skip
    before = looks.key(**known)
    (notebook.parent / "progress.json").write_text("{}")
    (notebook.parent / ".~sgd.ipynb").write_text("{")
    assert looks.key(**known) == before, "what is remembered, and what editors leave there, is nothing new"
    CHANGES[what](notebook.parent, known)
    assert looks.key(**known) != before
