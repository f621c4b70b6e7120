"""Tensors by what they are, whatever a notebook has done to torch: all is reached by names taken before any cell ran.

A student may write to every name of every library, by mistake too. `torch.equal = …` or a property put on
`torch.Tensor` has no say here: the functions are those of the base class, of which each tensor is made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

TENSOR, PARAMETER = torch.Tensor, torch.nn.Parameter
_BASE: Any = torch._C.TensorBase

# By torch's own names: `shape(tensor)` is `tensor.shape`.
shape, dtype, layout, device = (getattr(_BASE, name).__get__ for name in ("shape", "dtype", "layout", "device"))
requires_grad, is_leaf, grad, grad_fn = (
    getattr(_BASE, name).__get__ for name in ("requires_grad", "is_leaf", "grad", "grad_fn")
)
detach, clone, numel, is_inference, view_as = (
    getattr(_BASE, name) for name in ("detach", "clone", "numel", "is_inference", "view_as")
)
unmodified = torch._C.DisableTorchFunction  # a context in which no subclass and no mode is asked

_reshape, _view, _ne, _numpy, _copy = (getattr(_BASE, name) for name in ("reshape", "view", "ne", "numpy", "copy_"))
_tobytes = np.ndarray.tobytes
_set_requires_grad, _set_grad = _BASE.requires_grad.__set__, _BASE.grad.__set__
_name = type.__dict__["__name__"].__get__  # a metaclass may have another answer
_make = _BASE._make_subclass
_empty, _frombuffer, _strided = torch.empty, torch.frombuffer, torch.strided
_bool, _uint8, _bfloat16, _int16 = torch.bool, torch.uint8, torch.bfloat16, torch.int16
_backward = torch.autograd.Variable._execution_engine.run_backward


def kind(tensor: torch.Tensor) -> str:
    """The name of its class; another than torch's own if it only calls itself Tensor or Parameter."""
    known = {TENSOR: "Tensor", PARAMETER: "Parameter"}
    name: str = _name(type(tensor))
    return known.get(type(tensor)) or (f"{name} (not torch's)" if name in known.values() else name)


def is_ordinary(tensor: torch.Tensor) -> bool:
    """Whether its numbers lie in memory one after another, as bytes can be had of them."""
    return layout(tensor) is _strided and device(tensor).type == "cpu"


def to_bytes(tensor: torch.Tensor) -> bytes:
    """Its numbers, in this machine's order."""
    with unmodified():
        known = tensor if dtype(tensor) is not _bfloat16 else _view(detach(tensor), _int16)  # which NumPy has not
        data: bytes = _tobytes(_numpy(known, force=True))
    return data


def from_bytes(data: bytes, kind: torch.dtype, size: list[int]) -> torch.Tensor:
    """A tensor of its own, no view: students' code may do things that a view does not allow."""
    with unmodified():
        if not data:
            return _empty(size, dtype=kind)
        flat = _frombuffer(bytearray(data), dtype=_uint8 if kind is _bool else kind)
        made: torch.Tensor = clone(_reshape(_ne(flat, 0) if kind is _bool else flat, size))
    return made


def argument(tensor: torch.Tensor, *, parameter: bool, tracked: bool, leaf: bool) -> torch.Tensor:
    """A tensor as a function is to get it: a Parameter or not, tracked or not, a leaf or not."""
    with unmodified():
        if parameter:
            made: torch.Tensor = _make(PARAMETER, tensor, tracked)
            return made
        if tracked:
            _set_requires_grad(tensor, True)
        return tensor if leaf or not tracked else view_as(tensor, tensor)


def renew(known: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """The known tensor with the numbers of the other; or the other, if the known one has become of another form."""
    with unmodified():
        if known is wanted or _form(known) != _form(wanted) or not is_ordinary(known) or is_inference(known):
            return wanted
        if to_bytes(known) != to_bytes(wanted):  # what a grader has written into its own
            _copy(detach(known), wanted)
        return known


def _form(tensor: torch.Tensor) -> tuple[object, ...]:
    return type(tensor), shape(tensor), dtype(tensor), requires_grad(tensor), is_leaf(tensor)


def fill(tensor: torch.Tensor, gradient: torch.Tensor | None) -> None:
    """Set its `.grad`."""
    with unmodified():
        _set_grad(tensor, gradient)


def pull_back(result: torch.Tensor, cotangent: torch.Tensor, inputs: list[torch.Tensor]) -> Any:
    """The vector-Jacobian product: a gradient for each input, None for one that has no part in the result."""
    return _backward((result,), (cotangent,), True, False, tuple(inputs), allow_unreachable=True, accumulate_grad=False)
