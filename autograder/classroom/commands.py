"""The commands for those who teach a class: init, doctor, release, grade, show."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.basics.advice import Advice
from autograder.basics.exits import Exit
from autograder.basics.refused import Refused
from autograder.basics.text import escaped
from autograder.classroom import names
from autograder.classroom.init import make
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.render import terminal, words
from autograder.sandbox import levels, probe

if TYPE_CHECKING:
    from autograder.classroom.batch import Batch, Outcome
    from autograder.classroom.lateness import Lateness
    from autograder.classroom.marks import Entry
    from autograder.lesson.report import Report

PIPE_WIDTH = 160  # a file has room for the whole table


def init(options: argparse.Namespace) -> None:
    """Make a course of one's own."""
    lesson, folder = Lesson.load(options.lesson, shelf.here()), Path(options.dir)
    make(folder, lesson)
    terminal.say(f"{folder} is a course now: its README.md says what to do with it.")


def doctor(options: argparse.Namespace) -> Exit:
    """Look at this machine and this course, whether all that grading needs is there."""
    from autograder.classroom.doctor import examine  # it loads all that is slow

    found = []
    for one in examine(shelf.here()):
        found.append(one)
        if not options.json:
            terminal.say(f"{'!' if one.remedy else 'ok':3}{one.about}: {one.found}")
            if one.remedy:
                terminal.say(f"   what to do: {one.remedy}")
    if options.json:
        terminal.write(escaped(json.dumps([one._asdict() for one in found], indent=1, ensure_ascii=False) + "\n"))
    return Exit.NOT_RIGHT if any(one.remedy for one in found) else Exit.DONE


def release(options: argparse.Namespace) -> None:
    """Make the notebooks that students get, of one lesson or of all."""
    from autograder.classroom.course import Course, find_root  # nbgrader is slow to import
    from autograder.classroom.release import publish

    course = Course(find_root())
    for name in [options.assignment] if options.assignment else shelf.names(course.root):
        terminal.say(f"released: {publish(course, name)}")


def grade(options: argparse.Namespace) -> Exit:
    """Grade a class, and whatever lies where no hand-in is looked for is named."""
    _demand_isolation(options.isolation)
    from autograder.classroom.batch import Batch  # nbgrader is slow to import
    from autograder.classroom.course import Course, find_root

    course = Course(find_root())
    lesson = Lesson.load(options.assignment, course.root)
    batch = Batch(course, lesson.assignment, options.isolation, options.force)
    students = batch.students(options.student)
    batch.prepare()
    outcomes = _grade_with_progress(batch, students, options.jobs or os.cpu_count() or 1)
    status = _summarise(batch, lesson, outcomes + batch.strays(options.student))
    if options.audit:
        _audit(batch, lesson, [outcome.student for outcome in outcomes if outcome.error is None])
    return status


def show(options: argparse.Namespace) -> None:
    """Say what has become of one student's hand-in from grading to grading, and how it stands."""
    from autograder.classroom import history, roster, student
    from autograder.classroom.batch import Batch  # nbgrader is slow to import
    from autograder.classroom.course import Course, find_root
    from autograder.classroom.lateness import Lateness
    from autograder.lesson.report import Report

    course = Course(find_root())
    batch = Batch(course, Lesson.load(options.assignment, course.root).assignment, levels.BEST)
    lines = history.read(course.root, batch.assignment)
    who = student.find(options.student, course, batch.assignment, lines, roster.load(course.root))
    entry, path = batch.entries().get(who.id), course.report(batch.assignment, who.id)
    late = batch.deadlines.lateness(entry.times, batch.assignment) if entry else Lateness()
    steps = history.steps([line for line in lines if line.student == who.id])
    report = _with_final_marks(Report.from_json(path.read_text("utf-8")), entry) if path.is_file() else None
    found = student.shown(who, batch.assignment, late, steps, report)
    terminal.show(terminal.console(piped=PIPE_WIDTH), found)


def _audit(batch: Batch, lesson: Lesson, students: list[str]) -> None:
    """Say what the class tells about the kit, and keep it for the class's page."""
    from autograder.classroom.audits import Audits
    from autograder.classroom.findings import findings  # torch, as above

    audits, number = Audits(batch.course, batch.assignment), 0
    for student, found in findings(batch, lesson, students):
        audits.keep(student, found)
        for name, why in found.items():
            terminal.say(f"audit: {student}: {name} has all marks and fails its checks: {why}")
        number += len(found)
    audits.save()
    terminal.say(f"audit: {number} findings about the kit" if number != 1 else "audit: 1 finding about the kit")


