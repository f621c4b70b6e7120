"""What a student has drawn, as numbers: whichever of matplotlib's ways it was drawn in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from autograder.sandbox.drawing import describe

Draw = Callable[[Any], object]
X, Y = [1.0, 2.0, 4.0], [3.0, 5.0, 9.0]
POINTS = [[1.0, 3.0], [2.0, 5.0], [4.0, 9.0]]


@pytest.fixture
def axes() -> Iterator[Axes]:
    figure = Figure(figsize=(2, 2), dpi=40)
    FigureCanvasAgg(figure)
    yield figure.add_subplot()
    figure.clear()


def drawn(axes: Axes, draw: Draw) -> list[tuple[str, Any]]:
    """The marks on the axes once `draw` has drawn, for real."""
    draw(axes)
    axes.figure.canvas.draw()
    return [(mark["kind"], mark["xy"].tolist()) for mark in describe(axes)]


ONE: dict[str, tuple[Draw, str, Any]] = {
    "scatter": (lambda axes: axes.scatter(X, Y), "points", POINTS),
    "scatter of tensors": (lambda axes: axes.scatter(torch.tensor(X), torch.tensor(Y)), "points", POINTS),
    "scatter of one point": (lambda axes: axes.scatter(1, 3), "points", [[1.0, 3.0]]),
    "dots": (lambda axes: axes.plot(X, Y, "o"), "points", POINTS),
    "dots by linestyle": (lambda axes: axes.plot(X, Y, marker="o", linestyle="none"), "points", POINTS),
    "dots by an empty linestyle": (lambda axes: axes.plot(X, Y, "o", linestyle=""), "points", POINTS),
    "line": (lambda axes: axes.plot(X, Y), "line", POINTS),
    "dashed line with dots": (lambda axes: axes.plot(X, Y, "o--"), "line", POINTS),
    "line of tensors": (lambda axes: axes.plot(torch.tensor(X), torch.tensor(Y)), "line", POINTS),
    "line of whole numbers": (lambda axes: axes.plot([1, 2], [3, 5]), "line", POINTS[:2]),
    "line on logarithmic axes": (lambda axes: axes.loglog(X, Y), "line", POINTS),
    "steps": (lambda axes: axes.step(X, Y), "line", POINTS),
    "vertical lines": (lambda axes: axes.vlines([1, 2], 0, [3, 5]), "line", [[1, 0], [1, 3], [2, 0], [2, 5]]),
    "segments": (lambda axes: axes.add_collection(LineCollection([POINTS[:2]])), "line", POINTS[:2]),
    "axline through two points": (lambda axes: axes.axline((1, 3), (2, 5)), "axline", POINTS[:2]),
    "axline with a slope": (lambda axes: axes.axline((1, 3), slope=2), "axline", POINTS[:2]),
    "axline through the origin": (lambda axes: axes.axline((1, 3), (0, 0)), "axline", [[1, 3], [0, 0]]),
    "axline through arrays": (lambda axes: axes.axline(np.array([1, 3]), np.array([2, 5])), "axline", POINTS[:2]),
    "axline through rows": (
        lambda axes: axes.axline(torch.tensor([1.0, 3.0]), torch.tensor([2.0, 5.0])), "axline", POINTS[:2],
    ),
    "axline through numbers of tensors": (
        lambda axes: axes.axline((torch.tensor(1.0), torch.tensor(3.0)), slope=2), "axline", POINTS[:2],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("draw", "kind", "points"), ONE.values(), ids=ONE)
def test_data_and_lines_are_seen_however_they_were_drawn(axes: Axes, draw: Draw, kind: str, points: Any) -> None:
    assert drawn(axes, draw) == [(kind, points)]


NONE: dict[str, Draw] = {
    "nothing": lambda axes: None,
    "labels only": lambda axes: axes.set(title="fit", xlabel="x", ylabel="y"),
    "invisible scatter": lambda axes: axes.scatter(X, Y, visible=False),
    "invisible line": lambda axes: axes.plot(X, Y, visible=False),
    "empty line": lambda axes: axes.plot([], []),
    "empty scatter": lambda axes: axes.scatter([], []),
    "no segments": lambda axes: axes.add_collection(LineCollection([])),
    "bars": lambda axes: axes.bar(X, Y),
    "filled area": lambda axes: axes.fill_between(X, Y),
    "text": lambda axes: axes.text(1, 3, "here"),
    "line across the page": lambda axes: axes.plot([0, 1], [0, 1], transform=axes.transAxes),
    "dots across the page": lambda axes: axes.scatter([0, 1], [0, 1], transform=axes.transAxes),
}


@pytest.mark.parametrize("draw", NONE.values(), ids=NONE)
def test_what_shows_no_numbers_is_left_out(axes: Axes, draw: Draw) -> None:
    axes.set(xlim=(-5, 5), ylim=(-5, 15))
    assert drawn(axes, draw) == []


def test_several_marks_are_all_told(axes: Axes) -> None:
    def draw(axes: Axes) -> None:
        axes.scatter(X, Y)
        axes.plot(X[:2], Y[:2])
        axes.axline((0, 1), slope=2)
        axes.axhline(0.5)

    assert sorted(kind for kind, _ in drawn(axes, draw)) == ["axline", "line", "points"]


@pytest.mark.parametrize("kind", ["scatter", "plot"])
def test_missing_points_are_nan(axes: Axes, kind: str) -> None:
    hidden = np.ma.masked_array([1.0, 2.0], [True, False])
    (mark,) = drawn(axes, lambda axes: getattr(axes, kind)([1.0, 2.0], hidden))
    assert str(mark[1][1]) == "[2.0, 2.0]"
    assert "nan" in str(mark[1][0])


def test_the_numbers_are_a_copy_in_double_precision(axes: Axes) -> None:
    y = np.array([3, 5, 9], dtype=np.float32)
    axes.plot(X, y)
    (mark,) = describe(axes)
    assert (mark["xy"].dtype, mark["xy"].shape) == (np.float64, (3, 2))
    mark["xy"][:] = 0
    assert describe(axes)[0]["xy"].tolist() == POINTS
    assert y.tolist() == [3, 5, 9]
