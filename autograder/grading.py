"""Grades one hand-in: its notebook is run in a worker, then every hidden grader judges it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import shorten

from autograder.calls import reached
from autograder.diagnosis import diagnose
from autograder.handin import HandIn
from autograder.lesson import Lesson, Task
from autograder.report import Criterion, Exercise, Report, Status, Verdict
from autograder.sandbox.launch import Workers
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Helpers, Output, Submission
from autograder.student import Student
from autograder.verdicts import Verdicts, judge, uses

Found = dict[str, Verdicts]
Seen = Callable[[Exercise], None]
PLACE = re.compile(r"  line (\d+) of the cell(?:, in <module>)?\n    (.+)")  # as `sandbox.shell` writes it
QUOTED = 60  # characters of a line of code


@dataclass(frozen=True)
class Grading:
    """What grading one hand-in gives.

    Attributes:
        report: the verdicts.
        outputs: one list of nbformat outputs for each cell of `HandIn.code`.
        pictures: what makes PNG images, by exercise: of what the hand-in drew, and of what the lesson's answer draws.
        losses: after each epoch, by exercise: the hand-in's, and the lesson's.
    """

    report: Report
    outputs: list[list[Output]]
    pictures: dict[str, list[Callable[[], bytes]]]
    losses: dict[str, tuple[list[float], list[float]]]


class Grader:
    """Grades hand-ins of one lesson, one after another, in workers from one place."""

    def __init__(self, lesson: Lesson, workers: Workers, limits: Limits | None = None) -> None:
        self._lesson = lesson
        self._workers = workers
        self._limits = limits or Limits()

    def grade(
        self,
        handin: HandIn,
        student: str | None = None,
        only: str | None = None,
        seed: int = 0,
        seen: Seen | None = None,
    ) -> Grading:
        """Grade one hand-in.

        `only` names the one exercise to look at, `seed` starts the student's randomness, and `seen` is called with each
        exercise as soon as its verdict is known.
        """
        name, isolation = self._lesson.assignment, self._workers.isolation
        if handin.unreadable is not None:
            total, why = self._lesson.max_score, handin.unreadable
            return Grading(Report.unreadable(name, total, why, isolation=isolation, student=student), [], {}, {})
        for _ in range(2):
            grading, killed = self._attempt(handin, student, only, seed, seen)
            if not killed:
                break
        return grading

    def _attempt(
        self, handin: HandIn, student: str | None, only: str | None, seed: int, seen: Seen | None
    ) -> tuple[Grading, bool]:
        """Run and judge it; and whether somebody killed a worker meanwhile, which says nothing about the hand-in."""
        tasks = [task for task in self._lesson.tasks if only in (None, task.id)]
        earlier = {used for task in tasks for used in uses(task.id)}
        sources = [cell["source"] for cell in handin.code]
        with Submission(self._workers, sources, self._limits, seed=seed) as submission:
            outputs = submission.run()
            found: Found = {}
            exercises = []
            for task in self._lesson.tasks:
                if task not in tasks and task.id not in earlier:
                    continue
                found[task.id] = self._judge(task.id, submission, explain=task in tasks)
                if task in tasks:
                    self._follow_through(task.id, [*sources, *handin.texts], submission, found)
                    exercises.append(_exercise(task, found[task.id], handin, outputs))
                    if seen is not None:
                        seen(exercises[-1])
        pictures = {task.id: pair for task in tasks if (pair := found[task.id].pictures)}
        report = Report.of(
            self._lesson.assignment,
            tuple(exercises),
            isolation=self._workers.isolation,
            student=student,
            note=handin.note,
        )
        losses = {task.id: found[task.id].curves[0] for task in tasks if found[task.id].curves}
        return Grading(report, outputs, pictures, losses), submission.killed

    def _judge(self, exercise: str, submission: Submission, *, explain: bool = True) -> Verdicts:
        student, reference = Student(submission), self._lesson.reference
        found = judge(exercise, student, reference)
        if explain and found.attempted and not found.full:
            diagnose(exercise, student, found, reference)
        return found

    def _follow_through(self, exercise: str, sources: list[str], submission: Submission, found: Found) -> None:
        """Judge again with the lesson's own helpers where earlier answers lost marks; the better mark stands.

        The helpers enter a fresh worker, which answers for this exercise only and is thrown away.
        """
        own = found[exercise]
        broken = tuple(name for name in uses(exercise) if not found[name].full)
        if own.full or not own.attempted or not broken:
            return
        called = reached(sources, exercise)
        broken = tuple(name for name in broken if name in called)
        if not broken:
            return
        helpers = Helpers(broken, self._lesson.helpers(broken))
        with submission.again(helpers) as fresh:
            helped = self._judge(exercise, fresh)
        submission.killed |= fresh.killed
        if helped.score > own.score:
            names = " and ".join(f"`{name}`" for name in broken)
            lead = f"Your `{exercise}` is right" if helped.full else f"Your `{exercise}` does better than it looks"
            lead = f"{lead}: it was graded with the lesson's {names}, because yours broke it."
            if not helped.full:
                lead += f" The examples below still show what happens with your own {names}."
            criteria = [_merged(*pair) for pair in zip(own.criteria, helped.criteria, strict=True)]
            found[exercise] = dataclasses.replace(own, criteria=criteria, notes=[lead, *own.notes])


def _merged(own: Criterion, helped: Criterion) -> Criterion:
    """The verdict with helpers, in words from the run without: the other worker knew some of the lesson's answers."""
    if helped.status is Verdict.PASSED:
        return helped
    words = own if own.status is not Verdict.PASSED else Criterion(own.name, helped.status, 0.0, own.max_score)
    merged = dataclasses.replace(helped, input=words.input, actual=words.actual, expected=words.expected)
    if helped.misconception is not None:
        return merged
    return dataclasses.replace(merged, diagnosis=None if words.misconception else words.diagnosis)


