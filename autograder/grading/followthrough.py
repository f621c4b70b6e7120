"""Follow-through marking: an exercise that lost marks is judged again with the lesson's answers to the earlier ones.

They stand where the student's own stood before anything that comes later runs. So it is the same whether these are
called by name, under another one, as a default argument, or from a lambda, an object or a closure.

A worker that was lent an answer may tell it to whatever of the hand-in still runs or is run later. So this comes when
all has been judged and its worker has ended, in the order of the lesson: what is lent answers exercises that are
judged already, and nobody is asked for them any more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from autograder.grading.verdicts import Verdicts
from autograder.handin.calls import parse, reached
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Criterion, Verdict
from autograder.sandbox.submission import Lent, Submission

Judge = Callable[..., Verdicts]


class FollowThrough:
    """Workers of a hand-in, one after another, each lent what the one before was not. Use as a context manager."""

    def __init__(self, lesson: Lesson, submission: Submission, judge: Judge) -> None:
        """`submission` is the one that was judged: it ends here."""
        submission.close()
        self._first = self._helped = submission
        self._lesson = lesson
        self._judge = judge
        self._names: tuple[str, ...] = ()

    def better(self, exercise: str, names: tuple[str, ...], own: Verdicts) -> Verdicts:
        """The better of its own verdicts and those with the lesson's answers in the place of these."""
        helped = self._with(exercise, names)
        if helped.score <= own.score:
            return own
        for name in names:
            fewer = tuple(one for one in names if one != name)
            if fewer and self._with(exercise, fewer, explain=False).score >= helped.score:
                names = fewer  # its own does no harm
        return _told(exercise, names, own, helped)

    def __enter__(self) -> FollowThrough:
        return self

    def __exit__(self, *_: object) -> None:
        self._helped.close()

    def _with(self, exercise: str, names: tuple[str, ...], *, explain: bool = True) -> Verdicts:
        if names != self._names:
            self._helped.close()
            self._helped, self._names = self._first.helped(Lent(names, self._source(names))), names
        return self._judge(exercise, self._helped, explain=explain)

    def _source(self, names: tuple[str, ...]) -> str:
        tree = parse(self._lesson.source)
        return self._lesson.helpers(tuple({used for name in names for used in reached([tree], name)}))


def _told(exercise: str, names: tuple[str, ...], own: Verdicts, helped: Verdicts) -> Verdicts:
    """The verdicts with what was lent, and a note that names the cause."""
    cause = " and ".join(f"`{name}`" for name in names)
    lead = f"Your `{exercise}` is right" if helped.full else f"Your `{exercise}` does better than it looks"
    lead = f"{lead}: it was graded with the lesson's {cause}, because yours broke it."
    if not own.attempted:
        return dataclasses.replace(helped, notes=[lead, *helped.notes])
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
