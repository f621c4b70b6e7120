"""Two loss curves as a small SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 320, 160, 26


def draw(yours: Sequence[float], reference: Sequence[float]) -> Markup | None:
    """The losses after each epoch, yours over the lesson's; None if there are none that can be drawn."""
    losses = [loss for loss in yours if math.isfinite(loss)]
    if not losses or len(losses) != len(yours) or len(yours) > 1000:
        return None
    top = max(*reference, min(max(losses), 3 * max(reference)))  # what runs away leaves the picture
    last = max(len(yours), len(reference)) - 1 or 1

    def line(name: str, values: Sequence[float]) -> str:
        spots = " ".join(f"{_across(i, last):.1f},{_up(value, top):.1f}" for i, value in enumerate(values))
        return f'<polyline class="{name}" points="{spots}"/>'

    ends = [f"from {_said(values[0])} to {_said(values[-1])}" for values in (losses, reference)]
    alt = f"Your losses go {ends[0]}, the lesson&#39;s {ends[1]}."
    return Markup(  # numbers and our own words only
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{alt}">'
        f'<path class="axes" d="M{EDGE},8V{HEIGHT - EDGE}H{WIDTH - 8}"/>'
        f"{line('reference', reference)}{line('yours', yours)}"
        f'<text x="{EDGE + 4}" y="16">{top:.3g}</text><text x="{EDGE - 14}" y="{HEIGHT - EDGE}">0</text>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 8}" text-anchor="end">epoch {last + 1}</text>'
        f'<text class="yours" x="{WIDTH - 8}" y="16" text-anchor="end">yours</text>'
        f'<text class="reference" x="{WIDTH - 8}" y="32" text-anchor="end">the lesson\'s</text></svg>'
    )


def _said(value: float) -> str:
    return f"{value:.3g}" if abs(value) >= 0.001 else "almost 0"


def _across(index: int, last: int) -> float:
    return EDGE + index / last * (WIDTH - EDGE - 8)


def _up(value: float, top: float) -> float:
    return HEIGHT - EDGE - min(max(value, 0.0), 1.05 * top) / (1.05 * top) * (HEIGHT - EDGE - 8)
