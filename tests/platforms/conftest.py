"""What tests of the results share: Reports with everything that one can hold."""

from __future__ import annotations

import pytest

from autograder.lesson.report import OLDER, Criterion, Exercise, Report, Status, Verdict

VERSIONS = {"python": "3.11.7", "torch": "2.13.0", "kit": "0.1.0"}
NASTY = "\x1b[31m\x00<script>&\u202e\ud800\uffff]]>"


def report_of(*exercises: Exercise, isolation: str = "landlock+seccomp", note: str | None = None) -> Report:
    found = Report.of("sgd", exercises, isolation=isolation, note=note)
    return Report(**{**vars(found), "versions": VERSIONS})


def failed(name: str = "squares the error", **more: object) -> Criterion:
    about = {
        "input": "y_hat = [5], y = [2]", "actual": "3", "expected": "9", "hint": "What is 3 squared?",
        "diagnosis": "You take a square root at the end.", "more_hints": ("second", "third"), **more,
    }  # fmt: skip
    return Criterion(name, Verdict.FAILED, 0.0, 1.0, **about)  # type: ignore[arg-type]


@pytest.fixture
def report() -> Report:
    """A Report with each verdict and status in it."""
    passed = Criterion("gives every row its own prediction", Verdict.PASSED, 1.0, 1.0)
    half = Criterion("takes a short last batch", Verdict.NOT_RUN, 0.0, 0.5)
    ours = Criterion("stays finite", Verdict.ERROR, 0.0, 1.0, hint="This is a fault in the grader, not in your work.")
    return report_of(
        Exercise.of("predict", (passed,)),
        Exercise.of("mse", (passed, failed(), ours), note="Good to know: `mse` is a mean."),
        Exercise.of("fit", (half,), status=Status.NOT_ATTEMPTED),
        Exercise.of("plot_fit", (Criterion("draws", Verdict.ERROR, 0.0, 1.0, actual="no answer"),),
                    status=Status.ERROR, note=OLDER),
        note="graded: sgd (1).ipynb; there is no sgd.ipynb",
    )  # fmt: skip


@pytest.fixture
def unreadable() -> Report:
    return Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="landlock+seccomp")


@pytest.fixture
def nasty() -> Report:
    """A Report in which a student had every text in hand."""
    lost = failed(NASTY, input=NASTY, actual=NASTY * 2000, diagnosis=NASTY)
    return report_of(Exercise.of("mse", (lost,) * 15, note=NASTY), note=NASTY)
