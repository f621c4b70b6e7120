"""What is remembered of a reader's work: a small file that people can read, and that may be lost or damaged."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.learning.progress import Given, Progress, load, save
from autograder.lesson.report import Criterion, Verdict

SOME = Progress({"predict": "2026-11-23 14:29"}, {"mse": Given("averages", "sum-not-mean", 2)})


def test_progress_is_a_small_readable_file(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    save(path, SOME)
    assert path.read_text("utf-8") == (
        "{\n"
        '  "about": "What autograder remembers of your work. Delete it if you like: nothing else is lost.",\n'
        '  "done": {\n    "predict": "2026-11-23 14:29"\n  },\n'
        '  "hints": {\n    "mse": {\n'
        '      "criterion": "averages",\n      "misconception": "sum-not-mean",\n      "hints": 2\n    }\n  }\n'
        "}\n"
    )
    assert load(path) == SOME


def test_without_a_file_there_is_no_progress(tmp_path: Path) -> None:
    assert load(tmp_path / "nowhere.json") == Progress()


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "7", '"done"', '{"done": []}', '{"done": {"mse": 7}, "hints": {"mse": 3}}',
        '{"hints": {"mse": {"criterion": "c", "misconception": null, "hints": -1}}}', "[" * 100_000,
        '{"hints": {"mse": {"criterion": "c", "hints": 1}, "fit": {"criterion": 1, "misconception": 2, "hints": 1}}}',
        "\x00\x01",
    ],
)  # fmt: skip
def test_what_is_damaged_counts_as_not_there(text: str, tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text(text, "utf-8")
    assert load(path) == Progress()


def test_a_damaged_entry_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text('{"done": {"mse": 7, "fit": "today"}, "hints": null}', "utf-8")
    assert load(path) == Progress({"fit": "today"})


def test_hints_are_counted_for_one_mistake_at_one_criterion() -> None:
    lost = Criterion("squares the error", Verdict.FAILED, 0.0, 1.0, misconception="cubes")
    once = Progress().one_more("mse", lost)
    twice = once.one_more("mse", lost)
    assert (once.given("mse", lost), twice.given("mse", lost)) == (1, 2)
    for other in (dataclasses.replace(lost, name="another"), dataclasses.replace(lost, misconception=None)):
        assert twice.given("mse", other) == 0
        assert twice.one_more("mse", other).given("mse", other) == 1
    assert twice.given("fit", lost) == 0


def test_the_first_time_that_an_exercise_was_right_is_kept() -> None:
    assert SOME.finished(["predict", "fit"], "later").done == {"predict": "2026-11-23 14:29", "fit": "later"}
