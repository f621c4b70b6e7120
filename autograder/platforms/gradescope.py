"""The results of Gradescope: `/autograder/results/results.json`, as its autograder specifications say."""

from __future__ import annotations

from typing import Any

from autograder.lesson.report import Report, Verdict
from autograder.platforms import results
from autograder.platforms.results import Test

TEXT = "text"  # of its formats the one in which nothing is rendered


def result(report: Report, hints: int) -> dict[str, Any]:
    """Everything is shown at once, as a feedback page is; what the grader printed is for the staff."""
    return {
        "score": report.score,
        "output": results.summary(report),
        "output_format": TEXT,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "assignment": report.assignment,
            "isolation": report.isolation,
            "versions": dict(report.versions),
            "for_a_person": results.open_questions(report),
        },
        "tests": [_test(one) for one in results.tests(report, hints)],
    }


def _test(one: Test) -> dict[str, Any]:
    return {
        "name": one.title,
        "name_format": TEXT,
        "number": one.number,
        "score": one.score,
        "max_score": one.max_score,
        "status": "passed" if one.verdict is Verdict.PASSED else "failed",
        "output": one.text,
        "output_format": TEXT,
        "visibility": "visible",
    }