def _demand_isolation(level: str) -> None:
    if level not in levels.LEVELS:
        raise Refused(f"unknown isolation {level!r}: choose from {', '.join(levels.LEVELS)}")
    if sys.platform != "linux":
        raise Refused("a class is graded on Linux, where a container is enough; here, `autograder check` works")
    if not probe.holds(level, str(shelf.here())):
        raise Refused(
            f"student code cannot be shut in on this machine ({level} is missing): "
            f"grade elsewhere, or without protection by saying --isolation {levels.NONE}"
        )


def _grade_with_progress(batch: Batch, students: list[str], jobs: int) -> list[Outcome]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]:.1f} a second")
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    outcomes, console = [], terminal.console(error=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(students), rate=0.0)
        for outcome in batch.run(students, jobs):
            outcomes.append(outcome)
            progress.update(task, advance=1, rate=progress.tasks[task].speed or 0.0)
    return sorted(outcomes, key=lambda outcome: outcome.student)


def _summarise(batch: Batch, lesson: Lesson, outcomes: list[Outcome]) -> Exit:
    failures = [outcome for outcome in outcomes if outcome.error is not None]
    found = [outcome for outcome in outcomes if outcome.error is None]
    try:
        _show_class(batch, lesson, found)
    finally:  # also if nobody reads the table to its end
        for outcome in failures:
            terminal.complain(f"{names.shown(outcome.student)} could not be graded: {outcome.error}")
        for doubt in batch.doubts([outcome.student for outcome in found]):
            terminal.complain(doubt)
    return Exit.NOT_DONE if failures else Exit.DONE


def _show_class(batch: Batch, lesson: Lesson, outcomes: list[Outcome]) -> None:
    from autograder.classroom import history
    from autograder.classroom.lateness import summary
    from autograder.lesson.report import Report

    course = batch.course
    paths = [course.report(batch.assignment, outcome.student) for outcome in outcomes]
    reports = [Report.from_json(path.read_text("utf-8")) for path in paths]
    due = ""
    with Advice("the table of the class", passes=terminal.UNREAD):
        entries = batch.entries()
        rows = [_with_final_marks(report, entries.get(report.student or "")) for report in reports]
        ids = [task.id for task in lesson.tasks]
        terminal.show(terminal.console(piped=PIPE_WIDTH), terminal.class_table(rows, ids))
        due = summary(_lateness(batch, entries, reports))
    found = [outcome.skipped for outcome, report in zip(outcomes, reports, strict=True) if report.exercises]
    terminal.say("")
    terminal.say(f"{found.count(False)} graded, {found.count(True)} unchanged, {len(reports) - len(found)} unreadable")
    for why, number in Counter(", ".join(outcome.again) for outcome in outcomes if outcome.again).most_common():
        terminal.say(f"{number} graded again: {why}")
    if outdated := [report.student or "" for report in reports if any(one.outdated for one in report.exercises)]:
        terminal.say(f"for you to look at, written with a newer Python: {', '.join(map(names.shown, outdated))}")
    if due:
        terminal.say(f"due:      {due}")
    terminal.say(f"marks:    {course.gradebook()} (nbgrader's)")
    terminal.say(f"feedback: {course.feedback(batch.assignment, 'STUDENT')}")
    terminal.say(f"reports:  {course.report(batch.assignment, 'STUDENT')}")
    if not all(outcome.skipped for outcome in outcomes):
        terminal.say(f"history:  {course.root / 'course' / history.NAME} (this run is {batch.began})")
    if batch.isolation == levels.NONE:
        terminal.say(words.UNISOLATED)


def _lateness(batch: Batch, entries: dict[str, Entry], reports: list[Report]) -> list[Lateness]:
    policy, known = batch.deadlines, [entries[one.student] for one in reports if one.student in entries]
    return [policy.lateness(entry.times, batch.assignment) for entry in known]


def _with_final_marks(report: Report, entry: Entry | None) -> Report:
    """A Report whose note says also what people and lateness have made of its marks."""
    if entry is None or not (entry.by_hand or entry.penalty):
        return report
    why = ["marks by hand"] if entry.by_hand else []
    why += [f"a penalty of {words.points(entry.penalty)}"] if entry.penalty else []
    final = f"{words.points(entry.final)} in the gradebook: {', '.join(why)}"
    return replace(report, note="; ".join(filter(None, (final, report.note))))
