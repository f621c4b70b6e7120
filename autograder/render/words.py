"""The words for verdicts, the same wherever a Report is shown."""

from autograder.report import Status, Verdict

STATUS = {
    Status.PASSED: "all right",
    Status.PARTIAL: "partly right",
    Status.FAILED: "not right yet",
    Status.ERROR: "could not be run",
    Status.NOT_ATTEMPTED: "not attempted",
}
MARK = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.NOT_RUN: "–", Verdict.ERROR: "!"}
UNISOLATED = "Student code ran without isolation (--isolation none)."


def points(number: float) -> str:
    """4, 2.5: a mark without needless zeros."""
    return f"{number:g}"
