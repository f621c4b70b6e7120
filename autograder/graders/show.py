"""Values as a beginner can read them: short, small integers as integers, large tensors by their shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from autograder.basics.advice import Advice
from autograder.basics.text import plain
from autograder.sandbox.wire import Foreign

MANY = 24
LONG = 200


def show(value: Any) -> str:
    """One value on one short line, without anything that a terminal or a file could trip over."""
    text = f"a {value.type if isinstance(value, Foreign) else type(value).__name__}"
    with Advice("how a value looks"):
        text = _short(plain(_show(value)))
    return text


def _show(value: Any) -> str:
    match value:
        case torch.Tensor():
            return _tensor(value)
        case np.ndarray() | np.generic():
            return f"{_tensor(torch.from_numpy(np.array(value)))} (NumPy)"
        case bool() | None | str():
            return repr(value)
        case int() | float():
            return _number(value)
        case list():
            return f"[{_items(value)}]"
        case tuple():
            return f"({_items(value)}{',' if len(value) == 1 else ''})"
        case dict():
            return "{" + ", ".join(f"{_show(key)}: {_show(item)}" for key, item in value.items()) + "}"
        case Foreign():
            return f"a {value.type}: {' '.join(value.repr.split())}"
    return f"a {type(value).__name__}"


def _items(values: list[Any] | tuple[Any, ...]) -> str:
    return ", ".join([_show(item) for item in values[:MANY]] + ["…"] * (len(values) > MANY))


def shape(tensor: torch.Tensor) -> str:
    """A shape as torch's users write it: (3, 2), (3,), ()."""
    return str(tuple(tensor.shape))


def _tensor(tensor: torch.Tensor) -> str:
    if tensor.numel() > MANY:
        return f"a tensor of shape {shape(tensor)}"
    if tensor.numel() == 0:
        return f"an empty tensor of shape {shape(tensor)}"
    return _nested(tensor.detach().tolist())


def _nested(value: Any) -> str:
    return "[" + ", ".join(_nested(item) for item in value) + "]" if isinstance(value, list) else _number(value)


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
