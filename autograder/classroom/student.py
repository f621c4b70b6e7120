"""One student for an instructor's eyes: each grading, what it changed and why, and the verdicts as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from autograder.basics.refused import Refused
from autograder.classroom.course import Course
from autograder.classroom.history import Change, Line, Moved, Points
from autograder.classroom.lateness import Lateness
from autograder.classroom.roster import Person, Roster
from autograder.lesson.report import Report, Verdict
from autograder.render import terminal, words

ABSENT = "not looked at"


def find(who: str, course: Course, assignment: str, lines: Sequence[Line], people: Roster) -> Person:
    """Whoever is meant: by id, or by what the roster has of them.

    Raises:
        Refused: nobody is, or nothing of theirs has been graded.
    """
    graded = {line.student for line in lines}
    known = {*graded, *course.submitted(assignment).students()}
    found = people.find(who) or people.named(who)
    if who in known and (found is None or found.id != who):
        found = Person(who)
    if found is None:
        raise Refused(f"nobody is called {who!r}: an id is the name of a folder in course/submitted/")
    if found.id not in known:
        raise Refused(f"{found.id} has handed nothing in for {assignment}")
    if found.id not in graded and not course.report(assignment, found.id).is_file():
        raise Refused(f"{found.id} has not been graded yet: autograder grade {assignment} --student {found.id}")
    return found


def shown(who: Person, assignment: str, late: Lateness, steps: Sequence[Change], report: Report | None) -> Group:
    """Who it is and when it came; each grading; the Report as it is now, and what there is to quote of it."""
    name = f": {who.name}" if who.name != who.id else ""
    parts: list[RenderableType] = [terminal.safe(f"{who.id}, {assignment}{name}", "bold")]
    if late.due:
        parts.append(terminal.safe(late.sentence()))
    parts += ["", *(line for step in steps for line in _step(step)), ""]
    if report:
        parts += [terminal.report(report, hints=0), terminal.safe(words.receipt(report), "dim")]
    return Group(*parts)


def _step(step: Change) -> Iterator[Text]:
    """A grading in a line, and below it the criteria of which something else has become."""
    after, gained = step.after, f"{step.gained:+g}" if step.before and step.gained else ""
    marks = f"{words.points(after.final)} of {words.points(after.max_score or 0)}" if after.final is not None else "–"
    why = after.error or ", ".join(step.why) or ("" if step.before else "the first time")
    note = f" ({after.note})" if after.note else ""
    yield terminal.safe(f"{after.run}  {marks:>10}  {gained:>5}  {why}{note}")
    if after.score is not None and after.score != after.final:
        yield terminal.safe(
            f"    the graders gave {words.points(after.score)}; the rest is a penalty, or marks by hand"
        )
    if step.before and step.before.error is None and after.error is None:
        yield from map(_moved, step.moved)


def _moved(one: Moved) -> Text:
    return terminal.safe(f"    {one.exercise}: {one.criterion}: {_points(one.before)} → {_points(one.after)}")


def _points(points: Points | None) -> str:
    if points is None:
        return ABSENT
    return words.VERDICT[Verdict(points)] if isinstance(points, str) else words.points(points)
