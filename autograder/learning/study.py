"""Working through the lesson: where a reader stands, which hint comes next, and when all is done."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from autograder.basics.files import digest
from autograder.handin.handin import HandIn
from autograder.learning import looks, reading
from autograder.learning.looks import Look
from autograder.learning.progress import Progress, load, save
from autograder.learning.standing import Standing
from autograder.learning.workbook import Workbook
from autograder.lesson.manifest import Lesson, Task
from autograder.lesson.report import Exercise, Report, Status
from autograder.sandbox.limits import INTERACTIVE

if TYPE_CHECKING:
    from autograder.grading.grader import Grader

Early = Callable[[Standing], None]
ANOTHER_SEED = 1  # what an answer draws at random comes out differently the second time


class Study:
    """One reader's notebook, its graders, and what is remembered.

    Attributes:
        unsaved: what keeps anything from being remembered, if something does.
    """

    def __init__(self, workbook: Workbook, lesson: Lesson, grader: Callable[[], Grader], isolation: str) -> None:
        """`grader` is asked for when there is something to grade: it takes seconds to start."""
        self.workbook = workbook
        self.lesson = lesson
        self.unsaved: OSError | None = None
        self._grader = grader
        self._isolation = isolation
        self._last = tuple(map(_unseen, lesson.tasks))
        self._kept = Progress()

    @property
    def progress(self) -> Progress:
        """As it is on disk now, since another command may have changed it; or here, where nothing can be written."""
        return self._kept if self.unsaved else load(self.workbook.progress)

    def begin(self) -> None:
        """Start the graders, because they are going to be needed."""
        self._grader()

    def look(
        self, only: str | None = None, seed: int = 0, early: Early | None = None, *, firm: bool = True
    ) -> Standing:
        """What is in the notebook as it is on disk, graded unless that is remembered; and remember what is right.

        `only` names one exercise to look at. `early` is called as soon as the first exercise is found that is not
        right; those after it are then as they were at the last look. What is remembered of a look that had no time,
        or no answer, counts only if it need not be `firm`.

        Raises:
            OSError: the notebook cannot be opened.
        """
        if known := self._known(only, seed, firm=firm):
            return known
        found = reading.read(self.workbook.file, self.lesson)
        if found.at_home is not None:
            name, total = self.lesson.assignment, self.lesson.max_score
            report = Report.unreadable(name, total, found.at_home, isolation=self._isolation)
            return Standing(report, digest=found.digest)
        state = self._state(found.digest)
        grading = self._grader().grade(found, only=only, seed=seed, seen=self._watcher(found, early) if early else None)
        exercises = reading.explained(grading.report.exercises, found)
        report = dataclasses.replace(grading.report, exercises=exercises)
        look = Look(report, next(iter(grading.losses.values()), None))
        self._remember(lambda progress: self._noted(progress, look, only, seed, state))
        return self._standing(look, found.digest)

    def _known(self, only: str | None, seed: int, *, firm: bool) -> Standing | None:
        """Where the reader stands, if nothing has changed since that was found out."""
        try:
            content = digest(self.workbook.file)
        except OSError:
            return None
        found = looks.unpack(self.progress.looks, self._state(content))
        whole, look = found.get(_name(None, seed)), found.get(_name(only, seed))
        if look is None and whole is not None:
            exercises = tuple(one for one in whole.report.exercises if one.id == only)
            look = dataclasses.replace(whole, report=dataclasses.replace(whole.report, exercises=exercises))
        return self._standing(look, content) if look and (look.firm or not firm) else None

    def _state(self, content: str) -> str:
        try:
            return looks.key(self.workbook, content, self.lesson, INTERACTIVE, self._isolation)
        except OSError:
            return ""

    def _noted(self, progress: Progress, look: Look, only: str | None, seed: int, state: str) -> Progress:
        right = [one.id for one in look.report.exercises if one.status is Status.PASSED]
        progress = progress.finished(right, datetime.datetime.now().isoformat(" ", "minutes"))
        if not state:
            return progress
        known = {**looks.unpack(progress.looks, state), _name(only, seed): look}
        return dataclasses.replace(progress, looks=looks.pack(state, known))

    def _watcher(self, found: HandIn, early: Early) -> Callable[[Exercise], None]:
        """Looks at each exercise as it is graded, until one is not right."""
        known: list[Exercise] = []

        def seen(exercise: Exercise) -> None:
            known.extend(reading.explained([exercise], found))
            if [one.id for one in known if one.status is not Status.PASSED] == [exercise.id]:
                exercises = (*known, *self._last[len(known) :])
                report = Report.of(self.lesson.assignment, exercises, isolation="")
                early(self.again(Standing(report, digest=found.digest)))

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
        if standing.exercise and standing.lost:
            return dataclasses.replace(standing, given=self.progress.given(standing.exercise.id, standing.lost))
        return standing

    def prepare(self) -> Iterator[None]:
        """What makes later looks faster, in small steps, for when there is nothing else to do."""
        from autograder.grading import diagnosis  # it loads torch

        return diagnosis.prepare(self.lesson)

    def _standing(self, look: Look, content: str) -> Standing:
        if len(look.report.exercises) == len(self.lesson.tasks):
            self._last = look.report.exercises
        return self.again(Standing(look.report, look.losses, digest=content))

    def _remember(self, change: Callable[[Progress], Progress]) -> None:
        """Where nothing can be written, it is remembered until the end of the command, and all goes on."""
        before = self.progress
        if (after := change(before)) == before:
            return
        try:
            save(self.workbook.progress, after)
        except OSError as error:
            self.unsaved, self._kept = error, after


def _unseen(task: Task) -> Exercise:
    return Exercise(task.id, 0.0, task.points, Status.NOT_ATTEMPTED, None, ())


def _name(only: str | None, seed: int) -> str:
    """Of a look, among those that are remembered."""
    return f"{only or 'all'} {seed}"
