"""One hand-in as it is judged: what its cells put out, what was found of each exercise, and who is told of it when."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from autograder.basics.advice import Advice
from autograder.grading.cells import Cells, early_end
from autograder.grading.outdated import Outdated
from autograder.grading.verdicts import Verdicts, uses
from autograder.handin.calls import binds
from autograder.handin.handin import SEVERAL, HandIn
from autograder.handin.notebook import KEY
from autograder.lesson.manifest import Lesson, Task
from autograder.lesson.report import OLDER, Criterion, Exercise, Status, Verdict
from autograder.sandbox.submission import Output, errors

Seen = Callable[[Exercise], None]


class Case:
    """What is known of one hand-in.

    Attributes:
        handin: the notebook.
        cells: the sources of its code cells.
        tasks: the exercises that are graded.
        outputs: one list of nbformat outputs for each cell.
        own: the student's cells; the lesson's own are nobody's fault here.
        found: the verdicts by exercise, also of exercises that others use and that are not graded themselves.
    """

    def __init__(self, lesson: Lesson, handin: HandIn, tasks: list[Task], seen: Seen | None) -> None:
        """`seen` is called with each exercise, in order, once its verdict can change no more."""
        self._lesson = lesson
        self._seen = seen
        self._told: set[str] = set()
        self._held = False
        self.handin = handin
        self.cells: list[str] = [cell["source"] for cell in handin.code]
        self.tasks = tasks
        self.ran([])
        self.found: dict[str, Verdicts] = {}

    def ran(self, outputs: list[list[Output]]) -> None:
        """All cells have been run, with these outputs."""
        self.outputs = outputs
        pairs = zip(self.handin.code, outputs, strict=False)
        theirs = (pair for pair in pairs if not pair[0]["metadata"].get(KEY, {}).get("lesson"))
        self.own = Cells([(cell["source"], found) for cell, found in theirs])
        self._outdated = Outdated(self.handin, outputs)

    def needs(self, task: Task) -> bool:
        """Whether the exercise is graded, or may be used by one that is."""
        return task in self.tasks or any(task.id in uses(self._lesson, other.id) for other in self.tasks)

    def broken(self, task: Task) -> tuple[str, ...]:
        """The earlier answers that lost marks and may have made this exercise lose some, if it was answered."""
        own = self.found[task.id]
        if own.full or not (own.attempted or self._end(task)):
            return ()
        return tuple(name for name in uses(self._lesson, task.id) if not self.found[name].full)

    def exercise(self, task: Task) -> Exercise:
        """The exercise with what was found of it."""
        found = self.found[task.id]
        notes = [*found.notes, *([self.handin.notes[task.id]] if self._has_note(task) else [])]
        if found.attempted:
            judged = zip(found.criteria, found.traces.values(), strict=True)
            criteria = tuple(self._outdated.excused(criterion, calls) for criterion, calls in judged)
            old = any(criterion.hint == OLDER for criterion in criteria)
            notes += [OLDER] if old else []
            return Exercise.of(task.id, criteria, status=Status.ERROR if old else None, note=" ".join(notes) or None)
        criteria = tuple(_not_run(criterion) for criterion in found.criteria)
        if task.id in self.handin.absent:
            return Exercise.of(task.id, criteria, status=Status.ERROR, note=self.handin.absent[task.id])
        end = self._end(task)
        if end is None:
            return Exercise.of(task.id, criteria, status=Status.NOT_ATTEMPTED)
        old = self.handin.solution(task.id) in self._outdated.cells
        note = OLDER if old else f"Your cell {end}, so `{task.id}` is never defined."
        return Exercise.of(task.id, criteria, status=Status.ERROR, note=note)

    def tell(self, task: Task) -> None:
        """Tell of an exercise, once."""
        if self._seen is not None and task.id not in self._told:
            self._told.add(task.id)
            with Advice("telling of a verdict"):
                self._seen(self.exercise(task))

    def tell_early(self, task: Task) -> None:
        """Tell of an exercise before all are judged, unless it, or one before it, may yet be helped."""
        if task in self.tasks:
            self._held = self._held or bool(self.broken(task))
            if not self._held:
                self.tell(task)

    def _has_note(self, task: Task) -> bool:
        """Whether what was read of its cells is the truth about what was graded: what they define, if they run."""
        note = self.handin.notes.get(task.id)
        if note == SEVERAL.format(task.id):
            ran = [source for source, outputs in zip(self.cells, self.outputs, strict=False) if not errors(outputs)]
            return not self.found[task.id].earlier and sum(task.id in binds(source) for source in ran) > 1
        return note is not None and not self.found[task.id].earlier

    def _end(self, task: Task) -> str | None:
        """What kept the exercise's cell from getting to its end."""
        index = self.handin.solution(task.id)
        return None if index is None else early_end(self.outputs[index])


def _not_run(criterion: Criterion) -> Criterion:
    return dataclasses.replace(criterion, status=Verdict.NOT_RUN, input=None, actual=None, expected=None, hint=None)
