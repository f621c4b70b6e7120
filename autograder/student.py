"""`student.predict(x, a)` as if the student's function were here: called in the worker, answered with local values.

What the call did to its arguments (values, `.grad`, `requires_grad`) is done to the local tensors too, and a result
that the student's code computed from them joins the local graph: its `backward()` asks the worker. So a grader reads
like any test of a local function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.sandbox import wire
from autograder.sandbox.submission import Submission

Header = dict[str, Any]
Kind = tuple[torch.Size, torch.dtype]  # of a tensor


class StudentError(Exception):
    """The student's code raised, or used more than it may.

    Attributes:
        type: the exception's class name; empty if the message is a sentence of the kit's own.
        message: its text.
        trace: the lines of the student's own cells that led there.
    """

    def __init__(self, type: str, message: str, trace: str) -> None:
        super().__init__(": ".join(filter(None, (type, message))))
        self.type = type
        self.message = message
        self.trace = trace


class Unanswered(Exception):
    """The exercise's name is missing, or still the stub."""


@dataclass(frozen=True)
class Axes:
    """Axes in the worker, to be handed to a student's plotting function."""

    handle: int


@dataclass(frozen=True)
class Drawing:
    """What a student's function has drawn.

    Attributes:
        png: the picture; empty if none was asked for, or it cannot be drawn.
        marks: what lies on the axes (see `sandbox.drawing`).
        failure: what drawing it raised.
    """

    png: bytes
    marks: tuple[Header, ...]
    failure: StudentError | None


class Student:
    """The names that a student's notebook defines.

    Attributes:
        arguments: what the last call was given, before it changed anything.
        grad_enabled: whether autograd was still on after the last call.
        leaves: for each tensor argument of the last call, whether it still is a leaf.
    """

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._forgets = False
        self.arguments: tuple[str, tuple[Any, ...]] | None = None
        self.grad_enabled = True
        self.leaves: tuple[bool, ...] = ()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: self._call(name, args)

    def value(self, name: str) -> Any:
        """A plain value that the notebook has defined.

        Raises:
            Unanswered: it has defined no such name.
        """
        header, body = self._ask({"op": "get", "name": name})
        return wire.Decoder(body).decode(header.get("value"))

    def axes(self, *, current: bool = True) -> Axes:
        """Fresh axes to draw on, which pyplot takes for the current ones or not."""
        return Axes(_integer(self._ask({"op": "axes", "current": current})[0].get("handle")))

    def drawing(self, axes: Axes, *, picture: bool = False) -> Drawing:
        """What is on the axes; with `picture` they are also drawn for real.

        Raises:
            WireError: the worker's answer is no drawing.
        """
        header, body = self._ask({"op": "drawn", "handle": axes.handle, "picture": picture})
        match wire.Decoder(body).decode(header.get("value")):
            case [bytes(png), list(marks)]:
                failure = _error(header["undrawable"]) if "undrawable" in header else None
                return Drawing(png, tuple(_mark(mark) for mark in marks), failure)
        raise wire.WireError("the answer is not a drawing")

    def forget(self) -> None:
        """Let the worker drop the graphs and axes kept for earlier calls, before the next one."""
        self._forgets = True
        self.arguments = None

    def _call(self, name: str, args: tuple[Any, ...]) -> Any:
        self.arguments = (name, tuple(_copy(arg) for arg in args))
        sent: list[torch.Tensor] = []
        encoder = wire.Encoder(describe=lambda tensor: _describe(encoder, tensor, sent), replace=_handle)
        request = {"op": "call", "name": name, "args": [encoder.encode(arg) for arg in args]}
        header, body = self._ask(request, bytes(encoder.body))
        decoder = wire.Decoder(body, tensor=lambda tensor, data: self._join(tensor, data, sent))
        facts = header.get("arguments")
        if not isinstance(facts, list) or not all(isinstance(fact, dict) for fact in facts) or len(facts) != len(sent):
            raise wire.WireError("the answer does not fit the call")
        try:
            for tensor, fact in zip(sent, facts, strict=True):
                _mirror(decoder, tensor, fact)
        except RuntimeError as error:  # no call can have done that to its argument
            raise wire.WireError(f"the answer does not fit the call: {error}"[:300]) from None
        self.grad_enabled = header.get("grad_enabled") is True
        self.leaves = tuple(fact.get("leaf") is True for fact in facts)
        return decoder.decode(header.get("value"))

    def _join(self, tensor: torch.Tensor, data: Header, sent: list[torch.Tensor]) -> torch.Tensor:
        """The local tensor for one that came back: an argument itself, a node of the graph, or a plain value.

        Only real numbers are tracked: `backward()` from others is an error in the grader, not in the answer.
        """
        if "argument" in data:
            return sent[_index(data["argument"], sent)]
        if not tensor.is_floating_point():
            return tensor
        if "graph" in data and any(argument.requires_grad for argument in sent):
            joined: torch.Tensor = _Remote.apply(self, _integer(data["graph"]), tensor, *sent)  # type: ignore[no-untyped-call]
            return joined
        return tensor.requires_grad_(data.get("requires_grad") is True)

    def pull_back(self, graph: int, cotangent: torch.Tensor, sent: Sequence[Kind]) -> list[torch.Tensor | None]:
        """The vector-Jacobian product of a kept result: one gradient for each tensor argument of its call.

        Raises:
            WireError: the worker's answer is no gradient of arguments of these shapes and dtypes.
        """
        encoder = wire.Encoder()
        request = {"op": "vjp", "graph": graph, "cotangent": encoder.encode(cotangent)}
        header, body = self._ask(request, bytes(encoder.body))
        gradients = wire.Decoder(body).decode(header.get("gradients"))
        if not isinstance(gradients, list) or len(gradients) != len(sent):
            raise wire.WireError("the answer holds no gradients")
        for gradient, kind in zip(gradients, sent, strict=True):
            if gradient is not None and (not isinstance(gradient, torch.Tensor) or _kind(gradient) != kind):
                raise wire.WireError("the answer holds a gradient of another shape or dtype")
        return gradients

    def _ask(self, header: Header, body: bytes = b"") -> tuple[Header, bytes]:
        forgets, self._forgets = self._forgets, False
        answer, data = self._submission.call({**header, "forget": forgets}, body)
        if answer.get("missing") and "name" in header:
            raise Unanswered(header["name"])
        raised = answer.get("raised")
        if raised is not None:
            error = _error(raised)
            is_stub = error.type == "NotImplementedError" and not error.message
            own = isinstance(raised, dict) and raised.get("function") == header.get("name")
            raise Unanswered(str(error)) if is_stub and own else error
        return answer, data


