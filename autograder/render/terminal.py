"""Reports in a terminal: the same words as on the feedback page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.render import words
from autograder.report import Criterion, Exercise, Report, Status, Verdict
from autograder.text import plain

COLOUR = {
    Status.PASSED: "green", Status.PARTIAL: "yellow", Status.FAILED: "red", Status.ERROR: "red",
    Status.NOT_ATTEMPTED: "dim", Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.NOT_RUN: "dim",
    Verdict.ERROR: "red",
}  # fmt: skip


def report(found: Report, hints: int = 1) -> RenderableType:
    """One Report: each exercise with what passed and what did not, and where to begin.

    `hints` is how many hints each failure shows: 0 to 3.
    """
    parts: list[RenderableType] = [_exercise(exercise, hints) for exercise in found.exercises]
    if found.note:
        parts.append(_text(found.note, "red"))
    exercise, sentence = words.first(found)
    if sentence:
        parts.append(_text(f"{exercise} {sentence}".strip()))
    parts.append(Text(f"{words.points(found.score)} of {words.points(found.max_score)} points", "bold"))
    return Group(*parts)


def _exercise(exercise: Exercise, hints: int = 1) -> RenderableType:
    """One exercise's verdicts."""
    head = Text.assemble(
        (exercise.id, "bold"), ": ", (words.STATUS[exercise.status], COLOUR[exercise.status]),
        f", {words.points(exercise.score)} of {words.points(exercise.max_score)} points",
    )  # fmt: skip
    parts: list[RenderableType] = [head]
    if exercise.note:
        parts.append(Padding(_text(exercise.note, "italic"), (0, 0, 0, 2)))
    if exercise.status is not Status.NOT_ATTEMPTED:
        lost = [criterion for criterion in exercise.criteria if criterion.status is not Verdict.PASSED]
        parts += [Padding(_criterion(one, lost[:1], hints), (0, 0, 0, 2)) for one in exercise.criteria]
    return Group(*parts, "")


def _criterion(criterion: Criterion, first: list[Criterion], hints: int) -> RenderableType:
    mark = Text.assemble((words.MARK[criterion.status], COLOUR[criterion.status]), " ", _text(criterion.name))
    if criterion.status is Verdict.PASSED:
        return mark
    facts = Table.grid(padding=(0, 2, 0, 0))
    labels = ((words.INPUT, criterion.input), (words.ACTUAL, criterion.actual), (words.EXPECTED, criterion.expected))
    for label, text in labels:
        if text:
            facts.add_row(Text(label, "dim"), _text(text))
    again = first != [criterion] and words.same(criterion, first[0])
    return Group(
        mark, Padding(Group(facts, *([_text(words.SAME)] if again else _help(criterion, hints))), (0, 0, 0, 4))
    )


def _help(criterion: Criterion, hints: int) -> list[Text]:
    """What seems to be the matter, and as many hints as are wanted."""
    given = [hint for hint in (criterion.hint, *criterion.more_hints) if hint][: max(hints, 0)]
    diagnosis = [_text(criterion.diagnosis, "bold")] if criterion.diagnosis else []
    return diagnosis + [Text.assemble((f"{words.HINT} ", "bold"), _text(hint)) for hint in given]


def class_table(reports: Iterable[Report], exercises: Sequence[str]) -> Table:
    """The marks of a class: a row a student, a column an exercise."""
    table = Table(pad_edge=False, box=None, header_style="bold")
    table.add_column("student", no_wrap=True)
    for exercise in exercises:
        table.add_column(exercise, justify="right", no_wrap=True)
    table.add_column("total", justify="right", style="bold")
    table.add_column("note", max_width=48)
    for report in reports:
        total = Text(words.points(report.score))
        table.add_row(_text(report.student), *_row(report, exercises), total, _text(report.note))
    return table


def _row(report: Report, exercises: Sequence[str]) -> list[Text]:
    found = {exercise.id: exercise for exercise in report.exercises}
    cells = [found.get(name) for name in exercises]
    return [Text(words.points(cell.score), COLOUR[cell.status]) if cell else Text("·", "dim") for cell in cells]


def _text(text: str | None, style: str = "") -> Text:
    """Text that a hand-in may have had a say in: never read as markup, never a command to the terminal."""
    return Text(plain(text or "", keep="\n"), style)


def show(console: Console, renderable: RenderableType) -> None:
    """Print without rich's own guesses at what to colour."""
    console.print(renderable, highlight=False)
