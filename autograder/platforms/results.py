"""What a platform is told of a Report, whatever its format: tests with points, and texts as students read them."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.basics.text import brief, plain
from autograder.lesson.report import Criterion, Exercise, Report, Status, Verdict
from autograder.render import terminal, words
from autograder.sandbox import levels

WIDTH = 88  # characters of a line: platforms show them as they are
MOST = 3000  # characters of a text: PrairieLearn takes 1 MB in all, and nobody reads more
GRADABLE = "the notebook can be graded"
PERSON = "Your instructor will look at {}: not all of it could be judged here, and that is not your fault."


@dataclass(frozen=True)
class Test:
    """One criterion, or what stands for all of them where nothing could be graded.

    Attributes:
        group: the exercise that it is of.
        number: its place, such as 2.3.
        says: what is the matter, in a sentence; `text` is all that there is to say.
    """

    group: str
    name: str
    number: str
    score: float
    max_score: float
    verdict: Verdict
    says: str
    text: str

    @property
    def title(self) -> str:
        """Its name among those of all exercises."""
        return f"{self.group}: {self.name}"


def tests(report: Report, hints: int) -> list[Test]:
    """The criteria of a Report, in the lesson's order; `hints` is how many hints each lost one gives."""
    if not report.exercises:
        text = _text(report.note or "")
        return [Test(report.assignment, GRADABLE, "1", 0.0, report.max_score, Verdict.ERROR, text, text)]
    return [
        _test(exercise, criterion, f"{place}.{within}", hints)
        for place, exercise in enumerate(report.exercises, 1)
        for within, criterion in enumerate(exercise.criteria, 1)
    ]


def _test(exercise: Exercise, one: Criterion, number: str, hints: int) -> Test:
    text = terminal.lines(terminal.told(one, hints), WIDTH).strip()
    lost = one.status is not Verdict.PASSED
    return Test(
        exercise.id, plain(one.name), number, one.score, one.max_score, one.status,
        says=_text(one.diagnosis or words.VERDICT[one.status]) if lost else "",
        text=_text(text or _why(exercise)) if lost else "",
    )  # fmt: skip


def _why(exercise: Exercise) -> str:
    """Why nothing is said of a criterion: what is said of its exercise."""
    return exercise.note or (words.TODO if exercise.status is Status.NOT_ATTEMPTED else "")


def summary(report: Report) -> str:
    """What stands above the tests."""
    if not report.exercises:
        return _text(report.note or "")
    said = [PERSON.format(" and ".join(ids))] if (ids := open_questions(report)) else []
    said += [words.UNISOLATED] if report.isolation == levels.NONE else []
    graded = f"Graded with {found}." if (found := words.versions(report)) else ""
    return "\n".join([*said, terminal.lines(terminal.overview(report), WIDTH), "", graded]).strip()


def open_questions(report: Report) -> list[str]:
    """The exercises that a person has to look at."""
    return [one.id for one in report.exercises if one.open]


def _text(text: str) -> str:
    return brief(plain(text, keep="\n"), MOST)
