"""The results in each platform's form, held to what its documentation says, for Reports of every kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from autograder.basics.refused import Refused
from autograder.lesson.report import Report
from autograder.platforms import formats
from autograder.platforms.formats import FORMATS

KINDS = ("report", "unreadable", "nasty")
RUNNER = {
    "CLASSROOM": "cs", "ASSIGNMENT": "sgd-1", "SUBMISSION_TAG": "submit/2026-11-30T10-00-00Z-abc", "USERNAME": "ada",
    "COMMIT_URL": "https://example.org/c", "RELEASE_URL": "https://example.org/r", "REVIEW_URL": "",
}  # fmt: skip


def record(required: str, optional: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """The schema of an object with these properties and no other."""
    return {
        "type": "object", "properties": {**properties, **(optional or {})}, "additionalProperties": False,
        "required": required.split(),
    }  # fmt: skip


TEXT, POINTS, WHOLE = {"type": "string"}, {"type": "number", "minimum": 0}, {"type": "integer", "minimum": 0}
NAMED = {"type": "string", "minLength": 1}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORM = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def several(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


SCHEMAS = {
    # gradescope-autograders, docs/specs.md; of what it lets choose from, what makes a result whole is required
    "gradescope": record(
        "score tests",
        score=POINTS, execution_time=POINTS, output=TEXT, output_format=FORM, test_output_format=FORM,
        test_name_format=FORM, visibility=VISIBILITY, stdout_visibility=VISIBILITY, extra_data={"type": "object"},
        tests=several(record(
            "score max_score name",
            score=POINTS, max_score=POINTS, status={"enum": ["passed", "failed"]}, name=TEXT, name_format=FORM,
            number=TEXT, output=TEXT, output_format=FORM, tags=several(TEXT), visibility=VISIBILITY,
            extra_data={"type": "object"},
        )),
    ),
    # PrairieLearn, docs/externalGrading.md: a score, or not gradable; other data may be added
    "prairielearn": {
        "type": "object",
        "properties": {
            "gradable": {"type": "boolean"}, "score": {**POINTS, "maximum": 1}, "message": TEXT, "output": TEXT,
            "format_errors": several(TEXT),
            "tests": several(record("name points max_points", name=TEXT, points=POINTS, max_points=POINTS, message=TEXT)),
        },
        "if": {"properties": {"gradable": {"const": False}}},
        "then": {"required": ["gradable", "format_errors"]},
        "else": {"required": ["score"]},
    },
    # foundation50/classroom50, schemas/result-v1.schema.json
    "classroom50": record(
        "schema classroom assignment assignment_type owner submission commit release review datetime score max-score tests",
        schema={"const": "classroom50/result/v1"}, classroom=NAMED, assignment=NAMED, owner=NAMED,
        assignment_type={"enum": ["individual", "group"]}, submission={"type": "string", "pattern": "^submit/"},
        commit=NAMED, release=NAMED, review=NAMED, datetime=STAMP, graded_at=STAMP, score=WHOLE, tests=several({
            "type": "object", "required": ["test-name", "passed", "score", "max-score"],
            "properties": {"test-name": NAMED, "passed": {"type": "boolean"}, "score": WHOLE, "max-score": WHOLE},
        }),
        optional={"max-score": WHOLE},
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Classroom 50's runner had started this."""
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SCHEMAS)
def test_results_are_of_the_documented_form(name: str, kind: str, request: pytest.FixtureRequest) -> None:
    text = formats.text(name, request.getfixturevalue(kind))
    jsonschema.validate(json.loads(text), SCHEMAS[name])
    assert (
        re.sub("[\n\uffff]", "", text).isprintable() and len(text.encode()) < 1_000_000
    )  # what PrairieLearn takes at most


def test_gradescope_gets_points(report: Report) -> None:
    found = json.loads(formats.text("gradescope", report))
    assert found["score"] == sum(one["score"] for one in found["tests"]) == 2.0
    assert [one["status"] for one in found["tests"]] == ["passed", "passed", "failed", "failed", "failed", "failed"]
    assert found["stdout_visibility"] == "hidden"  # a fault of the kit prints where in the graders it was
    assert found["extra_data"]["for_a_person"] == ["mse", "plot_fit"]


