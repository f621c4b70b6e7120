"""Everybody of a class, from whatever is known of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from autograder.classroom.course import Course
from autograder.classroom.roster import Person, Roster
from autograder.lesson.report import Exercise, Report
from autograder.overview.members import Standing, gather
from tests.overview.made import entry, keep, member, report, right

DUE = datetime(2026, 11, 3, 10)
FULL = report(Exercise.of("mse", (right("a", 3.0),)))


def test_the_roster_says_who_is_missing_and_whoever_hands_in_is_one_of_them(course: Path) -> None:
    keep(course, "ADA", FULL)
    keep(course, "bob", Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="none"))
    (course / "course" / "submitted" / "cyd" / "sgd").mkdir(parents=True)
    keep(course, "eve", FULL)
    (course / "course" / "reports" / "sgd" / "eve.json").write_text("{}")
    people = [Person("ada", "Ada", "Lovelace", section="A"), Person("cyd"), Person("dov", "Dov")]
    found = gather(Course(course), "sgd", {"ADA": entry(2.0)}, Roster(people))
    assert [(one.id, one.name, one.section, one.standing, one.total) for one in found] == [
        ("ADA", "Ada Lovelace", "A", Standing.GRADED, 2.0),
        ("bob", "bob", "", Standing.UNREADABLE, 0.0),
        ("cyd", "cyd", "", Standing.NOT_GRADED, 0.0),
        ("dov", "Dov", "", Standing.NOT_HANDED_IN, 0.0),
        ("eve", "eve", "", Standing.NOT_GRADED, 0.0),
    ]


def test_pages_are_seen_from_the_class_and_there_is_none_where_none_lies(course: Path) -> None:
    keep(course, "a b", FULL)
    keep(course, "bob", FULL)
    page = course / "course" / "feedback" / "a b" / "sgd" / "sgd.html"
    page.parent.mkdir(parents=True)
    page.touch()
    assert [one.page for one in gather(Course(course), "sgd", {}, Roster())] == ["../feedback/a b/sgd/sgd.html", None]


def test_what_counts_is_the_gradebook_with_marks_by_hand_and_penalties() -> None:
    assert member("ann", FULL).total == 3.0
    assert member("ann", FULL, entry=entry(2.5, by_hand=True, penalty=1.0)).total == 1.5
    assert member("ann", FULL, entry=entry(1.0, penalty=5.0)).total == 0.0


def test_late_is_whoever_missed_the_deadline_and_handed_something_in() -> None:
    late = entry(3.0, timestamp=DUE + timedelta(minutes=5), deadline=DUE)
    assert member("ann", FULL, entry=late).late == timedelta(minutes=5)
    assert not member("ann", FULL, entry=entry(3.0, timestamp=DUE, deadline=DUE)).late
    assert not member("ann", FULL, entry=entry(3.0, timestamp=DUE)).late
    assert not member("ann", FULL, entry=entry(3.0, deadline=DUE)).late
    assert not member("ann", handed_in=False, entry=late).late
