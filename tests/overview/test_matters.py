"""What the instructor has to look at."""

from __future__ import annotations

from pathlib import Path

from autograder.classroom.audits import Audits
from autograder.classroom.course import Course
from autograder.lesson.report import OLDER, Criterion, Exercise, Report, Status, Verdict
from autograder.overview.losses import causes
from autograder.overview.matters import matters
from autograder.overview.reader import Reader
from tests.overview.made import empty, keep, member, report, right, wrong

NOT_RUN = Criterion("a", Verdict.NOT_RUN, 0.0, 1.0)
ERROR = Criterion("squares", Verdict.ERROR, 0.0, 1.0)
DIED = Criterion("a", Verdict.ERROR, 0.0, 1.0, actual="no answer: its process ended", expected="an answer")
CLASS: dict[str, Report] = {
    "ann": report(Exercise.of("mse", (wrong("a", "stopped after 10 s", expected="an answer"),))),
    "bob": report(Exercise.of("mse", (ERROR,))),
    "cyd": report(Exercise.of("mse", (ERROR,), status=Status.ERROR, note=OLDER)),
    "dov": report(Exercise.of("mse", (DIED,))),
    "eve": report(Exercise.of("mse", (NOT_RUN,), status=Status.ERROR, note="Your cell stops with SyntaxError: x")),
    "fay": report(empty("mse", "a")),
    "gus": report(Exercise.of("mse", (right("a"),))),
}


def test_everything_is_named_with_who_it_is_faults_of_the_kit_first(course: Path) -> None:
    for student, one in CLASS.items():
        keep(course, student, one)
    audits = Audits(Course(course), "sgd")
    audits.keep("gus", {"mse": "TypeError: no"})
    members = [member(student, one, name=student if student == "ann" else "") for student, one in CLASS.items()]
    found = [
        (one.about, one.exercise, one.text, *((who.name, who.note) for who in one.group.people))
        for one in matters(members, causes(CLASS), audits, Reader(members))
    ]
    assert found == [
        ("A fault of the kit", "mse", "squares", ("bob", "")),
        (
            "All marks, and fails its visible checks: the graders are weaker than those, which is a fault of the kit",
            "mse", "TypeError: no", ("gus", ""),
        ),
        ("Written with a newer Python than the grader's", "mse", "", ("cyd", "")),
        ("A limit was reached", "mse", "stopped after 10 s", ("ann", "")),
        ("The process of the answer ended, or sent what cannot be read", "mse", "no answer: its process ended", ("dov", "")),
        ("The cell stops before the answer is defined", "mse", "", ("eve", "Your cell stops with SyntaxError: x")),
        ("Handed in without any answer", "", "", ("fay", "")),
        ("Handed in, and not in students.csv", "", "", *((name, "") for name in ("bob", "cyd", "dov", "eve", "fay", "gus"))),
    ]  # fmt: skip


def test_without_a_roster_nobody_is_a_stranger(course: Path) -> None:
    members = [member("gus", CLASS["gus"])]
    assert list(matters(members, [], Audits(Course(course), "sgd"), Reader(members))) == []
