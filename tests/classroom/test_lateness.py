"""How late a hand-in is, on the clock of the place where it is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.lateness import Lateness, duration

BERLIN = tz.gettz("Europe/Berlin")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("due", "handed_in", "days"),
    [
        ("2026-11-05 23:59", "2026-11-05 23:59", 0),
        ("2026-11-05 23:59", "2026-11-05 23:59:01", 1),
        ("2026-11-05 23:59", "2026-11-06 23:59", 1),
        ("2026-11-05 23:59", "2026-11-06 23:59:01", 2),
        ("2026-10-24 23:59", "2026-10-25 23:59", 1),  # 25 hours: clocks were put back
        ("2026-10-24 23:59", "2026-10-26 23:59", 2),
        ("2026-03-28 23:59", "2026-03-29 23:59", 1),  # 23 hours
        ("2026-03-28 23:59", "2026-03-30 00:00", 2),
        ("2026-11-05 23:59", "9999-12-31 12:00", 2912134),
    ],
)
def test_a_day_late_ends_when_the_clock_shows_the_hour_again(due: str, handed_in: str, days: int) -> None:
    assert Lateness(berlin(handed_in), berlin(due)).days == days


def test_within_the_hour_that_there_is_twice_late_is_late() -> None:
    due = berlin("2026-10-25 02:30")
    late = Lateness(datetime(2026, 10, 25, 1, 0, tzinfo=UTC), due)  # 02:00 on the clock, half an hour later
    assert (late.days, duration(late.by)) == (1, "30 minutes")


def test_free_days_are_not_charged() -> None:
    late = Lateness(berlin("2026-11-08 10:00"), berlin("2026-11-05 23:59"), free=2)
    assert (late.days, late.charged) == (3, 1)


@pytest.mark.parametrize(
    ("late", "sentence"),
    [
        (Lateness(), ""),
        (Lateness(berlin("2026-11-05 10:00")), ""),
        (
            Lateness(None, berlin("2026-11-05 23:59")),
            "Due 2026-11-05 23:59 CET. When this was handed in is not known, so it counts as in time.",
        ),
        (
            Lateness(berlin("2026-11-05 10:00"), berlin("2026-11-05 23:59")),
            "Handed in 2026-11-05 10:00 CET, in time: due 2026-11-05 23:59 CET.",
        ),
        (
            Lateness(berlin("2026-11-07 09:00"), berlin("2026-11-05 23:59"), extended=True),
            "Handed in 2026-11-07 09:00 CET, 1 day and 9 hours late: it was due 2026-11-05 23:59 CET, "
            "with your extension.",
        ),
    ],
)
def test_a_page_says_when_it_was_due_and_how_late_it_came(late: Lateness, sentence: str) -> None:
    assert late.sentence() == sentence


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=2, minutes=1), "2 hours and 1 minute"),
        (timedelta(days=2, minutes=5), "2 days and 5 minutes"),
        (timedelta(days=2, hours=3, minutes=5), "2 days and 3 hours"),
    ],
)
def test_a_duration_has_its_two_largest_units(time: timedelta, words: str) -> None:
    assert duration(time) == words


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(-(10**7), 10**7))
def test_late_is_one_day_at_least_and_in_time_none(due: datetime, seconds: int) -> None:
    due = due.replace(tzinfo=UTC)
    late = Lateness(due + timedelta(seconds=seconds), due)
    assert late.days == max(0, -(-seconds // 86400)) and bool(late.by) == (late.days > 0)
