"""Reports in a terminal: the same words as on the feedback page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from io import StringIO

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
        parts.append(safe(found.note, "red"))
    exercise, sentence = words.first(found)
    if sentence:
        parts.append(safe(f"{exercise} {sentence}".strip()))
    parts.append(Text(f"{words.points(found.score)} of {words.points(found.max_score)} points", "bold"))
    return Group(*parts)


def failures(found: Report) -> RenderableType:
    """All that is not right of what is written, without hints."""
    wrong = [one for one in found.exercises if one.status not in (Status.PASSED, Status.NOT_ATTEMPTED)]
    shown = [_exercise(dataclasses.replace(one, criteria=one.lost), 0) for one in wrong]
    return Group(*shown) if shown else Text("What is written is right.")


def lines(found: Report, width: int) -> str:
    """One Report as lines of at most `width` characters, without colours."""
    console = Console(file=(file := StringIO()), width=width, force_terminal=False, no_color=True, legacy_windows=False)
    show(console, report(found))
    return "\n".join(line.rstrip() for line in file.getvalue().rstrip().splitlines())


def _exercise(exercise: Exercise, hints: int = 1) -> RenderableType:
    """One exercise's verdicts."""
    parts: list[RenderableType] = [heading(exercise)]
    if exercise.status is not Status.NOT_ATTEMPTED:
        lost = exercise.lost
        again = [bool(lost) and one is not lost[0] and words.same(one, lost[0]) for one in exercise.criteria]
        parts += [
            inset(criterion(one, hints, again=known)) for one, known in zip(exercise.criteria, again, strict=True)
        ]
    return Group(*parts, "")


def heading(exercise: Exercise) -> RenderableType:
    """An exercise's verdict in a line, and its note."""
    line = Text.assemble(
        (exercise.id, "bold"), ": ", (words.STATUS[exercise.status], COLOUR[exercise.status]),
        f", {words.points(exercise.score)} of {words.points(exercise.max_score)} points",
    )  # fmt: skip
    return Group(line, inset(safe(exercise.note, "italic"))) if exercise.note else line


def inset(renderable: RenderableType) -> RenderableType:
    """Moved to the right, below what it belongs to."""
    return Padding(renderable, (0, 0, 0, 2))


def criterion(one: Criterion, hints: int, *, again: bool = False) -> RenderableType:
    """One criterion; of a lost one the facts, and so many hints, unless its cause was explained before (`again`)."""
    mark = Text.assemble((words.MARK[one.status], COLOUR[one.status]), " ", safe(one.name))
    if one.status is Verdict.PASSED:
        return mark
    facts = Table.grid(padding=(0, 2, 0, 0))
    labels = ((words.INPUT, one.input), (words.ACTUAL, one.actual), (words.EXPECTED, one.expected))
    for label, text in labels:
        if text:
            facts.add_row(Text(label, "dim"), safe(text))
    return Group(mark, Padding(Group(facts, *([safe(words.SAME)] if again else _help(one, hints))), (0, 0, 0, 4)))


def _help(criterion: Criterion, hints: int) -> list[Text]:
    """What seems to be the matter, and as many hints as are wanted."""
    given = [hint for hint in (criterion.hint, *criterion.more_hints) if hint][: max(hints, 0)]
    diagnosis = [safe(criterion.diagnosis, "bold")] if criterion.diagnosis else []
    return diagnosis + [Text.assemble((f"{words.HINT} ", "bold"), safe(hint)) for hint in given]


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
        table.add_row(safe(report.student), *_row(report, exercises), total, safe(report.note))
    return table


def _row(report: Report, exercises: Sequence[str]) -> list[Text]:
    found = {exercise.id: exercise for exercise in report.exercises}
    cells = [found.get(name) for name in exercises]
    return [Text(words.points(cell.score), COLOUR[cell.status]) if cell else Text("·", "dim") for cell in cells]


def safe(text: str | None, style: str = "") -> Text:
    """Text that a hand-in may have had a say in: never read as markup, never a command to the terminal."""
    return Text(plain(text or "", keep="\n"), style)


def show(console: Console, renderable: RenderableType) -> None:
    """Print without rich's own guesses at what to colour."""
    console.print(renderable, highlight=False)
