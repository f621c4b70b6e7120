"""`course/extensions.csv`, as people write it: until when, or a sentence about what is wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from dateutil import tz

from autograder.basics.refused import Refused
from autograder.classroom import extensions

DUE = datetime(2026, 10, 24, 23, 59, tzinfo=tz.gettz("Europe/Berlin"))


def course(folder: Path, table: str, students: str = "") -> Path:
    (folder / "course").mkdir()
    (folder / "course" / "extensions.csv").write_text(table, "utf-8")
    if students:
        (folder / "course" / "students.csv").write_text(students, "utf-8")
    return folder


def due(folder: Path, table: str, student: str = "ada") -> str:
    put_off = extensions.load(course(folder, table))
    assert put_off is not None
    return f"{put_off.due(student, 'sgd', DUE):%Y-%m-%d %H:%M %Z}"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("id,days\nada,2\n", "2026-10-26 23:59 CET"),  # 49 hours: clocks are put back in between
        ("id,due\nada,2026-10-30\n", "2026-10-30 23:59 CET"),
        ("id,due\nada,2026-10-30 12:00\n", "2026-10-30 12:00 CET"),
        ("id,due\nada,2026-10-30 12:00 UTC\n", "2026-10-30 12:00 UTC"),
        ("id,due\nada,2026-10-30 12:00 Europe/London\n", "2026-10-30 12:00 GMT"),
        ("ID;Due;Days\nada;30.10.2026;\n", "2026-10-30 23:59 CET"),  # as a German spreadsheet saves it
        ("student_id\tassignment\tdays\nada\tsgd\t1\n", "2026-10-25 23:59 CET"),
        ("id,assignment,days\nada,,5\nada,sgd,1\n", "2026-10-25 23:59 CET"),  # of two the one that names it
        ("id,assignment,days\nada,another,1\n", "2026-10-24 23:59 CEST"),
        ("id,days\nbob,1\n", "2026-10-24 23:59 CEST"),
        ("id,days\n", "2026-10-24 23:59 CEST"),
    ],
)
def test_a_row_puts_off_until_a_time_or_by_days(table: str, expected: str, tmp_path: Path) -> None:
    assert due(tmp_path, table) == expected


WRONG = {
    "id,days\nada,two\n": "'two' for 'ada' is no number of days from 1 to 999",
    "id,days\nada,0\n": "'0' for 'ada' is no number of days from 1 to 999",
    "id,days\nada,-1\n": "'-1' for 'ada' is no number of days from 1 to 999",
    "id,due\nada,soon\n": "'soon' for 'ada' is no time such as 2026-11-12 23:59",
    "id,due\nada,9999-12-31\n": "'9999-12-31' for 'ada' is no time such as 2026-11-12 23:59",
    "id,due\nada,5/11/2026\n": "'5/11/2026' for 'ada' is no time such as 2026-11-12 23:59",
    "id,due\nada,\n": "'ada' needs a new due date or a number of days, and not both",
    "id,due,days\nada,2026-10-30,2\n": "'ada' needs a new due date or a number of days, and not both",
    "id,days\nada,1\nada,2\n": "'ada' stands there twice",
    "id,days\n,1\n": "a row has no id",
    "id,days\na,x\nb,x\nc,x\nd,x\ne,x\n": "'x' for 'a' is no number of days from 1 to 999; 'x' for 'b' is no number of "
    "days from 1 to 999; 'x' for 'c' is no number of days from 1 to 999; and 2 more",
}


@pytest.mark.parametrize("table", WRONG)
def test_a_row_that_says_nothing_is_named(table: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        extensions.load(course(tmp_path, table))
    assert str(refusal.value) == f"course/extensions.csv: {WRONG[table]}"


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        extensions.load(course(tmp_path, "name,phone\n"))
    assert str(refusal.value) == (
        f"{tmp_path}/course/extensions.csv: its first row is none that is known here: name,phone"
    )


def test_without_a_table_there_are_none(tmp_path: Path) -> None:
    assert extensions.load(tmp_path) is None


def test_who_is_meant_may_be_said_as_the_roster_does(tmp_path: Path) -> None:
    root = course(tmp_path, "id,days\nAda@x.edu,1\nbob,2\n", "id,email\nada,ada@x.edu\n")
    put_off = extensions.load(root)
    assert put_off is not None
    assert f"{put_off.due('ada', 'sgd', DUE):%d}" == "25"
    assert put_off.unknown({"ada"}) == ["bob"]


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("id,assignment,days\nada,sdg,1\n", "'ada' has the assignment 'sdg': choose from other, sgd"),
        (
            "id,due\nada,2026-10-24 23:59\n",
            "the new due date of 'ada', 2026-10-24 23:59, is not after 2026-10-24 23:59 CEST",
        ),
    ],
)
def test_what_fits_no_assignment_is_refused(table: str, fault: str, tmp_path: Path) -> None:
    put_off = extensions.load(course(tmp_path, table))
    assert put_off is not None
    with pytest.raises(Refused) as refusal:
        put_off.demand({"sgd", "other"}, "sgd", DUE)
    assert str(refusal.value) == f"course/extensions.csv: {fault}"
