"""Pictures that the lesson's own answers draw, as those of students are drawn."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def png(draw: Callable[[Axes], object]) -> bytes:
    """What `draw` puts on the axes that it is given, as a PNG image."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow, and not needed for a check on the command line

    from autograder.sandbox.drawing import blank

    figure, file = blank(), io.BytesIO()
    draw(figure.axes[0])
    FigureCanvasAgg(figure).print_png(file)  # type: ignore[no-untyped-call]
    return file.getvalue()
