"""Follow-through marking: what an earlier mistake broke is judged again with the lesson's own answers, lent by turns.

A worker that was lent an answer may tell it to whatever of the hand-in still runs or is run later. So this comes when
all has been judged and its worker has ended, and the worker that is lent something is the hand-in's last.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterable

from autograder.grading.verdicts import Verdicts, uses
from autograder.handin.calls import parse, reached
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Verdict
from autograder.sandbox.launch import Died
from autograder.sandbox.session import Stopped
from autograder.sandbox.submission import OutOfTime, Submission

Found = dict[str, Verdicts]
Judge = Callable[[str, Submission], Verdicts]


def broken(lesson: Lesson, exercise: str, found: Found, sources: Iterable[str]) -> tuple[str, ...]:
    """The earlier answers that an exercise reaches and that lost marks, if it lost some itself."""
    own = found[exercise]
    lost = [name for name in uses(lesson, exercise) if not found[name].full]
    if own.full or not own.attempted or not lost:
        return ()
    called = reached(map(parse, sources), exercise)
    return tuple(name for name in lost if name in called)


class FollowThrough:
    """The last worker of a hand-in, which is lent one answer after another. Use as a context manager.

    An answer is only lent when the exercise that it answers has been judged here too, if it is judged here at all. So
    no exercise is judged by an answer that somebody else has given.
    """

    def __init__(self, lesson: Lesson, submission: Submission, judge: Judge) -> None:
        """`submission` is the one that was judged: it ends here."""
        submission.close()
        self._submission = submission.again()
        self._lesson = lesson
        self._judge = judge
        self._lent: set[str] = set()

    def better(self, exercise: str, names: tuple[str, ...], own: Verdicts) -> Verdicts:
        """The better of its own verdicts and those with the lesson's answers in the place of these."""
        try:
            self._lend(names)
        except (Died, Stopped, OutOfTime):
            return own
        helped = self._judge(exercise, self._submission)
        return _told(exercise, names, own, helped) if helped.score > own.score else own

    def __enter__(self) -> FollowThrough:
        return self

    def __exit__(self, *_: object) -> None:
        self._submission.close()

    def _lend(self, names: tuple[str, ...]) -> None:
        missing = [name for name in names if name not in self._lent]
        tree = ast.parse(self._lesson.source).body
        needed = {used for name in missing for used in reached([tree], name)}
        self._submission.lend(missing, self._lesson.helpers(tuple(needed)))
        self._lent |= set(missing)


def _told(exercise: str, names: tuple[str, ...], own: Verdicts, helped: Verdicts) -> Verdicts:
    """The verdicts with what was lent, and a note that names the cause."""
    cause = " and ".join(f"`{name}`" for name in names)
    lead = f"Your `{exercise}` is right" if helped.full else f"Your `{exercise}` does better than it looks"
    lead = f"{lead}: it was graded with the lesson's {cause}, because yours broke it."
    if not helped.full:
        lead += f" The examples below still show what happens with your own {cause}."
    criteria = [_merged(*pair) for pair in zip(own.criteria, helped.criteria, strict=True)]
    return dataclasses.replace(own, criteria=criteria, notes=[lead, *own.notes])


def _merged(own: Criterion, helped: Criterion) -> Criterion:
    """The verdict with helpers, in words from the run without: the other worker knew some of the lesson's answers."""
    if helped.status is Verdict.PASSED:
        return helped
    words = own if own.status is not Verdict.PASSED else Criterion(own.name, helped.status, 0.0, own.max_score)
    merged = dataclasses.replace(helped, input=words.input, actual=words.actual, expected=words.expected)
    if helped.misconception is not None:
        return merged
    return dataclasses.replace(merged, diagnosis=None if words.misconception else words.diagnosis)
