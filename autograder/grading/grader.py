"""Grades one hand-in: its notebook is run in a worker, then every hidden grader judges it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass

from autograder.basics.advice import Advice
from autograder.graders.student import Student
from autograder.grading.case import Case, Seen
from autograder.grading.cells import Cells
from autograder.grading.diagnosis import diagnose
from autograder.grading.followthrough import FollowThrough
from autograder.grading.verdicts import Verdicts, demand, judge
from autograder.handin.calls import forget
from autograder.handin.handin import HandIn
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Losses, Report
from autograder.sandbox.launch import Workers
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Output, Submission

EARLIER = "After your last cell `{}` is no function of yours any more: the last one of that name was graded."


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
    losses: dict[str, Losses]


class Grader:
    """Grades hand-ins of one lesson, one after another, in workers from one place."""

    def __init__(self, lesson: Lesson, workers: Workers, limits: Limits | None = None) -> None:
        """The graders must be those of the lesson.

        Raises:
            UnfitGraders: they are not.
        """
        demand(lesson)
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
        """Grade one hand-in, within the one deadline that it has.

        `only` names the one exercise to look at, `seed` starts the student's randomness, and `seen` is called with each
        exercise, in the lesson's order, as soon as its verdict can change no more.
        """
        try:
            return self._grade(handin, student, only, seed, seen)
        finally:
            forget(self._lesson.sources)

    def _grade(self, handin: HandIn, student: str | None, only: str | None, seed: int, seen: Seen | None) -> Grading:
        if handin.unreadable is not None:
            name, total, isolation = self._lesson.assignment, self._lesson.max_score, self._workers.isolation
            report = Report.unreadable(name, total, handin.unreadable, isolation=isolation, student=student)
            return Grading(report, [], {}, {})
        case = Case(self._lesson, handin, [task for task in self._lesson.tasks if only in (None, task.id)], seen)
        submission = self._judge_alone(case, seed)
        judge_helped = functools.partial(self._judge, digest=handin.digest, cells=case.own)
        with FollowThrough(self._lesson, submission, judge_helped) as last:
            for task in case.tasks:
                if names := case.broken(task):
                    case.found[task.id] = last.better(task.id, names, case.found[task.id])
                case.tell(task)
        return self._grading(case, student)

    def _judge_alone(self, case: Case, seed: int) -> Submission:
        """Run and judge it with nothing but its own answers.

        It is done once more if somebody killed a worker meanwhile, which says nothing about the hand-in, and if the
        time that is left is enough.
        """
        self._workers.wait()  # which is nobody's time
        begin = time.monotonic()
        end = begin + self._limits.submission
        submission = self._attempt(case, seed, end)
        if submission.killed and 2 * time.monotonic() <= begin + end:
            submission = self._attempt(case, seed, end)
        return submission

    def _attempt(self, case: Case, seed: int, end: float) -> Submission:
        """Run and judge it in a worker that has ended afterwards."""
        names = [task.id for task in self._lesson.tasks]
        with Submission(self._workers, case.cells, self._limits, seed, end, names) as submission:
            case.ran(submission.run())
            for task in filter(case.needs, self._lesson.tasks):
                case.found[task.id] = self._judge(
                    task.id, submission, digest=case.handin.digest, cells=case.own, explain=task in case.tasks
                )
                if not submission.killed:
                    case.tell_early(task)
        return submission

    def _judge(
        self, exercise: str, submission: Submission, *, digest: str, cells: Cells, explain: bool = True
    ) -> Verdicts:
        submission.settle()
        student = Student(submission)
        found = judge(self._lesson, exercise, student, digest)
        if exercise in student.earlier:
            found.earlier = True
            found.notes.insert(0, EARLIER.format(exercise))
        if explain and found.attempted and not found.full and not submission.late:
            with Advice(f"the diagnosis of {exercise!r}"):
                diagnose(self._lesson, exercise, student, found, cells)
        return found

    def _grading(self, case: Case, student: str | None) -> Grading:
        exercises = tuple(case.exercise(task) for task in case.tasks)
        isolation = self._workers.isolation
        report = Report.of(
            self._lesson.assignment, exercises, isolation=isolation, student=student, note=case.handin.note
        )
        pictures = {task.id: pair for task in case.tasks if (pair := case.found[task.id].pictures)}
        losses = {task.id: case.found[task.id].curves[0] for task in case.tasks if case.found[task.id].curves}
        return Grading(report, case.outputs, pictures, losses)
