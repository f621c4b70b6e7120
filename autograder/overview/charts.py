"""Charts as SVG that takes its colours from the page, so that it can be read on white, on black and on paper."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from autograder.basics.text import brief
from autograder.overview.spread import Range, Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = 20  # characters of an exercise
NARROW = 0.03  # of a bar: a part in which no number has room
WIDTH, DPI = 5.6, 72  # inches; 72 units of the picture to one
COLOURS = {  # what the chart is drawn with, and what the page has in its place
    "#010101": "currentColor", "#020202": "var(--dim)", "#030303": "var(--line)", "#040404": "var(--bar)",
    "#050505": "var(--band)", "#060606": "var(--passed)", "#070707": "var(--partial)", "#080808": "var(--failed)",
    "#090909": "var(--untried)", "#0a0a0a": "var(--on-passed)", "#0b0b0b": "var(--on-partial)",
    "#0c0c0c": "var(--on-failed)", "#0d0d0d": "var(--on-untried)",
}  # fmt: skip
INK, DIM, LINE, BAR, BAND = [*COLOURS][:5]
STATES = [
    *zip([*COLOURS][5:9], [*COLOURS][9:], strict=True)
]  # of an exercise: its colour, and that of the number in it
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 11, "text.color": INK, "axes.labelcolor": DIM,
    "xtick.color": DIM, "ytick.color": INK, "axes.edgecolor": LINE, "text.parse_math": False,
}  # fmt: skip
UNNEEDED = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->| id=\"[a-z0-9.]+_\d+\"", re.DOTALL)
FONT = re.compile(r"(font: [\d.]+px |font-family: )[^;\"]+")


def marks(bars: Sequence[Range], spread: Spread, alt: str) -> Markup:
    """How many have how many marks, with the middle half shaded and the one in the middle marked."""

    def draw(ax: Axes) -> None:
        ax.axvspan(spread.first, spread.third, color=BAND, linewidth=0)
        lows, numbers = [bar.low for bar in bars], [bar.number for bar in bars]
        drawn = ax.bar(lows, numbers, [bar.high - bar.low for bar in bars], align="edge", color=BAR, edgecolor=BAND)
        ax.bar_label(drawn, [str(number or "") for number in numbers], padding=2, color=INK)
        there = [bar.number for bar in bars if bar.low <= spread.middle <= bar.high]
        ax.vlines(spread.middle, 0, max(there or numbers), color=INK, linestyle=(0, (4, 3)), linewidth=1.2)
        ax.set_xticks(sorted({*lows, *(bar.high for bar in bars)}))
        ax.set_xlabel("points")
        ax.set_yticks([])
        ax.margins(x=0, y=0.15)

    return _svg(draw, 2.5, alt)


def exercises(states: Mapping[str, Sequence[int]], alt: str) -> Markup:
    """How many are how far with each exercise, the first on top."""

    def draw(ax: Axes) -> None:
        for row, numbers in enumerate(states.values()):
            left = 0
            for number, (colour, number_colour) in zip(numbers, STATES, strict=True):
                ax.barh(row, number, left=left, height=0.72, color=colour, edgecolor=LINE, linewidth=0.5)
                shown = str(number) if number > NARROW * sum(numbers) else ""
                ax.text(left + number / 2, row, shown, ha="center", va="center", color=number_colour)
                left += number
        ax.set_yticks(range(len(states)), [brief(name, NAME) for name in states])
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        ax.invert_yaxis()
        ax.margins(0, 0.02)

    return _svg(draw, 0.4 + 0.34 * len(states), alt)


def _svg(draw: Callable[[Axes], None], height: float, alt: str) -> Markup:
    """What is drawn, as an element of a page."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    file = io.StringIO()
    with mpl.rc_context({**SETTINGS, "svg.hashsalt": alt}), warnings.catch_warnings(action="ignore"):
        figure = Figure((WIDTH, height), dpi=DPI, layout="tight")
        ax = figure.add_subplot()
        ax.spines[["top", "left", "right"]].set_visible(False)
        ax.tick_params(length=0)
        draw(ax)
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return _inline(file.getvalue(), alt)


def _inline(svg: str, alt: str) -> Markup:
    """Without its head, its size, its style and its names: those would be the whole page's."""
    body = UNNEEDED.sub("", svg[svg.index("<svg") :])
    body = FONT.sub(r"\1system-ui, sans-serif", body)
    for ours, pages in COLOURS.items():
        body = body.replace(ours, pages)
    box = re.search(r'viewBox="([^"]+)"', body)
    assert box is not None
    head = f'<svg viewBox="{box[1]}" role="img" aria-label="{escape(alt)}">'
    return Markup(head + body[body.index(">") + 1 :])
