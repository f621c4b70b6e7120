"""Working through the lesson: where a reader stands, which hint comes next, and when all is done."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator

from autograder.grading import diagnosis
from autograder.grading.grader import Grader
from autograder.handin import handin
from autograder.learning.progress import Progress, load, save
from autograder.learning.standing import Standing
from autograder.learning.workbook import Workbook
from autograder.lesson.manifest import Lesson, Task
from autograder.lesson.report import Exercise, Losses, Report, Status

Early = Callable[[Standing], None]
ANOTHER_SEED = 1  # what an answer draws at random comes out differently the second time


class Study:
    """One reader's notebook, its graders, and what is remembered."""

    def __init__(self, workbook: Workbook, lesson: Lesson, grader: Grader) -> None:
        self.workbook = workbook
        self.lesson = lesson
        self._grader = grader
        self._last = tuple(map(_unseen, lesson.tasks))
        self._unsaved: Progress | None = None

    @property
    def progress(self) -> Progress:
        """As it is on disk now, since another command may have changed it; or here, where nothing can be written."""
        return self._unsaved or load(self.workbook.progress)

    def look(self, only: str | None = None, seed: int = 0, early: Early | None = None) -> Standing:
        """Grade the notebook as it is on disk, and remember what is right; `only` names one exercise to look at.

        `early` is called as soon as the first exercise is found that is not right; those after it are then as they
        were at the last look.

        Raises:
            OSError: the notebook cannot be opened.
        """
        found = handin.read(self.workbook.path, self.lesson)
        grading = self._grader.grade(found, only=only, seed=seed, seen=self._watcher(early) if early else None)
        right = [one.id for one in grading.report.exercises if one.status is Status.PASSED]
        now = datetime.datetime.now().isoformat(" ", "minutes")
        self._remember(lambda progress: progress.finished(right, now))
        if only is None and grading.report.exercises:
            self._last = grading.report.exercises
        return self._standing(grading.report, next(iter(grading.losses.values()), None))

    def _watcher(self, early: Early) -> Callable[[Exercise], None]:
        """Looks at each exercise as it is graded, until one is not right."""
        known: list[Exercise] = []

        def seen(exercise: Exercise) -> None:
            known.append(exercise)
            if [one.id for one in known if one.status is not Status.PASSED] == [exercise.id]:
                exercises = (*known, *self._last[len(known) :])
                early(self._standing(Report.of(self.lesson.assignment, exercises, isolation=""), None))

        return seen

    def verify(self) -> Standing:
        """Grade all once more, under another seed: what was right by luck is not."""
        return self.look(seed=ANOTHER_SEED)

    def hint(self, standing: Standing) -> Standing:
        """Give one hint more for what is lost, if there is one."""
        exercise, lost = standing.exercise, standing.lost
        if exercise is None or lost is None or standing.given >= len(standing.hints):
            return standing
        self._remember(lambda progress: progress.one_more(exercise.id, lost))
        return self.again(standing)

    def again(self, standing: Standing) -> Standing:
        """The same with the hints that were given by now."""
        return self._standing(standing.report, standing.losses)

    def prepare(self) -> Iterator[None]:
        """What makes later looks faster, in small steps, for when there is nothing else to do."""
        return diagnosis.prepare(self.lesson)

    def _standing(self, report: Report, losses: Losses | None) -> Standing:
        standing = Standing(report, losses)
        if standing.exercise and standing.lost:
            return dataclasses.replace(standing, given=self.progress.given(standing.exercise.id, standing.lost))
        return standing

    def _remember(self, change: Callable[[Progress], Progress]) -> None:
        """Where nothing can be written, it is remembered until the end of the command, and all goes on."""
        before = self.progress
        if (after := change(before)) == before:
            return
        try:
            save(self.workbook.progress, after)
        except OSError:
            self._unsaved = after


def _unseen(task: Task) -> Exercise:
    return Exercise(task.id, 0.0, task.points, Status.NOT_ATTEMPTED, None, ())
