"""What has changed since an earlier grading: whose marks, by which criteria, and why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder import cli
from autograder.classroom import history
from autograder.classroom.history import Line
from autograder.lesson.report import Exercise
from autograder.overview.changes import Changes, Shift, changes
from autograder.overview.reader import Reader, Who
from tests.overview.made import keep, member, report, right

FIRST, SECOND = "2026-11-05T08:00:00Z", "2026-11-06T08:00:00Z"
GRADERS, HANDIN = ("the graders changed",), ("the hand-in changed",)


def line(run: str, student: str, final: float, why: tuple[str, ...] = (), **criteria: float | str) -> Line:
    return Line(run, "sgd", student, why, final, 8.0, final, criteria={"mse": criteria})


LINES = [
    *(line(FIRST, student, 6.0, square=2.0, sign="failed", mean=4.0) for student in ("ann", "bob", "cyd", "dan")),
    line(SECOND, "ann", 8.0, GRADERS, square=2.0, sign=2.0, mean=4.0),
    line(SECOND, "bob", 2.0, HANDIN, square=2.0, sign="failed", mean="failed"),
    line(SECOND, "cyd", 6.0, GRADERS, square="failed", sign=2.0, mean=4.0),
    line(SECOND, "eve", 7.0),
]


def seen(since: str, *known: str) -> Changes:
    reader = Reader([member(one) for one in known])
    return changes(since, history.since(LINES, since), set(known), reader)


def test_whose_marks_rose_and_fell_by_what_and_why() -> None:
    found = seen(FIRST, "ann", "bob", "cyd", "dan", "eve")
    assert {about: group.people for about, group in found.groups} == {
        "rose": (Who("ann", note="6 → 8 (mse: sign)"),),
        "fell": (Who("bob", note="6 → 2 (mse: mean)"),),
        "the same, by other criteria": (Who("cyd", note="6 → 6 (mse: square; mse: sign)"),),
        "new": (Who("eve"),),
    }
    assert found.shifts == [Shift("mse", "sign", 2, 0), Shift("mse", "mean", 0, 1), Shift("mse", "square", 0, 1)]
    assert found.reasons == [("the graders changed", 2), ("the hand-in changed", 1), ("the first time", 1)]


def test_who_is_gone_is_left_out_and_nothing_changes_after_the_last_run() -> None:
    assert [about for about, _ in seen("2026-11-05 12:00", "bob", "dan").groups] == ["fell"]
    assert seen(SECOND, "ann", "bob") == Changes(SECOND, [], [], [])


@pytest.fixture
def graded(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for student in ("ann", "bob", "cyd", "dan", "eve"):
        keep(course, student, report(Exercise.of("mse", (right("square"),))))
    for one in LINES:
        history.append(course, one)
    monkeypatch.chdir(course)
    return course / "course" / "class"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # SQLAlchemy's about nbgrader
def test_the_page_says_it_and_that_for_the_class_names_nobody(graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", "--since", FIRST]) == 0
    page = " ".join(re.sub("<[^>]*>", " ", (graded / "sgd.html").read_text("utf-8")).split())
    assert f"Since {FIRST} 1 rose ann 6 → 8 (mse: sign)" in page and "2 graded: the graders changed" in page
    assert "mse sign 2 0 mse mean 0 1 mse square 0 1" in page
    assert cli.main(["report", "--since", FIRST, "--anonymous"]) == 0
    page = (graded / "sgd-anonymous.html").read_text("utf-8")
    assert "No marks have changed by so many that it would show." in page and "ann" not in re.findall(r"\w+", page)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_is_no_run_and_no_date_is_refused(graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", "--since", "yesterday"]) == 2
    assert capsys.readouterr().err == (
        "autograder: 'yesterday' is no run in course/history.jsonl, and no date such as 2026-11-05\n"
    )