def _exercise(task: Task, found: Verdicts, handin: HandIn, outputs: list[list[Output]]) -> Exercise:
    notes = [*found.notes, *([handin.notes[task.id]] if task.id in handin.notes else [])]
    if found.attempted:
        return Exercise.of(task.id, tuple(found.criteria), note=" ".join(notes) or None)
    criteria = tuple(_not_run(criterion) for criterion in found.criteria)
    if task.id in handin.absent:
        return Exercise.of(task.id, criteria, status=Status.ERROR, note=handin.absent[task.id])
    end = _early_end(handin.solution(task.id), outputs)
    if end is None:
        return Exercise.of(task.id, criteria, status=Status.NOT_ATTEMPTED)
    note = f"Your cell {end}, so `{task.id}` is never defined."
    return Exercise.of(task.id, criteria, status=Status.ERROR, note=note)


def _not_run(criterion: Criterion) -> Criterion:
    return dataclasses.replace(criterion, status=Verdict.NOT_RUN, input=None, actual=None, expected=None, hint=None)


def _early_end(index: int | None, outputs: list[list[Output]]) -> str | None:
    """What kept a cell from getting to its end, unless it is the stub's own exception."""
    errors = [output for output in outputs[index] if output["output_type"] == "error"] if index is not None else []
    if not errors or errors[0]["ename"] == "NotImplementedError":
        return None
    name, message, trace = (errors[0][part] for part in ("ename", "evalue", "traceback"))
    if len(trace) == 1:  # it raised nothing: a limit was reached, or its process died
        return f"does not get to its end ({message})"
    places = [place for entry in trace if (place := PLACE.fullmatch(entry))]
    return f"stops {_at(*places[-1].groups()) if places else ''}with {name}: {message}"


def _at(line: str, code: str) -> str:
    quoted = "" if "`" in code else f" `{shorten(code, QUOTED, placeholder=' …')}`,"
    return f"at line {line},{quoted} "
