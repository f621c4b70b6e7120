"""When assignments are due, and what it costs to be late: what the settings say, or a sentence about what is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from traitlets.config import Config

from autograder.basics.refused import Refused
from autograder.classroom.deadlines import Deadlines
from autograder.classroom.lateness import Lateness
from autograder.classroom.marks import Times

DUE = {"sgd": "2026-11-05 23:59 Europe/Berlin"}


def deadlines(**settings: object) -> Deadlines:
    return Deadlines.of(Config(Deadlines=Config(due=DUE) | settings))


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no time": ({"due": {"sgd": "soon"}}, "c.Deadlines.due says 'soon' for sgd: give a day, a time and a time zone, "),
    "no zone": ({"due": {"sgd": "2026-11-05 23:59"}}, "c.Deadlines.due says '2026-11-05 23:59' for sgd: give a day, "),
    "unknown zone": ({"due": {"sgd": "2026-11-05 23:59 Europe/Berlinn"}}, "c.Deadlines.due says '2026-11-05 23:59 Eur"),
    "no time of day": ({"due": {"sgd": "2026-11-05 Europe/Berlin"}}, "c.Deadlines.due says '2026-11-05 Europe/Berlin'"),
    "no year": ({"due": {"sgd": "9999-12-31 23:59 America/New_York"}}, "c.Deadlines.due says '9999-12-31 23:59 America"),
    "number": ({"due": {"sgd": 5}}, "c.Deadlines.due says 5 for sgd: give a day, a time and a time zone, such as '2026"),
    "no table": ({"due": "2026-11-05"}, "c.Deadlines in nbgrader_config.py: The 'due' trait of a Deadlines instance exp"),
    "method": (
        {"penalty_method": "half"},
        "c.Deadlines in nbgrader_config.py: The 'penalty_method' trait of a Deadlines instance expected any of "
        "['none', 'zero', 'percent'], not the str 'half'.",
    ),
    "percent": ({"percent": 120}, "c.Deadlines in nbgrader_config.py: The value of the 'percent' trait of a Deadlines"),
    "free days": ({"free_days": -1}, "c.Deadlines in nbgrader_config.py: The value of the 'free_days' trait of a Dead"),
    "name": ({"dues": {}}, "there is no setting c.Deadlines.dues: the settings are due, free_days, penalty_method, perc"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_wrong_settings_are_refused_in_one_sentence(what: str) -> None:
    settings, message = WRONG[what]
    with pytest.raises(Refused) as refusal:
        deadlines(**settings)
    assert str(refusal.value).startswith(message) and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-05 23:59 Europe/Berlin", "2026-11-05T23:59:00+01:00"),
        ("2026-07-05 23:59 Europe/Berlin", "2026-07-05T23:59:00+02:00"),
        ("5 Nov 2026, 11:59 PM America/New_York", "2026-11-05T23:59:00-05:00"),
        ("2026-11-05 23:59 +0100", "2026-11-05T23:59:00+01:00"),
        ("2026-03-29 02:30 Europe/Berlin", "2026-03-29T03:30:00+02:00"),  # clocks show no such time
        ("2026-10-25 02:30 Europe/Berlin", "2026-10-25T02:30:00+01:00"),  # they show it twice
    ],
)
def test_a_due_date_is_one_moment_of_the_clock_there(text: str, expected: str) -> None:
    found = deadlines(due={"sgd": text}).date("sgd")
    assert found is not None and found.isoformat() == expected


def test_no_due_date_may_be_said_and_another_assignment_has_none() -> None:
    assert deadlines(due={"sgd": None}).date("sgd") is deadlines().date("another") is None


def late(days: int, free: int = 0) -> Lateness:
    due = deadlines().date("sgd")
    assert due is not None
    return Lateness(due + timedelta(days=days), due, free=free)


@pytest.mark.parametrize(
    ("settings", "days", "free", "penalty", "rule"),
    [
        ({"penalty_method": "none"}, 3, 0, None, ""),
        ({"penalty_method": "zero"}, 1, 0, 37, "A late hand-in gets no marks."),
        ({"penalty_method": "zero"}, 0, 0, None, ""),
        ({"penalty_method": "zero"}, 2, 2, None, "That costs nothing: 2 free days had not been used."),
        ({"penalty_method": "percent"}, 1, 0, 3.7, "For each day begun, 10 % of the marks are taken off: 1 day."),
        ({"penalty_method": "percent", "percent": 7.5}, 3, 1, 5.55,
         "For each day begun, 7.5 % of the marks are taken off: 2 days, after 1 free day."),
        ({"penalty_method": "percent"}, 11, 0, 37, "For each day begun, 10 % of the marks are taken off: 11 days."),
    ],
)  # fmt: skip
def test_what_it_costs_to_be_late(
    settings: dict[str, object], days: int, free: int, penalty: float | None, rule: str
) -> None:
    policy = deadlines(**settings)
    assert (policy.penalty(37, late(days, free)), policy.rule(late(days, free))) == (penalty, rule)


def test_nbgraders_own_setting_counts_and_ours_comes_before_it() -> None:
    config = Config(LateSubmissionPlugin=Config(penalty_method="zero"))
    assert Deadlines.of(config).penalty(37, late(1)) == 37
    config.Deadlines.penalty_method = "none"
    assert Deadlines.of(config).penalty(37, late(1)) is None


def test_free_days_are_used_up_in_the_order_in_which_things_were_due() -> None:
    policy = deadlines(free_days=3)
    first = Times("a", datetime(2026, 10, 3), datetime(2026, 10, 1))  # two days late
    this = Times("sgd", datetime(2026, 11, 8), datetime(2026, 11, 5, 22, 59))
    last = Times("z", datetime(2026, 12, 9), datetime(2026, 12, 1))
    no_date, not_late = Times("b", datetime(2026, 10, 3)), Times("c", datetime(2026, 9, 1), datetime(2026, 10, 1))
    everything = [last, no_date, this, not_late, first]
    assert [policy.lateness(everything, name).free for name in ("a", "sgd", "z")] == [3, 1, 0]
    assert policy.lateness([], "sgd") == Lateness(free=3)
