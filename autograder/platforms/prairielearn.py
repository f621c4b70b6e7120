"""The results of PrairieLearn: `/grade/results/results.json`, as its documentation of external grading says."""

from __future__ import annotations

from typing import Any

from autograder.lesson.report import Report
from autograder.platforms import results


def result(report: Report, hints: int) -> dict[str, Any]:
    """What could not be graded is no attempt: it costs the student nothing, and says why."""
    if not report.exercises:
        why = results.summary(report)
        return {"gradable": False, "message": why, "format_errors": [why]}
    return {
        "gradable": True,
        "score": report.score / report.max_score if report.max_score else 0.0,
        "message": results.summary(report),
        "tests": [
            {"name": one.title, "points": one.score, "max_points": one.max_score, "message": one.text}
            for one in results.tests(report, hints)
        ],
        "for_a_person": results.open_questions(report),
    }
