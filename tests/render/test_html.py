"""The feedback page: what stands in a graded cell, and that nothing of a student's runs in a reader's browser."""

from __future__ import annotations

import base64
import dataclasses
import re

import pytest

from autograder.lesson.report import Criterion, Exercise, Losses, Report, Status, Verdict
from autograder.render.html import render_exercise, render_unreadable
from tests.render.test_picture import picture

KEPT = Criterion("squares the error", Verdict.PASSED, 2.0, 2.0)
LOST = Criterion(
    "averages", Verdict.FAILED, 0.0, 1.5, "y = [0, 0]", "2", "1", "Duplicate every row.", "sum-not-mean",
    "Nothing divides the sum.", ("What does a mean do?", "A mean does not grow."),
)  # fmt: skip
BARE = Criterion("never tried", Verdict.NOT_RUN, 0.0, 1.0)


def test_an_exercise_that_is_all_right_names_what_passed() -> None:
    assert render_exercise(Exercise.of("mse", (KEPT,))) == (
        '<section class="report passed">\n'
        '<h4 class="verdict"><code>mse</code>: all right, 2 of 2 points</h4>\n'
        '<ul class="kept" aria-label="What is right">\n'
        "<li>squares the error</li>\n"
        "</ul>\n"
        "</section>"
    )


def test_a_lost_criterion_shows_input_answer_expectation_diagnosis_and_hints() -> None:
    assert squeezed(render_exercise(Exercise.of("mse", (LOST,)))) == squeezed(
        """
        <section class="report failed">
        <h4 class="verdict"><code>mse</code>: not right yet, 0 of 1.5 points</h4>
        <div class="lost failed">
        <p class="name"><span class="mark" role="img" aria-label="not passed">✗</span> averages</p>
        <table>
        <tr><th scope="row">input</th><td><pre>y = [0, 0]</pre></td></tr>
        <tr><th scope="row">yours</th><td><pre>2</pre></td></tr>
        <tr><th scope="row">expected</th><td><pre>1</pre></td></tr>
        </table>
        <p class="diagnosis">Nothing divides the sum.</p>
        <p class="hint"><b>Hint:</b> Duplicate every row.</p>
        <details class="hint"><summary>Another hint</summary>
        <p>What does a mean do?</p>
        <details class="hint"><summary>Another hint</summary>
        <p>A mean does not grow.</p>
        </details>
        </details>
        </div>
        </section>
        """
    )


def test_further_lost_criteria_wait_behind_a_click_and_one_cause_is_explained_once() -> None:
    others = dataclasses.replace(LOST, name="does not grow"), dataclasses.replace(BARE, hint="Something else.")
    page = squeezed(render_exercise(Exercise.of("mse", (LOST, *others))))
    first, more = page.split('<details class="others"><summary>2 more things to look at</summary>')
    assert "Nothing divides the sum." in first and "Nothing divides the sum." not in more
    assert '<p class="diagnosis">The same seems to be behind this one.</p>' in more
    assert "does not grow" in more and "Something else." in more
    one = render_exercise(Exercise.of("mse", (LOST, others[0])))
    assert "<summary>One more thing to look at</summary>" in one


def squeezed(html: str) -> str:
    """HTML without blank lines and indents."""
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())


def test_a_criterion_without_facts_has_no_empty_table() -> None:
    page = render_exercise(Exercise.of("mse", (BARE,)))
    assert '<span class="mark" role="img" aria-label="not run">–</span> never tried' in page
    assert "<table>" not in page
    assert 'class="hint"' not in page


def test_what_was_not_attempted_only_says_so() -> None:
    page = squeezed(render_exercise(Exercise.of("mse", (BARE,), status=Status.NOT_ATTEMPTED)))
    assert page == (
        '<section class="report not_attempted">\n'
        '<h4 class="verdict"><code>mse</code>: not attempted, 0 of 1 points</h4>\n'
        '<p class="todo">Nothing is written here yet.</p>\n'
        "</section>"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.PASSED, "all right"), (Status.PARTIAL, "partly right"), (Status.FAILED, "not right yet"),
        (Status.ERROR, "could not be run"), (Status.NOT_ATTEMPTED, "not attempted"),
    ],
)  # fmt: skip
def test_each_status_has_its_class_and_its_words(status: Status, words: str) -> None:
    page = render_exercise(Exercise.of("mse", (KEPT, LOST), status=status))
    assert f'<section class="report {status.value}">' in page
    assert f"<code>mse</code>: {words}, 2 of 3.5 points" in page


