"""What a notebook may have switched, set back before each call, each switch on its own: a failing one stops no other.

The functions were taken before any cell ran: `random.seed = 42`, where `random.seed(42)` was meant, has no say here.
"""

from __future__ import annotations

import contextlib
import decimal
import gc
import locale
import random
import sys
import threading
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib
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


def _inference(is_on: Callable[[], bool] = torch.is_inference_mode_enabled) -> Callable[[], None]:
    """Leaves inference mode, which no function switches: a guard does, for as long as it lives."""
    guard, kept = _core._InferenceMode, []

    def leave() -> None:
        if is_on():
            kept.append(guard(False))

    return leave


def _decimals(set_context: Any = decimal.setcontext, fresh: Any = decimal.Context) -> None:
    set_context(fresh())


def _set_threads(number: int, have: Any = torch.get_num_threads, set_threads: Any = torch.set_num_threads) -> None:
    if have() != number:  # setting it is not free
        set_threads(number)


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
    _inference(),
    _bound(_core._set_grad_enabled, True),
    _bound(torch.set_default_dtype, torch.float32),
    _bound(torch.set_warn_always, False),
    _bound(_core._set_deterministic_algorithms, False, warn_only=False),
    _bound(_core._set_deterministic_fill_uninitialized_memory, True),
    _bound(torch.set_float32_matmul_precision, torch.get_float32_matmul_precision()),
    _bound(torch.set_flush_denormal, False),
    _bound(_set_threads, 1),
    _bound(torch.set_autocast_enabled, "cpu", False),
    _bound(torch.set_autocast_dtype, "cpu", torch.bfloat16),
    _bound(torch.set_autocast_cache_enabled, True),
    _bound(_core.set_anomaly_enabled, False, True),
    _bound(_core._set_multithreading_enabled, True),
    _bound(torch.__future__.set_overwrite_module_params_on_conversion, False),
    _bound(torch.__future__.set_swap_module_params_on_conversion, False),
    _bound(torch.backends.mha.set_fastpath_enabled, True),
    _bound(_core._set_mkldnn_enabled, True),
    _bound(_core._set_nnpack_enabled, True),
    _warnings,
    _bound(np.seterr, divide="warn", over="warn", under="ignore", invalid="warn"),
    _bound(np.seterrcall, None),
    _bound(np.setbufsize, np.getbufsize()),
    _decimals,
    _bound(locale.setlocale, locale.LC_ALL, locale.setlocale(locale.LC_ALL)),
    _bound(dict.update, matplotlib.rcParams, dict(matplotlib.rcParams)),
    _bound(threading.settrace, None),
    _bound(threading.setprofile, None),
    _bound(sys.setswitchinterval, sys.getswitchinterval()),
    _bound(gc.set_threshold, *gc.get_threshold()),
    _bound(gc.set_debug, 0),
    tracemalloc.stop,
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
        try:  # noqa: SIM105  # contextlib.suppress would take longer than most of them
            switch()
        except Exception:
            pass
    for start in _SEEDS:
        with contextlib.suppress(Exception):
            start(seed)
