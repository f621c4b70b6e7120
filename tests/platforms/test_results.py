"""What platforms are told of a Report, in words: as students read it on their page."""

from __future__ import annotations

import re

from autograder.lesson.report import Criterion, Exercise, Report, Verdict
from autograder.platforms import results
from tests.platforms.conftest import failed, report_of

SUMMARY = """\
Your instructor will look at mse and plot_fit: not all of it could be judged here, and that is not your fault.
graded: sgd (1).ipynb; there is no sgd.ipynb
mse is the first one to look at again: squares the error.
2 of 5.5 points

predict: all right, 1 of 1 points
mse: partly right, 1 of 3 points
  Good to know: `mse` is a mean.
fit: not attempted, 0 of 0.5 points
plot_fit: could not be run, 0 of 1 points
  This needs a newer Python than the grader's"""


def test_summary_says_where_to_begin_and_what_a_person_has_to_look_at(report: Report) -> None:
    found = results.summary(report)
    assert found.startswith(SUMMARY)
    assert found.endswith("\n\nGraded with Python 3.11.7, torch 2.13.0, autograder 0.1.0.")


def test_summary_says_that_there_were_no_walls() -> None:
    found = report_of(Exercise.of("mse", (Criterion("x", Verdict.PASSED, 1.0, 1.0),)), isolation="none")
    assert results.summary(found).startswith(
        "Student code ran without isolation (--isolation none).\nmse is all right.\n"
    )


def test_lost_criterion_says_what_the_page_says(report: Report) -> None:
    tests = {one.number: one for one in results.tests(report, hints=1)}
    assert [(one.number, one.title, one.text == "") for one in tests.values()] == [
        ("1.1", "predict: gives every row its own prediction", True),
        ("2.1", "mse: gives every row its own prediction", True),
        ("2.2", "mse: squares the error", False),
        ("2.3", "mse: stays finite", False),
        ("3.1", "fit: takes a short last batch", False),
        ("4.1", "plot_fit: draws", False),
    ]
    assert tests["2.2"].text == (
        "input     y_hat = [5], y = [2]\nyours     3\nexpected  9\n"
        "You take a square root at the end.\nHint: What is 3 squared?"
    )
    assert tests["2.2"].says == "You take a square root at the end."
    assert tests["2.3"].text == "Hint: This is a fault in the grader, not in your work."
    assert (tests["3.1"].text, tests["3.1"].says) == ("Nothing is written here yet.", "not run")


def test_hints_are_as_many_as_were_asked_for(report: Report) -> None:
    def given(hints: int) -> int:
        return results.tests(report, hints)[2].text.count("Hint:")

    assert [given(hints) for hints in range(4)] == [0, 1, 2, 3]


def test_what_could_not_be_graded_is_one_test_worth_everything(unreadable: Report) -> None:
    (only,) = results.tests(unreadable, 1)
    assert (only.title, only.score, only.max_score, only.verdict) == (
        "sgd: the notebook can be graded", 0.0, 53.0, Verdict.ERROR,
    )  # fmt: skip
    assert only.text == results.summary(unreadable) == "the file is not JSON"


def test_long_text_is_cut_in_the_middle() -> None:
    long = report_of(Exercise.of("mse", (failed(actual="one word and another " * 500),)))
    (text,) = (one.text for one in results.tests(long, 1))
    assert len(text) == results.MOST and "…" in text and text.endswith("Hint: What is 3 squared?")


def test_no_text_commands_a_terminal(nasty: Report) -> None:
    texts = [results.summary(nasty), *(text for one in results.tests(nasty, 3) for text in (one.title, one.text))]
    assert all(re.sub("[\n\uffff]", "", text).isprintable() for text in texts)
    assert not any(one in text for text in texts for one in "\x1b\x00\u202e\ud800")
