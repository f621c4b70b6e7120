"""What a reader sees in a terminal: where they stand, the next hint, and the page at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from rich.bar import Bar
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from autograder.learning.standing import Standing
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report, Status
from autograder.render import terminal, words
from autograder.render.terminal import inset, safe

BAR = 40
LEAST = 1e-16  # of a loss: what float64 cannot tell from 0
MARK = {
    Status.PASSED: "✓", Status.PARTIAL: "✗", Status.FAILED: "✗", Status.ERROR: "!", Status.NOT_ATTEMPTED: "·",
}  # fmt: skip


def screen(standing: Standing, lesson: Lesson, path: Path) -> RenderableType:
    """Where the reader stands: a bar over the exercises, and the first thing that is not right yet."""
    if not standing.report.exercises:
        return safe(f"{path}: {standing.report.note}")
    return Group(head(standing.report, path), "", first(standing, lesson))


def head(report: Report, path: Path) -> RenderableType:
    """The notebook's name, a mark for each exercise, and how much is done."""
    marks = [
        Text.assemble((MARK[one.status], terminal.COLOUR[one.status]), " ", (one.id, "bold"))
        for one in report.exercises
    ]
    right = sum(one.status is Status.PASSED for one in report.exercises)
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_row(
        ProgressBar(len(marks), right, width=BAR, complete_style="green", finished_style="green"),
        f"{right} of {len(marks)} exercises, {words.points(report.score)} of {words.points(report.max_score)} points",
    )
    return Group(Rule(safe(str(path)), align="left", style="dim"), Columns(marks, padding=(0, 2)), row)


def first(standing: Standing, lesson: Lesson) -> RenderableType:
    """The first exercise that is not right, with its first failure only, and the hints that were given for it."""
    exercise = standing.exercise
    if exercise is None:
        return safe("Everything is right.")
    parts = [terminal.heading(exercise)]
    if standing.lost:
        parts.append(inset(terminal.criterion(standing.lost, standing.given)))
    elif exercise.status is Status.NOT_ATTEMPTED and not exercise.note:  # which says what is missing
        parts.append(inset(safe(unwritten(exercise.id, lesson))))
    elif exercise.status is not Status.NOT_ATTEMPTED:
        parts.append(inset(safe(words.STOPS)))
    return Group(*parts)


def unwritten(exercise: str, lesson: Lesson) -> str:
    """What to do for an exercise that has no answer yet."""
    number = 1 + [task.id for task in lesson.tasks].index(exercise)
    place = f"Exercise {number} of {len(lesson.tasks)}, in section “{lesson.section(exercise)}” of the notebook."
    return "\n".join(filter(None, (place, lesson.summary(exercise), "Read on to there, write your answer, and save.")))


def closing(standing: Standing, lesson: Lesson, path: Path) -> RenderableType:
    """The page at the end: what was verified, what was learned, the reader's own curve, and where to go."""
    parts: list[RenderableType] = [head(standing.report, path), ""]
    parts.append(
        Text("Everything is right, also on a second look with other random numbers.", f"bold {terminal.GREEN}")
    )
    parts += ["", Text("What you have written", "bold")]
    done = [(Text("✓", "green"), Text(one.id, "bold"), _learned(one.id, lesson)) for one in standing.report.exercises]
    parts.append(_table(done))
    if standing.losses:
        parts += ["", Text("The loss of your own loop after each epoch: a scale of powers of ten", "bold")]
        parts.append(curve(standing.losses.yours))
    if ways := lesson.words.get("next"):
        parts += ["", Text("Where to go from here", "bold"), _table([("-", way) for way in ways])]
    return Group(*parts)


def curve(losses: Sequence[float]) -> RenderableType:
    """The losses as bars, one an epoch, on a scale of powers of ten: descent is bars that shorten evenly."""
    powers = [math.log10(max(loss, LEAST)) for loss in losses]
    least = math.floor(min(powers))
    most = max(1, math.ceil(max(powers)) - least)
    return _table(
        [
            (f"epoch {epoch}", Bar(most, 0, power - least, width=BAR, color=terminal.GREEN), f"{loss:.3g}")
            for epoch, (loss, power) in enumerate(zip(losses, powers, strict=True), 1)
        ]
    )


def _table(rows: Sequence[Sequence[RenderableType]]) -> RenderableType:
    """Rows whose long texts wrap below themselves."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    return inset(table)


def keys(standing: Standing, *, everything: bool) -> Text:
    """What the keyboard can ask for."""
    there = len(standing.hints)
    hint = f"h  another hint ({standing.given} of {there} given)" if standing.given < there else ""
    parts = (hint, "a  back to the first failure" if everything else "a  all failures", "q  quit")
    return Text("\n" + "     ".join(filter(None, parts)), "dim")


def _learned(exercise: str, lesson: Lesson) -> str:
    said: str = lesson.words.get("learned", {}).get(exercise, "")
    return lesson.summary(exercise) or said
