"""Inputs that no hand-in can know in advance: drawn for each file anew, and the same whenever that file is graded.

Inputs that never change are shown in feedback, and sooner or later stand in a table of answers. So they come first,
since they are easy to read, and drawn ones follow them.
"""

from __future__ import annotations

import math
import random

import torch

LEAST, MOST = 0.5, 12.0


class Draw:
    """Draws from a seed. What is drawn for one purpose does not depend on what was drawn before."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def __call__(
        self, purpose: str, *shape: int, least: float = LEAST, most: float = MOST, parts: int = 2, signs: bool = True
    ) -> torch.Tensor:
        """Numbers between `least` and `most` for a person to reckon with, such as 2.5 and -4: float32, of this shape.

        They are whole numbers of halves, or of other `parts`. None is 0 or 1, and no two have the same size, so that no
        two mistakes look alike. Sums and products of a few such numbers are exact in float32, in whatever order they
        are made: no right answer fails by rounding, whatever is drawn.
        """
        lots = random.Random(f"{self._seed} {purpose}")
        pieces = [number for number in range(math.ceil(parts * least), int(parts * most) + 1) if number != parts]
        found = lots.sample(pieces, math.prod(shape))
        if signs:
            found = [lots.choice((1, -1)) * number for number in found]
        return torch.tensor(found).reshape(shape) / parts