def test_prairielearn_gets_a_share(report: Report) -> None:
    found = json.loads(formats.text("prairielearn", report))
    assert (found["gradable"], found["score"]) == (True, 2 / 5.5)
    assert sum(one["max_points"] for one in found["tests"]) == 5.5


def test_prairielearn_takes_no_attempt_for_what_could_not_be_graded(unreadable: Report) -> None:
    assert json.loads(formats.text("prairielearn", unreadable)) == {
        "gradable": False, "message": "the file is not JSON", "format_errors": ["the file is not JSON"],
    }  # fmt: skip


def test_classroom_50_gets_whole_numbers(report: Report, unreadable: Report) -> None:
    found = json.loads(formats.text("classroom50", report))
    assert (found["score"], found["max-score"]) == (4, 11)
    assert all(one["score"] <= one["max-score"] for one in found["tests"])
    assert (found["owner"], found["review"]) == ("ada", "https://example.org/c")
    assert json.loads(formats.text("classroom50", unreadable))["max-score"] == 106


def test_classroom_50_without_its_runner_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLASSROOM")
    monkeypatch.setenv("RELEASE_URL", "")
    with pytest.raises(
        Refused,
        match=r"^--format classroom50 is for Classroom 50's runner, which sets CLASSROOM, RELEASE_URL: not set here$",
    ):
        formats.demand("classroom50")


# Jenkins' junit-10.xsd: what may stand in what, which attributes there may be, and which of those there must be.
CHILDREN = {
    "testsuites": "testsuite", "testsuite": "properties testcase system-out system-err", "properties": "property",
    "testcase": "skipped error failure system-out system-err",
}  # fmt: skip
ATTRIBUTES = {
    "testsuites": "name time tests failures errors",
    "testsuite": "name! tests! failures! errors! group time skipped timestamp hostname id package file log url version",
    "property": "name! value!", "testcase": "name! time classname group", "failure": "type message",
    "error": "type message", "skipped": "type message",
}  # fmt: skip


def breaches(element: ElementTree.Element) -> Iterator[str]:
    """What the schema does not allow."""
    may = ATTRIBUTES.get(element.tag, "").split()
    yield from (f"{element.tag}: {name}" for name in element.attrib if name not in [one.strip("!") for one in may])
    yield from (f"{element.tag}: no {name}" for name in may if name.endswith("!") and name[:-1] not in element.attrib)
    for child in element:
        if child.tag not in CHILDREN.get(element.tag, "").split():
            yield f"{element.tag}/{child.tag}"
        yield from breaches(child)


@pytest.mark.parametrize("kind", KINDS)
def test_junit_is_what_jenkins_takes(kind: str, request: pytest.FixtureRequest) -> None:
    text = formats.text("junit", request.getfixturevalue(kind))
    assert list(breaches(ElementTree.fromstring(text))) == []
    assert not re.search("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)


def test_junit_fails_whatever_lost_marks(report: Report, unreadable: Report) -> None:
    top = ElementTree.fromstring(formats.text("junit", report))
    assert {name: top.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "6", "failures": "2", "errors": "2",
    }  # fmt: skip
    assert [suite.get("name") for suite in top] == ["sgd.predict", "sgd.mse", "sgd.fit", "sgd.plot_fit"]
    lost = top.findall(".//failure")
    assert [(one.get("type"), one.get("message")) for one in lost] == [
        ("failed", "You take a square root at the end."), ("not_run", "not run"),
    ]  # fmt: skip
    points = {one.get("name"): one.get("value") for one in top[1].iter("property")}
    assert points == {"score": "1", "max_score": "3"}
    assert ElementTree.fromstring(formats.text("junit", unreadable)).get("errors") == "1"


def test_every_format_is_looked_at() -> None:
    assert set(FORMATS) == {*SCHEMAS, "junit"}
