"""How many handed in, and in which way, with what goes with each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from autograder.lesson.report import OLDER, Criterion, Exercise, Report, Status, Verdict
from autograder.overview.headcount import duration, headcount
from autograder.overview.reader import Reader, Who
from tests.overview.made import entry, member, report, right

FULL = report(Exercise.of("mse", (right("a"),)))
OLD = report(Exercise.of("mse", (Criterion("a", Verdict.ERROR, 0.0, 1.0),), status=Status.ERROR, note=OLDER))
FAULT = report(Exercise.of("mse", (Criterion("a", Verdict.ERROR, 0.0, 1.0),)))
DUE = datetime(2026, 11, 3, 10)


def test_everybody_is_counted_and_named_with_the_reason() -> None:
    members = [
        member("ann", FULL, name="Ann Lee"),
        member("bob", FULL, entry=entry(1.0, timestamp=DUE + timedelta(hours=25), deadline=DUE)),
        member("cyd", Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="none")),
        member("dov", name="Dov", handed_in=False),
        member("eve", OLD),
        member("fay", FAULT),
        member("gus"),
    ]
    found = {one.about: one.group for one in headcount(members, Reader(members))}
    assert {about: group.number for about, group in found.items()} == {
        "handed in": 6, "late": 1, "unreadable": 1, "not graded": 1, "for a person": 2, "not handed in": 1,
    }  # fmt: skip
    assert found["handed in"].people[0] == Who("Ann Lee", "ann")
    assert found["late"].people == (Who("bob", note="1 d 1 h"),)
    assert found["unreadable"].people == (Who("cyd", note="the file is not JSON"),)
    assert found["not handed in"].people == (Who("Dov", "dov"),)


def test_without_a_roster_nobody_knows_who_is_missing() -> None:
    members = [member("ann", FULL)]
    assert "not handed in" not in {one.about for one in headcount(members, Reader(members))}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 min"), (3540, "59 min"), (3599, "1 h"), (86_400, "1 d"), (90_000, "1 d 1 h"), (86_399, "1 d")],
)
def test_durations_are_short(seconds: int, said: str) -> None:
    assert duration(timedelta(seconds=seconds)) == said
