"""Axes to draw on, and what lies on them afterwards: points that can be compared with the line they should show."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib._pylab_helpers import Gcf
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import AxLine, Line2D
from matplotlib.patches import Ellipse, PathPatch, Polygon

Mark = dict[str, Any]
# Taken now, because a notebook may write to any name of a library (see `tensors`).
_array, _asarray, _filled, _concatenate = np.array, np.ma.asarray, np.ma.filled, np.concatenate
_all_figures = Gcf.get_all_fig_managers
_FLOAT, _NAN = np.float64, np.nan


def blank() -> Figure:
    """A figure with empty axes, not one of pyplot's. Each mark on an axis takes longer to draw than the data."""
    figure = Figure(figsize=(5, 3.2), dpi=80)
    figure.add_subplot().locator_params(nbins=5)
    return figure


def is_attached(axes: Axes) -> bool:
    """Whether the axes are still part of their figure, so that somebody sees what lies on them."""
    figure = axes.figure
    return figure is not None and any(one is axes for one in figure.axes)


def describe(axes: Axes) -> list[Mark]:
    """Every visible scatter, line, shape and endless line of the axes.

    Each is ``{"kind": "points" | "line" | "axline", "xy": float64 (m, 2)}``; an axline is given by two of its points.
    """
    marks = []
    for artist in [*axes.lines, *axes.collections, *axes.patches]:
        mark = _mark(axes, artist)
        if mark is not None and artist.get_visible() and len(mark["xy"]):
            marks.append(mark)
    return marks


def others(figure: Figure) -> int:
    """How many things lie on the other figures that pyplot has open."""
    figures = (manager.canvas.figure for manager in _all_figures())
    found = (axes for other in figures if other is not figure for axes in other.axes)
    return sum(len(axes.lines) + len(axes.collections) + len(axes.patches) for axes in found)


def _mark(axes: Axes, artist: Any) -> Mark | None:
    if isinstance(artist, AxLine):
        return {"kind": "axline", "xy": _axline(artist)}
    if isinstance(artist, Line2D) and artist.get_transform() == axes.transData:
        joined = artist.get_linestyle() not in ("None", "", " ")
        return {"kind": "line" if joined else "points", "xy": _floats(artist.get_xydata())}
    if isinstance(artist, PathCollection) and artist.get_offset_transform() == axes.transData:
        return {"kind": "points", "xy": _floats(artist.get_offsets())}
    if isinstance(artist, LineCollection):
        segments = artist.get_segments()
        return {"kind": "line", "xy": _floats(_concatenate(segments))} if segments else None
    if isinstance(artist, Ellipse):
        return {"kind": "points", "xy": _floats([artist.get_center()])}
    if isinstance(artist, PathPatch | Polygon) and artist.get_data_transform() == axes.transData:
        corners = artist.get_patch_transform().transform(artist.get_path().vertices)
        return {"kind": "line", "xy": _floats(corners)}
    return None


def _axline(line: AxLine) -> np.ndarray[Any, Any]:
    x, y = line.get_xy1()  # type: ignore[misc]
    second = line.get_xy2()
    return _floats([(x, y), (x + 1, y + line.get_slope()) if second is None else second])


def _floats(points: Any) -> np.ndarray[Any, Any]:
    return _array(_filled(_asarray(points, dtype=_FLOAT), _NAN)).reshape(-1, 2)
