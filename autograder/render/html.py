"""Reports as HTML, for the graded cells of nbgrader's feedback pages."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.basics.advice import Advice
from autograder.basics.text import plain, savable
from autograder.lesson.report import Exercise, Losses, Report
from autograder.render import curve, words
from autograder.render.picture import LEFT_OUT, fits

TICKS = re.compile(r"`([^`<>]+)`")
TEMPLATES = Path(__file__).resolve().parent / "templates"


def render_exercise(exercise: Exercise, pictures: Sequence[bytes] = (), losses: Losses | None = None) -> str:
    """One exercise's verdicts.

    `pictures` are PNG images: what the student's function draws, and the lesson's.
    """
    images = [base64.b64encode(png).decode() if fits(png) else None for png in pictures]
    template = environment().get_template("report.html.j2")
    drawn = None
    with Advice("a curve"):
        drawn = curve.draw(losses.yours, losses.reference) if losses else None
    caption = losses.caption if losses else ""
    page = template.render(
        exercise=exercise, images=images, curve=drawn, caption=caption, words=words, left_out=LEFT_OUT
    )
    return savable(page).strip()


def render_plain(exercise: Exercise) -> str:
    """One exercise's marks, for when there is nothing else to show of it."""
    marks = f"{exercise.score:g} of {exercise.max_score:g} points"
    return (
        f'<section class="report"><p class="verdict">{marks}. What there is to say cannot be shown here.</p></section>'
    )


def render_inline(
    report: Report,
    pictures: Mapping[str, Sequence[bytes]],
    losses: Mapping[str, Losses],
) -> str:
    """A whole Report, with its style, for the output of a notebook's cell; pictures and losses are by exercise."""
    found = [(one, pictures.get(one.id, ()), losses.get(one.id)) for one in report.exercises]
    sections = [Markup(render_exercise(*parts)) for parts in found]
    first, sentence = words.first(report)
    template = environment().get_template("inline.html.j2")
    return template.render(report=report, sections=sections, first=first, sentence=sentence, words=words).strip()


def render_unreadable(report: Report) -> str:
    """What a graded cell says when the hand-in could not be read."""
    note = escape(report.note or "")
    return f'<section class="report error"><p class="verdict">This hand-in could not be graded: {note}.</p></section>'


def render_list(assignment: str, most: float, rows: Sequence[tuple[str, str, str, str, str, float | None]]) -> str:
    """A list of feedback pages for whoever hands them out: of each the address, name, id, section, status and marks."""
    template = environment().get_template("list.html.j2")
    return plain(template.render(assignment=assignment, most=most, rows=rows, words=words), keep="\n")


@functools.cache
def environment() -> Environment:
    """The templates of this room: what they are given is escaped, and a name that they are not given is an error."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    found.filters["ticks"] = _ticks
    return found


def _ticks(text: str) -> Markup:
    """A sentence of ours, escaped, with what stands between backticks as code."""
    return Markup(TICKS.sub(r"<code>\1</code>", str(escape(text))))
