"""What a notebook may have switched, set back before each call, each switch on its own: a failing one stops no other.

The functions were taken before any cell ran: `random.seed = 42`, where `random.seed(42)` was meant, has no say here.
"""

from __future__ import annotations

import contextlib
import gc
import random
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

_IGNORE = ("ignore", None, Warning, None, 0)
_LIMIT, _own_limit, _set_limit = sys.getrecursionlimit(), sys.getrecursionlimit, sys.setrecursionlimit
_core: Any = torch._C


def _modes(length: Callable[[], int], pop: Callable[[], object]) -> Callable[[], None]:
    """Leaves the modes in which a notebook has left torch."""

    def leave() -> None:
        while length():
            pop()

    return leave


def _warnings(module: Any = warnings, refresh: Callable[[], None] = warnings._filters_mutated) -> None:  # type: ignore[attr-defined]
    module.filters = [_IGNORE]
    refresh()


def _recursion() -> None:
    if _own_limit() < _LIMIT:
        _set_limit(_LIMIT)


def _bound(function: Callable[..., object], *args: Any, **kwargs: Any) -> Callable[[], object]:
    return lambda: function(*args, **kwargs)


_SWITCHES: tuple[Callable[[], object], ...] = (
    _bound(sys.settrace, None),
    _bound(sys.setprofile, None),
    _recursion,
    gc.enable,
    _bound(torch.set_default_device, None),
    _modes(_core._len_torch_function_stack, _core._pop_torch_function_stack),
    _modes(_core._len_torch_dispatch_stack, _core._pop_torch_dispatch_stack),
    _bound(_core._set_grad_enabled, True),
    _bound(torch.set_default_dtype, torch.float32),
    _warnings,
    _bound(np.seterr, divide="warn", over="warn", under="ignore", invalid="warn"),
)
_DEFAULTS: dict[str, tuple[Callable[[], object], object]] = {  # what all code after a call computes with
    "default dtype": (torch.get_default_dtype, torch.float32),
    "default device": (torch.get_default_device, torch.device("cpu")),
}
_SEEDS: tuple[Callable[[int], object], ...] = (
    random.seed,
    np.random.seed,
    torch.default_generator.manual_seed,  # torch.manual_seed takes 100 times as long: it looks for devices
)


def switched() -> dict[str, str]:
    """What a call has left switched for all code after it, and to what."""
    found = {}
    for name, (read, usual) in _DEFAULTS.items():
        with contextlib.suppress(Exception):
            if (value := read()) != usual:
                found[name] = str(value).removeprefix("torch.")
    return found


def reset(seed: int) -> None:
    """Set all back, and seed every usual source of randomness."""
    for switch in _SWITCHES:
        with contextlib.suppress(Exception):
            switch()
    for start in _SEEDS:
        with contextlib.suppress(Exception):
            start(seed)
