"""The class on one page, as HTML."""

from __future__ import annotations

from markupsafe import Markup

from autograder.basics.text import savable
from autograder.overview import charts
from autograder.overview.changes import Changes
from autograder.overview.tally import LEAST
from autograder.overview.view import STATES, View
from autograder.render import words
from autograder.render.html import environment
from autograder.render.typeset import typeset

TEMPLATE = "overview/index.html.j2"
PER_CENT = "\N{NO-BREAK SPACE}%"
MANY = 10  # mistakes and criteria that are shown before the rest is folded


def render(view: View, changes: Changes | None = None) -> str:
    """One file that loads nothing; `changes` since an earlier grading, if somebody has asked for them."""
    shown = view.enough and bool(view.graded)
    template = environment().get_template(TEMPLATE)
    page = template.render(
        view=view, changes=changes, words=words, STATES=STATES, MANY=MANY, python=python,
        said=view.reader.said, points=points, average=average, portion=lambda part, whole: portion(view, part, whole),
        correlation=correlation, marks=_marks(view) if shown else "", exercises=_exercises(view) if shown else "",
        about_marks=about_marks(view) if shown else (), about_exercises=about_exercises(view) if shown else (),
        about_numbers=about_numbers(view),
    )  # fmt: skip
    return savable(page).strip() + "\n"


def python(source: str) -> Markup:
    """Code in colours."""
    return Markup(typeset("code", source))


def points(number: float) -> str:
    """Marks, to a tenth."""
    return words.points(round(number, 1) + 0.0)


def average(number: float) -> str:
    """Marks of many, to a hundredth."""
    return words.points(round(number, 2))


def portion(view: View, part: int, whole: int) -> str:
    """A part of the class in per cent: 100 only for all, and 0 only for nobody."""
    if part in (0, whole):
        return f"{100 * bool(part)}{PER_CENT}"
    if part < view.reader.least:
        return view.reader.said(part)
    if whole - part < view.reader.least:
        return f"all but {view.reader.said(whole - part)}"
    return f"{min(99, max(1, round(100 * part / whole)))}{PER_CENT}"


def correlation(value: float | None) -> str:
    """A correlation, or a dash where there is none."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def about_marks(view: View) -> list[str]:
    """What the chart of marks shows, in sentences."""
    if view.spread is None:
        return []
    low, middle, high = (points(value) for value in view.spread[2:5])
    half = (
        f"Half of the {view.graded} have between {low} and {high} of {points(view.most)} points. "
        f"The median is {middle}."
    )
    ends = f"The lowest is {points(view.spread.lowest)}, the highest {points(view.spread.highest)}."
    return [half, f"Where fewer than {view.reader.least} are, no bar is drawn." if view.reader.anonymous else ends]


def about_exercises(view: View) -> list[str]:
    """What the chart of exercises shows, and how many criteria tell nobody from anybody."""
    all_ = [part.tally for part in view.exercises]
    first, best = all_[0], max(all_, key=lambda one: one.full / one.hand_ins)
    free = sum(one.full == one.hand_ins for one in view.criteria)
    dear = sum(one.full == 0 for one in view.criteria)
    return [
        f"{first.item.exercise} would gain the class most: {average(first.gain)} of {points(first.points)} points "
        "each, on average.",
        f"{best.item.exercise} is the one that most have right: {portion(view, best.full, best.hand_ins)}.",
        *([f"Criteria that nobody loses: {free}."] if free else []),
        *([f"Criteria that nobody gets: {dear}."] if dear else []),
    ]


def about_numbers(view: View) -> list[str]:
    """How the numbers are meant."""
    return [
        f"Shares are of the {view.graded} hand-ins that were graded. The chart of marks shows what the gradebook has, "
        "with marks by hand and penalties; all else is about the graders' marks.",
        "“Goes with the rest” is the correlation of marks with all other marks of the same students, from −1 to 1. "
        f"Below 0, those lose marks who do well otherwise. It takes {LEAST} hand-ins.",
        *([f"What fewer than {view.reader.least} have in common is left out."] if view.reader.anonymous else []),
    ]


def _marks(view: View) -> Markup:
    assert view.spread is not None
    bars = [f"{bar.number} from {points(bar.low)} to {points(bar.high)}" for bar in view.ranges if bar.number]
    return charts.marks(view.ranges, view.spread, f"How many have how many points: {', '.join(bars)}.")


def _exercises(view: View) -> Markup:
    said = [
        f"{part.tally.item.exercise}: "
        + ", ".join(f"{number} {state}" for number, state in zip(part.states, STATES, strict=True) if number)
        for part in view.exercises
    ]
    states = {part.tally.item.exercise: part.states for part in view.exercises}
    return charts.exercises(states, f"How many are how far with each exercise. {'; '.join(said)}.")