def test_everything_that_a_student_can_influence_is_escaped() -> None:
    nasty = "<script>alert('x')</script>"
    criteria = (
        Criterion(nasty, Verdict.PASSED, 1.0, 1.0),
        Criterion(nasty, Verdict.FAILED, 0.0, 1.0, nasty, nasty, nasty, nasty, None, nasty, (nasty, nasty)),
    )
    page = render_exercise(Exercise.of("mse", criteria, note=nasty))
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") == 10


def test_what_stands_between_backticks_is_code_and_still_escaped() -> None:
    note = "Your `gradient` is `<b>` and `x`y."
    page = render_exercise(Exercise.of("mse", (dataclasses.replace(LOST, hint="Call `f()`."),), note=note))
    assert "Your <code>gradient</code> is <code>&lt;b&gt;</code> and <code>x</code>y." in page
    assert "<b>Hint:</b> Call <code>f()</code>." in page


def test_a_page_can_be_saved_whatever_the_students_text_holds() -> None:
    page = render_exercise(Exercise.of("mse", (Criterion("a", Verdict.FAILED, 0.0, 1.0, actual="\ud800"),)))
    assert page.encode("utf-8")


def test_the_students_picture_stands_beside_the_lessons() -> None:
    page = render_exercise(Exercise.of("plot_fit", (KEPT,)), (picture(3, 2), picture(4, 4)))
    yours, lessons = (
        f'src="data:image/png;base64,{base64.b64encode(one).decode()}"' for one in (picture(3, 2), picture(4, 4))
    )
    yours = f'<img alt="What your plot_fit draws" {yours}><figcaption>yours</figcaption>'
    assert page.index(yours) < page.index(f'<img alt="What the lesson\'s plot_fit draws" {lessons}>')
    assert "<img" not in render_exercise(Exercise.of("plot_fit", (KEPT,)))


@pytest.mark.parametrize("forged", [b"no picture", picture(30_000, 30_000), picture(8, 8) + bytes(200_000)])
def test_a_picture_that_is_none_or_too_large_is_left_out_with_a_line(forged: bytes) -> None:
    page = render_exercise(Exercise.of("plot_fit", (KEPT,)), (forged, picture(4, 4)))
    assert "A picture is left out here: it is too large for a page, or no picture at all." in page
    assert "What your plot_fit draws" not in page and "What the lesson&#39;s" not in page and page.count("<img") == 1


def test_a_hand_in_that_could_not_be_read_gets_the_reason() -> None:
    report = Report.unreadable("sgd", 53.0, "the file <is> not JSON", isolation="none")
    assert render_unreadable(report) == (
        '<section class="report error"><p class="verdict">'
        "This hand-in could not be graded: the file &lt;is&gt; not JSON.</p></section>"
    )


def test_two_loss_curves_are_one_small_picture_with_its_description() -> None:
    page = render_exercise(
        Exercise.of("fit", (KEPT,)), losses=Losses([4.0, 2.0, 1.0], [3.0, 1.0, 0.5], "The loss, yours & theirs.")
    )
    assert 'aria-label="Your losses go from 4 to 1, the lesson&#39;s from 3 to 0.5."' in page
    assert page.count("<polyline") == 2
    assert "<figcaption>The loss, yours &amp; theirs.<" in page
    assert len(page) < 2500


@pytest.mark.parametrize("yours", [[], [float("nan")], [1.0, float("inf")], [1.0] * 1001])
def test_what_is_no_curve_is_not_drawn(yours: list[float]) -> None:
    assert "<svg" not in render_exercise(Exercise.of("fit", (KEPT,)), losses=Losses(yours, [3.0, 1.0, 0.5]))


def test_a_curve_that_runs_away_stays_in_its_picture() -> None:
    page = render_exercise(Exercise.of("fit", (KEPT,)), losses=Losses([1.0, 1e30, -5.0], [3.0, 1.0, 0.5]))
    spots = re.findall(r'class="yours" points="([^"]*)"', page)[0].split()
    assert all(0 <= float(one) <= 320 for spot in spots for one in spot.split(","))
