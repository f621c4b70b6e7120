"""Reports in a terminal: the same words as on the feedback page. All that is printed goes through here."""

from __future__ import annotations

import dataclasses
import logging
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from pygments.token import Token
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from autograder.basics.text import brief, plain
from autograder.lesson.report import Criterion, Exercise, Report, Status, Verdict
from autograder.render import words

GAP, ID, LONGEST_ID = 2, len("student"), 80  # of the class table: columns between two; of an id at least, and at most
NOTE, NOTES = 30, 48  # … of notes that stand beside the marks, at least and at most

GREEN = "color(28)"
THEME = Theme(
    {"green": GREEN, "yellow": "color(130)", "red": "color(160)", "dim": "color(243)"}
)  # on white and on black
CODE = ANSISyntaxTheme({
    Token: Style(), Token.Comment: Style.parse("color(243)"), Token.Keyword: Style(bold=True),
    Token.Literal.String: Style.parse(GREEN), Token.Literal.Number: Style.parse("color(130)"),
    Token.Name.Function: Style(bold=True),
})  # fmt: skip
UNREAD = (BrokenPipeError,)  # what printing raises when nobody reads on
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
    return Group(*parts, _marks(found))


def failures(found: Report) -> RenderableType:
    """All that is not right of what is written, without hints."""
    wrong = [one for one in found.exercises if one.status not in (Status.PASSED, Status.NOT_ATTEMPTED)]
    shown = [_exercise(dataclasses.replace(one, criteria=one.lost), 0) for one in wrong]
    return Group(*shown) if shown else Text("What is written is right.")


def overview(found: Report) -> RenderableType:
    """One Report in short: where to begin, and a line for each exercise with its note."""
    exercise, sentence = words.first(found)
    said = [safe(found.note)] if found.note else []
    said += [safe(f"{exercise} {sentence}".strip())] if sentence else []
    return Group(*said, _marks(found), "", *map(heading, found.exercises))


def _marks(found: Report) -> Text:
    return Text(f"{words.points(found.score)} of {words.points(found.max_score)} points", "bold")


def lines(renderable: RenderableType, width: int) -> str:
    """What is shown as lines of at most `width` characters, without colours."""
    console = Console(file=(file := StringIO()), width=width, force_terminal=False, no_color=True, legacy_windows=False)
    show(console, renderable)
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
    return Group(mark, Padding(told(one, hints, again=again), (0, 0, 0, 4)))


def told(one: Criterion, hints: int, *, again: bool = False) -> RenderableType:
    """What there is to say of a lost criterion: the facts, and what helps; as above."""
    facts = Table.grid(padding=(0, 2, 0, 0))
    labels = ((words.INPUT, one.input), (words.ACTUAL, one.actual), (words.EXPECTED, one.expected))
    for label, text in labels:
        if text:
            facts.add_row(Text(label, "dim"), safe(text))
    return Group(facts, *([safe(words.SAME)] if again else _help(one, hints)))


def _help(criterion: Criterion, hints: int) -> list[Text]:
    """What seems to be the matter, and as many hints as are wanted."""
    given = [hint for hint in (criterion.hint, *criterion.more_hints) if hint][: max(hints, 0)]
    diagnosis = [safe(criterion.diagnosis, "bold")] if criterion.diagnosis else []
    return diagnosis + [Text.assemble((f"{words.HINT} ", "bold"), safe(hint)) for hint in given]


def code(source: str) -> Text:
    """Python in colours."""
    found = Syntax(source, "python", theme=CODE).highlight(source)
    found.rstrip()
    return found


def class_table(reports: Iterable[Report], exercises: Sequence[str]) -> RenderableType:
    """The marks of a class: a row a student, a column an exercise."""
    return _ClassTable(tuple(reports), exercises)


@dataclass(frozen=True)
class _ClassTable:
    """Where there is little room, ids are broken and notes stand below the table. No mark is ever left out."""

    reports: tuple[Report, ...]
    exercises: Sequence[str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.max_width - sum(cell_len(name) + GAP for name in (*self.exercises, "total"))
        longest = max((cell_len(_id(report)) for report in self.reports), default=0)
        beside = room >= max(longest, ID) + GAP + NOTE
        yield self._table(max(min(longest, room), ID), notes=beside)
        if not beside:
            yield from (safe(f"{_id(report)}: {report.note}") for report in self.reports if report.note)

    def _table(self, room: int, *, notes: bool) -> Table:
        table = Table(pad_edge=False, box=None, header_style="bold", padding=(0, GAP // 2))
        table.add_column("student", overflow="fold", width=room)
        rows = [[*_row(report, self.exercises), Text(words.points(report.score))] for report in self.reports]
        for place, name in enumerate((*self.exercises, "total")):
            marks = max((row[place].cell_len for row in rows), default=1)
            table.add_column(name, justify="right", overflow="fold", min_width=marks)
        if notes:
            table.add_column("note", max_width=NOTES)
        for report, row in zip(self.reports, rows, strict=True):
            table.add_row(safe(_id(report)), *row, *([safe(report.note)] if notes else []))
        return table


def _id(report: Report) -> str:
    return brief(report.student or "", LONGEST_ID)


def _row(report: Report, exercises: Sequence[str]) -> list[Text]:
    found = {exercise.id: exercise for exercise in report.exercises}
    cells = [found.get(name) for name in exercises]
    return [Text(words.points(cell.score), COLOUR[cell.status]) if cell else Text("·", "dim") for cell in cells]


def safe(text: str | None, style: str = "") -> Text:
    """Text that a hand-in may have had a say in: never read as markup, never a command to the terminal."""
    return Text(plain(text or "", keep="\n"), style)


def show(console: Console, renderable: RenderableType, *, wrap: bool = True) -> None:
    """Print without rich's own guesses at what to colour; `wrap` breaks long lines, which cannot be copied then."""
    console.print(_Plain(renderable), highlight=False, soft_wrap=not wrap, crop=False)


def say(text: str, *, error: bool = False) -> None:
    """Print a line."""
    write(f"{plain(text)}\n", error=error)


def complain(text: str) -> None:
    """One line about what could not be done."""
    say(f"autograder: {text}", error=True)


def write(text: str, *, error: bool = False) -> None:
    """Print lines of ours."""
    print(plain(text, keep="\n"), end="", file=sys.stderr if error else sys.stdout, flush=True)


class Log(logging.Handler):
    """Prints what is logged, tracebacks too: they may hold a student's text."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one message."""
        write(f"{self.format(record)}\n", error=True)


def console(*, error: bool = False, piped: int | None = None) -> Console:
    """Where to show something: the terminal, or a file or pipe, whose lines are `piped` characters long."""
    found = _Console(stderr=error, theme=THEME)
    return found if found.is_terminal or piped is None else _Console(stderr=error, theme=THEME, width=piped)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """The command line knows what to do if nobody reads on; rich would end it."""
        raise BrokenPipeError


@dataclass(frozen=True)
class _Plain:
    """Whatever is printed, without hidden characters: the last look at it, should somebody have forgotten `safe`."""

    renderable: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.renderable, options):
            yield segment if segment.control else Segment(plain(segment.text, keep="\n"), segment.style)
