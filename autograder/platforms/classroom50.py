"""The result of Classroom 50: `result.json` of `classroom50/result/v1`, as its wiki says (Advanced Autograding).

Its runner says in the environment whose hand-in it is, and puts owner, kind and time of submission in itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from autograder.basics.refused import Refused
from autograder.lesson.report import Report, Verdict
from autograder.platforms import results
from autograder.platforms.results import Test

TOLD = {
    "classroom": "CLASSROOM", "assignment": "ASSIGNMENT", "submission": "SUBMISSION_TAG", "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}  # fmt: skip
SCALE = 2  # its points are whole numbers, and ours may be halves


def demand(environment: Mapping[str, str]) -> None:
    """Demand what the runner says.

    Raises:
        Refused: some of it is missing.
    """
    if missing := [name for name in TOLD.values() if not environment.get(name)]:
        raise Refused(
            f"--format classroom50 is for Classroom 50's runner, which sets {', '.join(missing)}: not set here"
        )


def result(report: Report, hints: int, environment: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """`now` stands for the time of submission until the runner puts that in."""
    tests = [_test(one) for one in results.tests(report, hints)]
    told = {field: environment.get(name, "") for field, name in TOLD.items()}
    return {
        "schema": "classroom50/result/v1",
        **told,
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": environment.get("OWNER") or environment.get("USERNAME", ""),
        "review": environment.get("REVIEW_URL") or told["commit"],
        "datetime": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def _test(one: Test) -> dict[str, Any]:
    return {
        "test-name": one.title,
        "passed": one.verdict is Verdict.PASSED,
        "score": round(one.score * SCALE),
        "max-score": round(one.max_score * SCALE),
        "output": one.text,
    }