def _error(raised: Any) -> StudentError:
    text = raised if isinstance(raised, dict) else {}
    return StudentError(*(_text(text.get(key)) for key in ("type", "message", "trace")))


class _Remote(torch.autograd.Function):
    """Joins the student's graph, in the worker, to the local one."""

    @staticmethod
    def forward(ctx: Any, student: Student, graph: int, value: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        ctx.student, ctx.graph, ctx.inputs = student, graph, [_kind(tensor) for tensor in inputs]
        return value

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> Any:
        return None, None, None, *ctx.student.pull_back(ctx.graph, cotangents[0], ctx.inputs)


def _describe(encoder: wire.Encoder, tensor: torch.Tensor, sent: list[torch.Tensor]) -> Header:
    """What the worker needs to make the same argument."""
    sent.append(tensor)
    grad = tensor.grad if tensor.is_leaf else None
    return {
        "leaf": tensor.is_leaf,
        "parameter": type(tensor) is torch.nn.Parameter,
        "grad": None if grad is None else encoder.raw(grad),
    }


def _mirror(decoder: wire.Decoder, tensor: torch.Tensor, fact: Header) -> None:
    """Do to the local tensor what the call has done to its twin in the worker."""
    if "value" in fact:
        tensor.data = decoder.raw(fact["value"])
    if tensor.is_leaf:
        if tensor.is_floating_point():
            tensor.requires_grad_(fact.get("requires_grad") is True)
        if "grad" in fact:
            tensor.grad = None if fact["grad"] is None else decoder.raw(fact["grad"])


def _kind(tensor: torch.Tensor) -> Kind:
    return tensor.shape, tensor.dtype


def _handle(value: Any) -> Header | None:
    return {"k": "handle", "v": value.handle} if isinstance(value, Axes) else None


def _mark(mark: Any) -> Header:
    match mark:
        case {"kind": "points" | "line" | "axline" as kind, "xy": np.ndarray(dtype=np.float64, shape=(_, 2)) as xy}:
            return {"kind": kind, "xy": xy}
    raise wire.WireError("the answer is not a drawing")


def _text(value: Any) -> str:
    return value[: wire.MAX_TEXT] if isinstance(value, str) else ""


def _copy(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value


def _integer(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise wire.WireError(f"not an index: {value!r}"[:100])
    return value


def _index(value: Any, items: list[torch.Tensor]) -> int:
    if _integer(value) >= len(items):
        raise wire.WireError(f"not an argument: {value}"[:100])
    return int(value)
