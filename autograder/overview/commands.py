"""The command for the page about a class: report."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.basics.files import save
from autograder.basics.refused import Refused
from autograder.lesson.manifest import Lesson
from autograder.render import terminal

if TYPE_CHECKING:
    from autograder.classroom.course import Course
    from autograder.overview.changes import Changes
    from autograder.overview.members import Member
    from autograder.overview.reader import Reader

WHEN = "%d %b %Y, %H:%M"


def report(options: argparse.Namespace) -> None:
    """Write the page and the tables, or the page that the class may see."""
    from autograder.classroom.course import Course, find_root  # nbgrader is slow to import

    course = Course(find_root())
    lesson = Lesson.load(options.assignment, course.root)
    if not any(_reports(course, lesson)):
        raise Refused(f"nothing has been graded yet: `autograder grade {lesson.assignment}` comes first")
    members = _members(course, lesson)
    if options.anonymous:
        terminal.say(f"page for the class: {_page(course, lesson, members, options.since, anonymous=True)}")
        return
    terminal.say(f"page:   {_page(course, lesson, members, options.since)}")
    terminal.say(f"tables: {', '.join(map(str, _tables(course, lesson, members)))}")


def _members(course: Course, lesson: Lesson) -> list[Member]:
    from autograder.classroom import roster
    from autograder.classroom.batch import Batch
    from autograder.overview.members import gather
    from autograder.sandbox import levels

    entries = Batch(course, lesson.assignment, levels.NONE).entries()  # it says what is wrong with a gradebook
    return gather(course, lesson.assignment, entries, roster.load(course.root))


def _page(course: Course, lesson: Lesson, members: list[Member], since: str | None, *, anonymous: bool = False) -> Path:
    from autograder.classroom.audits import Audits
    from autograder.overview.answers import Answers
    from autograder.overview.page import render
    from autograder.overview.reader import Class, Reader
    from autograder.overview.view import view

    reader = Class(members, lesson) if anonymous else Reader(members)
    audits, answers = Audits(course, lesson.assignment), Answers(course, lesson)
    seen = view(lesson, members, reader, answers, audits, _when(course, lesson))
    path = course.overview(f"{lesson.assignment}{'-anonymous' if anonymous else ''}.html")
    return _write(path, render(seen, _changes(course, lesson, members, since, reader) if since else None))


def _changes(course: Course, lesson: Lesson, members: list[Member], since: str, reader: Reader) -> Changes:
    from autograder.classroom import history
    from autograder.overview.changes import changes

    found = history.since(history.read(course.root, lesson.assignment), since)
    return changes(since, found, {member.id for member in members}, reader)


def _tables(course: Course, lesson: Lesson, members: list[Member]) -> list[Path]:
    from autograder.overview import tables
    from autograder.overview.tally import items, tallies

    reports = [member.report for member in members if member.report]
    name = lesson.assignment
    return [
        _write(course.overview(f"{name}.csv"), tables.students(members, items(reports))),
        _write(course.overview(f"{name}-criteria.csv"), tables.criteria(tallies(reports))),
    ]


def _reports(course: Course, lesson: Lesson) -> list[Path]:
    return list(course.report(lesson.assignment, "*").parent.glob("*.json"))


def _when(course: Course, lesson: Lesson) -> str:
    """When the last of them was graded, on the clock of this machine."""
    last = max(path.stat().st_mtime for path in _reports(course, lesson))
    return datetime.fromtimestamp(last).strftime(WHEN)


def _write(path: Path, content: str | bytes) -> Path:
    save(path, content)
    return path
