"""The Report adds up, and its JSON is what other tools were promised."""

from __future__ import annotations

import dataclasses
import json
import sys
from importlib import metadata
from typing import Any

import pytest

import autograder
from autograder.basics.versions import versions
from autograder.lesson.report import Criterion, Exercise, Receipt, Report, Status, Verdict

PASSED = Criterion("squares the error", Verdict.PASSED, 2.0, 2.0)
LOST = Criterion(
    "averages over the rows", Verdict.FAILED, 0.0, 1.5, "y_hat = [1, -1], y = [0, 0]", "2", "1",
    "Duplicate every row: should the loss change?", "sum-not-mean", "Nothing divides the sum.",
    ("What does a mean do?", "A mean does not grow."),
)  # fmt: skip
HALF = Criterion("tidy", Verdict.FAILED, 0.5, 1.0)
NOT_RUN = Criterion("never tried", Verdict.NOT_RUN, 0.0, 1.0)
BROKEN = Criterion("no answer", Verdict.ERROR, 0.0, 1.0)
REPORT = Report.of(
    "sgd", (Exercise.of("mse", (PASSED, LOST), note="naïve “quotes” <b>"), Exercise.of("fit", (NOT_RUN,))),
    isolation="landlock+seccomp", student="ann",
)  # fmt: skip


@pytest.mark.parametrize(
    ("criteria", "status", "score", "max_score"),
    [
        ((PASSED,), Status.PASSED, 2.0, 2.0),
        ((PASSED, PASSED), Status.PASSED, 4.0, 4.0),
        ((PASSED, LOST), Status.PARTIAL, 2.0, 3.5),
        ((HALF, LOST), Status.PARTIAL, 0.5, 2.5),
        ((PASSED, BROKEN), Status.PARTIAL, 2.0, 3.0),
        ((LOST, NOT_RUN), Status.FAILED, 0.0, 2.5),
        ((NOT_RUN,), Status.FAILED, 0.0, 1.0),
        ((LOST, BROKEN), Status.ERROR, 0.0, 2.5),
    ],
)
def test_an_exercise_adds_its_criteria_up(
    criteria: tuple[Criterion, ...], status: Status, score: float, max_score: float
) -> None:
    found = Exercise.of("mse", criteria)
    assert (found.status, found.score, found.max_score) == (status, score, max_score)
    assert (found.id, found.criteria, found.note) == ("mse", criteria, None)


def test_a_status_that_is_given_stands() -> None:
    found = Exercise.of("mse", (NOT_RUN,), status=Status.NOT_ATTEMPTED, note="nothing here")
    assert (found.status, found.note) == (Status.NOT_ATTEMPTED, "nothing here")


def test_a_report_adds_its_exercises_up() -> None:
    assert (REPORT.score, REPORT.max_score) == (2.0, 4.5)
    assert (REPORT.student, REPORT.note, REPORT.isolation) == ("ann", None, "landlock+seccomp")


def test_an_unreadable_file_gets_no_marks_and_a_reason() -> None:
    found = Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="none", student="bob")
    assert json.loads(found.to_json()) == {
        "schema": 1, "assignment": "sgd", "student": "bob", "score": 0.0, "max_score": 53.0, "isolation": "none",
        "note": "the file is not JSON", "versions": versions(), "receipt": None, "exercises": [],
    }  # fmt: skip


def test_what_graded_it_is_named_and_an_older_report_is_read_without() -> None:
    assert REPORT.versions == {
        "python": ".".join(map(str, sys.version_info[:3])),
        "torch": metadata.version("torch"),
        "kit": autograder.__version__,
    }
    old = json.loads(REPORT.to_json())
    del old["versions"], old["receipt"]
    assert Report.from_json(json.dumps(old)) == dataclasses.replace(REPORT, versions={})


def test_the_json_has_the_promised_keys_in_the_promised_order() -> None:
    data = json.loads(REPORT.to_json())
    assert list(data) == [
        "schema",
        "assignment",
        "student",
        "score",
        "max_score",
        "isolation",
        "note",
        "versions",
        "receipt",
        "exercises",
    ]
    assert data["schema"] == 1
    (mse, _) = data["exercises"]
    assert list(mse) == ["id", "score", "max_score", "status", "note", "criteria"]
    assert mse["status"] == "partial"
    assert mse["criteria"][1] == {
        "name": "averages over the rows", "status": "failed", "score": 0.0, "max_score": 1.5,
        "input": "y_hat = [1, -1], y = [0, 0]", "actual": "2", "expected": "1",
        "hint": "Duplicate every row: should the loss change?", "misconception": "sum-not-mean",
        "diagnosis": "Nothing divides the sum.", "more_hints": ["What does a mean do?", "A mean does not grow."],
    }  # fmt: skip
    assert mse["criteria"][0]["hint"] is None


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("status", Status)
def test_a_report_is_read_back_as_it_was_written(verdict: Verdict, status: Status) -> None:
    exercise = Exercise.of("mse", (Criterion("a", verdict, 0.5, 1.0), LOST), status=status)
    report = Report.of("sgd", (exercise, *REPORT.exercises), isolation="none", note="naïve")
    report = dataclasses.replace(report, receipt=Receipt(None, "3f2a", "2026-11-06 07:12:44 UTC"))
    assert Report.from_json(report.to_json()) == report


def test_the_text_is_readable_and_ends_with_a_line_break() -> None:
    text = REPORT.to_json()
    assert "naïve “quotes” <b>" in text
    assert text.endswith("\n}\n")


@pytest.mark.parametrize("text", ["\ud800", "pair: \udc00\ud800"], ids=ascii)
def test_a_report_can_be_saved_whatever_the_students_text_holds(text: str) -> None:
    exercise = Exercise.of("vocabulary", (Criterion("knows", Verdict.FAILED, 0.0, 1.0, actual=text),))
    saved = Report.of("sgd", (exercise,), isolation="none").to_json().encode("utf-8")
    assert Report.from_json(saved.decode()).exercises[0].criteria[0].name == "knows"


def changed(**values: Any) -> str:
    return json.dumps({**json.loads(REPORT.to_json()), **values})


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[1]", "null", '"schema"', "{}", '{"schema": 1}', '{"schema": 1, "exercises": []}', changed(schema=2),
        changed(schema=None), changed(exercises=None), changed(exercises=[{}]), changed(more=1),
        REPORT.to_json().replace('"partial"', '"splendid"'), REPORT.to_json().replace('"not_run"', '"lost"'),
        REPORT.to_json()[:-5],
    ],
    ids=lambda text: text[-40:],
)  # fmt: skip
def test_a_text_that_is_no_report_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Report.from_json(text)


def test_a_report_of_another_schema_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^not a Report of schema 1: '\{\"schema\": 2, "):
        Report.from_json(changed(schema=2))
