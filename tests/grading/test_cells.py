"""Where an answer fails because of another cell of the student's, that is said first."""

from __future__ import annotations

import pytest

from tests.conftest import Grade
from tests.sample_class import Maker

USES = "def predict(x, a):\n    return scaled(x) @ a"
CELLS = {
    "stops before it sets the name": (
        ["1 / 0\ndef scaled(x):\n    return x"], [],
        "`scaled` would be set in your cell that stops at line 1, `1 / 0`, with ZeroDivisionError: division by zero",
    ),
    "an import fails": (
        ["from math import nothing\nscaled = abs"], [],
        "`scaled` would be set in your cell that stops at line 1, `from math import nothing`, with ImportError: "
        "cannot import name 'nothing' from 'math' (",
    ),
    "is no Python": (
        ["def scaled(x)\n    return x"], [],
        "`scaled` would be set in your cell that stops at line 1, `def scaled(x)`, with SyntaxError: expected ':'",
    ),
    "gives the name away": (
        ["def scaled(x):\n    return x"], ["scaled = scaled(torch.ones(2))"],
        "After your line `scaled = scaled(torch.ones(2))` the name `scaled` is no function any more: it means a tensor.",
    ),
    "is innocent": (["1 / 0"], [], "A name in this line means nothing to Python: it has no value here."),
}  # fmt: skip


@pytest.mark.parametrize(("insert", "append", "words"), CELLS.values(), ids=CELLS)
def test_the_cell_is_named(insert: list[str], append: list[str], words: str, maker: Maker, grade: Grade) -> None:
    text = maker.text(answers={"predict": USES}, bare=True, insert=insert, append=append)
    (predict,) = (one for one in grade(text).report.exercises if one.id == "predict")
    assert all((one.diagnosis or "").startswith(words) for one in predict.lost) and len(predict.lost) == 6
    assert len(predict.lost[0].more_hints) == 2
