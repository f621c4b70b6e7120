"""`timestamp.txt`, whatever it holds: a time, or a line that says that it holds none."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.timestamp import UNREADABLE, moment, read

HALF_PAST_EIGHT = [
    "2026-11-05 08:30:00 UTC", "2026-11-05 08:30:00.000000 UTC", "2026-11-05T08:30:00Z", "2026-11-05T09:30:00+01:00",
    "2026-11-05 09:30:00 +0100", "2026-11-05 09:30:00 +01:00", "2026-11-05 09:30:00+01", "2026-11-05 09:30:00 CET",
    "2026-11-05 10:30:00 CEST", "2026-11-05 03:30:00 EST", "2026-11-05 01:30:00 PDT", "2026-11-05 10:30:00 UTC+2",
    "2026-11-05 09:30:00 Europe/Berlin", "Nov 5, 2026 9:30 AM Europe/Berlin", "2026-11-05 08:30", "2026-11-05-08-30-00",
    "20261105T083000Z", "20261105083000", "1793867400", "1793867400.0", "Thu, 05 Nov 2026 09:30:00 +0100",
    "Thursday, November 5, 2026 9:30:00 AM CET", "5 November 2026, 8:30 AM", "5. November 2026 08:30", "05.11.2026 08:30",
    "5.11.2026, 08:30:00", "2026/11/05 08:30:00", "Thu Nov  5 08:30:00 UTC 2026", "\n 2026-11-05 08:30:00 UTC\r\n\n",
    "\ufeff2026-11-05 08:30:00 UTC",
]  # fmt: skip
NO_TIMES = [
    "", "  \n", "garbage", "yesterday, honestly", "8", "8:30", "10.5", "2026", "Nov", "May 2026", "5 November", "12",
    "2026-13-45", "2026-11-05 25:00", "2026-11-05 08:30:00 nonsense", "2026-11-05 08:30:00 XYZ", "5/11/2026 08:30",
    "05-11-2026 08:30", "9999-12-31 23:59:59 -1400", "0001-01-01 00:00:00 +1400", "2026-11-05 08:30:00 99999999999999",
    "9999-12-31 23:59:59", "0001-01-01 00:00:00", "2026-11-05 08:30:00 UTC\nand more", "2026-11-05 08:30:00 UTC" + " " * 1000, "9" * 90, "\0" * 50, "[" * 90,
]  # fmt: skip


@pytest.fixture(params=["UTC", "Asia/Tokyo"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in a time zone of its own, which is to change no time."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("text", HALF_PAST_EIGHT)
def test_every_usual_form_of_a_time_is_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(text, "utf-8")
    assert read(tmp_path) == (datetime(2026, 11, 5, 8, 30), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13/11/2026 08:30", datetime(2026, 11, 13, 8, 30)),  # one of the two can only be the day
        ("11/13/2026 08:30", datetime(2026, 11, 13, 8, 30)),
        ("05/05/2026 08:30", datetime(2026, 5, 5, 8, 30)),
        ("2026-11-05", datetime(2026, 11, 5)),
    ],
)
def test_a_day_is_read_where_it_can_be_one_day_only(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize("text", NO_TIMES, ids=range(len(NO_TIMES)))
def test_what_says_no_time_counts_as_none_and_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(text, "utf-8")
    assert read(tmp_path) == (None, UNREADABLE)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize(
    "make",
    [
        Path.mkdir, pipe, sparse,
        lambda path: path.write_bytes(os.urandom(500)),
        lambda path: path.write_bytes(b"\xff\xfe2"),
        lambda path: path.symlink_to("nowhere"),
        lambda path: path.symlink_to(path),
        lambda path: path.symlink_to("/dev/zero"),
    ],
    ids=["folder", "pipe", "sparse", "binary", "half a character", "dangling", "loop", "device"],
)  # fmt: skip
def test_whatever_lies_there_it_counts_as_none_and_is_named(make: Callable[[Path], object], tmp_path: Path) -> None:
    make(tmp_path / "timestamp.txt")
    assert read(tmp_path) == (None, UNREADABLE)


def test_no_file_is_no_time_and_nothing_wrong(tmp_path: Path) -> None:
    assert read(tmp_path) == read(tmp_path / "nowhere") == (None, None)


def test_what_windows_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text("2026-11-05 08:30:00 UTC", "utf-16")
    assert read(tmp_path) == (datetime(2026, 11, 5, 8, 30), None)


@given(st.text() | st.text("0123456789 -+:/.,TZAPM", max_size=30))
def test_any_text_is_a_time_or_none(text: str) -> None:
    with contextlib.suppress(ValueError, OverflowError):
        assert moment(text).tzinfo is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_what_nbgrader_writes_is_read_back(when: datetime) -> None:
    assert moment(when.replace(tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f %Z")) == when
