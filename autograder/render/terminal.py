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
    """One Report: each exercise with what passed and what did not; `hints` of 0 shows no hint."""
    parts: list[RenderableType] = [_exercise(exercise, hints) for exercise in found.exercises]
    if found.note:
        parts.append(_text(found.note, "red"))
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
        parts += [Padding(_criterion(criterion, hints), (0, 0, 0, 2)) for criterion in exercise.criteria]
    return Group(*parts, "")


def _criterion(criterion: Criterion, hints: int) -> RenderableType:
    mark = Text.assemble((words.MARK[criterion.status], COLOUR[criterion.status]), " ", _text(criterion.name))
    if criterion.status is Verdict.PASSED:
        return mark
    facts = Table.grid(padding=(0, 2, 0, 0))
    for label, text in (("input", criterion.input), ("yours", criterion.actual), ("expected", criterion.expected)):
        if text:
            facts.add_row(Text(label, "dim"), _text(text))
    hint = [Text.assemble(("Hint: ", "bold"), _text(criterion.hint))] if criterion.hint and hints else []
    return Group(mark, Padding(Group(facts, *hint), (0, 0, 0, 4)))


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
