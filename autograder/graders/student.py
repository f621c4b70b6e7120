"""`student.double(x)` as if the student's function were here: called in the worker, answered with local values.

What the call did to its arguments (values, `.grad`, `requires_grad`) is done to the local tensors too, and a result
that the student's code computed from them joins the local graph: its `backward()` asks the worker. So a grader reads
like any test of a local function.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from autograder.lesson import stub
from autograder.lesson.manifest import STUB
from autograder.sandbox import wire
from autograder.sandbox.limits import MOST_POINTS as MOST_POINTS  # graders say so
from autograder.sandbox.limits import MOST_THINGS as MOST_THINGS
from autograder.sandbox.limits import overfull
from autograder.sandbox.submission import Submission

MEMORABLE = 10_000  # numbers in a value that is remembered
FEW = 100
Header = dict[str, Any]
Reply = tuple[Header, bytes]
Kind = tuple[torch.Size, torch.dtype]  # of a tensor


class StudentError(Exception):
    """The student's code raised, or used more than it may.

    Attributes:
        type: the exception's class name; empty if the message is a sentence of the kit's own.
        message: its text.
        trace: the lines of the student's own cells that led there.
        origin: the library in whose code it was raised, such as "matplotlib"; empty if in the student's own line.
        stub: whether it is the line of the stub, left beside an answer.
        reply: what came with it from the worker.
    """

    stub = False
    reply: Reply = {}, b""

    def __init__(self, type: str, message: str, trace: str, origin: str = "") -> None:
        super().__init__(": ".join(filter(None, (type, message))))
        self.type = type
        self.message = message
        self.trace = trace
        self.origin = origin


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
        attached: whether the axes are still part of their figure.
        elsewhere: how many things lie on other figures that pyplot has open.
    """

    png: bytes
    marks: tuple[Header, ...]
    failure: StudentError | None
    attached: bool = True
    elsewhere: int = 0

    @property
    def points(self) -> int:
        """How many points lie on the axes."""
        return sum(len(mark["xy"]) for mark in self.marks)

    @property
    def overfull(self) -> bool:
        """Whether there is more on the axes than anybody looks at."""
        return overfull(self.marks)


@dataclass(frozen=True)
class Call:
    """One call of a student's function, and what came of it.

    Attributes:
        name: the function.
        args: what it was given; tensors are twins, as they were before the call.
        value: what it returned; None if it raised.
        after: twins of the arguments after the call; empty if it raised.
        leaves: for each tensor argument, whether it still is a leaf.
        grad_enabled: whether autograd was still on.
        raised: the exception.
        left: twins of the arguments as the exception left them; empty if it raised none, or nobody knows.
        drawing: what lay on the axes afterwards, if somebody looked.
        answered: whether anything came of it; False if it was stopped, or its process ended.
        drawn: whether its inputs are this hand-in's own, so that no other answer's calls can be compared with it.
    """

    name: str
    args: tuple[Any, ...]
    value: Any = None
    after: tuple[Any, ...] = ()
    leaves: tuple[bool, ...] = ()
    grad_enabled: bool = True
    raised: StudentError | None = None
    left: tuple[Any, ...] = ()
    drawing: Drawing | None = None
    answered: bool = True
    drawn: bool = False


class Asked(Protocol):
    """A `Student`, or what looks like one."""

    def _call(self, name: str, args: tuple[Any, ...], *, drawn: bool = False) -> Any: ...

    def _thrown(self, name: str, args: tuple[Any, ...], seeds: Sequence[int]) -> list[tuple[Any, ...]]: ...


class Aside:
    """The same functions, asked with inputs that were drawn for this hand-in: `student.aside.double(x)`."""

    def __init__(self, student: Asked) -> None:
        self._student = student

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._student._call(name, args, drawn=True)


class Throws:
    """The same functions, each asked the same under several seeds: `student.throws(range(20)).shuffle(x)`.

    A call gives the arguments as they are afterwards, one tuple for each seed. It is one question over the wire.
    """

    def __init__(self, student: Asked, seeds: Sequence[int]) -> None:
        self._student = student
        self._seeds = seeds

    def __getattr__(self, name: str) -> Callable[..., list[tuple[Any, ...]]]:
        return lambda *args: self._student._thrown(name, args, self._seeds)


class Student:
    """The names that a student's notebook defines.

    Attributes:
        calls: what its functions were called with, and what they did, since the last `forget`; and values looked at.
        grad_enabled: whether autograd was still on after the last call.
        switched: what else the last call left switched for all code after it (see `sandbox.switches`), and to what.
        leaves: for each tensor argument of the last call, whether it still is a leaf.
        earlier: the names that mean something else than a function after the last cell, and meant one before.
    """

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._forgets = False
        self.calls: list[Call] = []
        self.grad_enabled = True
        self.switched: dict[str, str] = {}
        self.leaves: tuple[bool, ...] = ()
        self.earlier: set[str] = set()
        self.aside = Aside(self)
        self._given: list[torch.Tensor] = []  # arguments since the last `forget`: each is one and the same tensor there
        self._after: dict[int, Any] = {}  # by the id of an argument of the last call, what it is afterwards

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
        value = wire.Decoder(body).decode(header.get("value"))
        self.calls.append(Call(name, (), _kept(value)))
        return value

    def throws(self, seeds: Sequence[int]) -> Throws:
        """The functions, to be asked the same under each of these seeds, counted from the hand-in's own."""
        return Throws(self, seeds)

    def axes(self, *, current: bool = True) -> Axes:
        """Fresh axes to draw on, which pyplot takes for the current ones or not."""
        return Axes(_integer(self._ask({"op": "axes", "current": current})[0].get("handle")))

    def drawing(self, axes: Axes, *, picture: bool = False) -> Drawing:
        """What is on the axes; with `picture` they are also drawn for real.

        Raises:
            WireError: the worker's answer is no drawing.
        """
        try:
            header, body = self._ask({"op": "drawn", "handle": axes.handle, "picture": picture})
        except StudentError as error:  # already looking at what lies there fails
            self._looked(Drawing(b"", (), error))
            raise
        match wire.Decoder(body).decode(header.get("value")):
            case [bytes(png), list(marks)]:
                failure = _error(header["undrawable"]) if "undrawable" in header else None
                elsewhere, attached = _integer(header.get("elsewhere", 0)), header.get("attached") is True
                found = tuple(_mark(mark) for mark in marks)
                return self._looked(Drawing(png, found, failure, attached, elsewhere))
        raise wire.WireError("the answer is not a drawing")

    def _looked(self, drawing: Drawing) -> Drawing:
        """Remember it with the last call."""
        self.calls[-1:] = [dataclasses.replace(call, drawing=drawing) for call in self.calls[-1:]]
        return drawing

    def forget(self) -> None:
        """Let the worker drop the graphs and axes kept for earlier calls, before the next one."""
        self._forgets = True
        self._given = []
        self.calls = []

    def _call(self, name: str, args: tuple[Any, ...], *, drawn: bool = False) -> Any:
        call = Call(name, tuple(twin(arg) for arg in args), answered=False, drawn=drawn)
        self.calls.append(call)
        try:
            value = self._answer(name, args)
        except StudentError as error:
            header, body = error.reply
            left = _left(args, wire.Decoder(body), header.get("arguments"))
            self.calls[-1] = dataclasses.replace(call, raised=error, answered=True, left=left)
            raise
        self.calls[-1] = dataclasses.replace(
            call, value=_kept(value), after=tuple(_kept(self._after.get(id(arg), arg)) for arg in args),
            leaves=self.leaves, grad_enabled=self.grad_enabled, answered=True,
        )  # fmt: skip
        return value

    def _thrown(self, name: str, args: tuple[Any, ...], seeds: Sequence[int]) -> list[tuple[Any, ...]]:
        call = Call(name, tuple(map(twin, args)), answered=False)
        self.calls.append(call)
        encoder = wire.Encoder(describe=lambda tensor: _form_of(encoder, tensor))
        request = {"op": "throws", "name": name, "args": [encoder.encode(arg) for arg in args], "seeds": [*seeds]}
        try:
            header, body = self._ask(request, bytes(encoder.body))
        except StudentError as error:
            self.calls[-1] = dataclasses.replace(call, raised=error, answered=True)
            raise
        decoder, facts = wire.Decoder(body), header.get("throws")
        found = [_left(args, decoder, each) for each in facts] if isinstance(facts, list) else []
        if len(found) != len(seeds) or () in found:
            raise wire.WireError("the answer does not fit the call")
        self.calls[-1:] = [dataclasses.replace(call, after=after, answered=True) for after in found]
        return found

    def _answer(self, name: str, args: tuple[Any, ...]) -> Any:
        sent: list[torch.Tensor] = []
        encoder = wire.Encoder(describe=lambda tensor: self._describe(encoder, tensor, sent), replace=_handle)
        request = {"op": "call", "name": name, "args": [encoder.encode(arg) for arg in args]}
        header, body = self._ask(request, bytes(encoder.body))
        decoder = wire.Decoder(body, tensor=lambda tensor, data: self._join(tensor, data, sent))
        facts = header.get("arguments")
        if not isinstance(facts, list) or not all(isinstance(fact, dict) for fact in facts) or len(facts) != len(sent):
            raise wire.WireError("the answer does not fit the call")
        try:
            self._after = {id(tensor): _mirror(decoder, tensor, fact) for tensor, fact in zip(sent, facts, strict=True)}
        except RuntimeError as error:  # no call can have done that to its argument
            raise wire.WireError(f"the answer does not fit the call: {error}"[:300]) from None
        self.grad_enabled = header.get("grad_enabled") is True
        switched = header.get("switched")
        self.switched = {
            _text(name): _text(value) for name, value in (switched if isinstance(switched, dict) else {}).items()
        }
        self.leaves = tuple(fact.get("leaf") is True for fact in facts)
        return decoder.decode(header.get("value"))

    def _describe(self, encoder: wire.Encoder, tensor: torch.Tensor, sent: list[torch.Tensor]) -> Header:
        """What the worker needs to make the same argument, or to hand over again the one that it has made of it."""
        sent.append(tensor)
        known = next((index for index, given in enumerate(self._given) if given is tensor), len(self._given))
        self._given[known:] = self._given[known:] or [tensor]
        return {"given": known, **_form_of(encoder, tensor)}

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
        if answer.get("earlier") is True and "name" in header:
            self.earlier.add(header["name"])
        if answer.get("missing") and "name" in header:
            raise Unanswered(header["name"])
        raised = answer.get("raised")
        if raised is not None:
            error = _judged(raised, header.get("name"))
            error.reply = answer, data
            raise error
        return answer, data


def _error(raised: Any) -> StudentError:
    text = raised if isinstance(raised, dict) else {}
    return StudentError(*(_text(text.get(key)) for key in ("type", "message", "trace", "origin")))


def _judged(raised: Any, name: str | None) -> StudentError:
    """What was raised.

    Raises:
        Unanswered: it is the stub, and nothing else is written there.
    """
    error = _error(raised)
    if name and error.type == "NotImplementedError" and raised.get("function") == name:
        cell, own = str(raised.get("cell"))[: 2 * stub.MOST], error.message in ("", STUB)
        if own and not stub.written(cell, name):
            raise Unanswered(str(error))
        error.stub = stub.written(cell, name) and (own or stub.left(cell, name))
    return error


class _Remote(torch.autograd.Function):
    """Joins the student's graph, in the worker, to the local one."""

    @staticmethod
    def forward(ctx: Any, student: Student, graph: int, value: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        ctx.student, ctx.graph, ctx.inputs = student, graph, [_kind(tensor) for tensor in inputs]
        return value

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> Any:
        return None, None, None, *ctx.student.pull_back(ctx.graph, cotangents[0], ctx.inputs)


def _form_of(encoder: wire.Encoder, tensor: torch.Tensor) -> Header:
    """What the worker needs to make the same argument."""
    grad = tensor.grad if tensor.is_leaf else None
    return {
        "leaf": tensor.is_leaf,
        "parameter": type(tensor) is torch.nn.Parameter,
        "grad": None if grad is None else encoder.raw(grad),
    }


def _left(args: tuple[Any, ...], decoder: wire.Decoder, facts: Any) -> tuple[Any, ...]:
    """Twins of a call's arguments as it left them; empty if what was sent of them cannot be read."""
    twins = tuple(map(twin, args))
    tensors = [arg for arg in twins if isinstance(arg, torch.Tensor)]
    with contextlib.suppress(Exception):
        pairs = zip(tensors, facts, strict=True)
        found = {id(tensor): _kept(_mirror(decoder, tensor, fact)) for tensor, fact in pairs}
        return tuple(found.get(id(arg), arg) for arg in twins)
    return ()


def _mirror(decoder: wire.Decoder, tensor: torch.Tensor, fact: Header) -> Any:
    """Do to the local tensor what the call has done to its twin in the worker; what the argument is afterwards.

    Another kind of thing is not taken in: the local tensor stays as it was, and no expectation about it holds (see
    `deformed`). So nobody compares, or computes with, what has another shape than was asked about.

    Raises:
        RuntimeError: no call can have done that.
        WireError: it is nothing that a worker tells of an argument.
    """
    own = type(tensor).__name__
    here, kind = wire.piece(tensor), _text(fact.get("class", own))
    there = decoder.piece(fact["value"]) if fact.get("value") else None
    if ("value" in fact and (there is None or there[:2] != here[:2])) or kind != own:
        return deform(tensor, None if there is None else wire.made(there), kind)
    if there not in (None, here):
        tensor.data = wire.made(there)
    if tensor.is_leaf:
        _mirror_gradient(decoder, tensor, fact)
    return tensor


def _mirror_gradient(decoder: wire.Decoder, tensor: torch.Tensor, fact: Header) -> None:
    if tensor.is_floating_point():
        tensor.requires_grad_(fact.get("requires_grad") is True)
    if "grad" not in fact:
        return
    here = None if tensor.grad is None else wire.piece(tensor.grad)
    there = None if fact["grad"] is None else decoder.piece(fact["grad"])
    if there != here or fact.get("inference") is True:
        with torch.inference_mode(fact.get("inference") is True):
            tensor.grad = None if there is None else wire.made(there)


def deform(tensor: torch.Tensor, value: torch.Tensor | None, kind: str) -> Any:
    """Note of an argument that it came back as something else, `value` or nothing that can be sent; what it became."""
    words = "something that is no tensor of numbers" if value is None else _form(value)
    if value is not None and _kind(value) == _kind(tensor):
        words = f"a tensor of the class {kind}"
    tensor.deformed = words  # type: ignore[attr-defined]
    return wire.Foreign(kind, words) if value is None or value.is_complex() else value


def deformed(value: Any) -> str | None:
    """What an argument came back as, in words, if a call made something else of it: another shape, dtype or class."""
    found: str | None = getattr(value, "deformed", None) if isinstance(value, torch.Tensor) else None
    return found


def _form(tensor: torch.Tensor) -> str:
    return f"a tensor of shape {tuple(tensor.shape)} and dtype {str(tensor.dtype).removeprefix('torch.')}"


def _kind(tensor: torch.Tensor) -> Kind:
    return tensor.shape, tensor.dtype


def _kept(value: Any) -> Any:
    """What is remembered of a value: itself if it is small, so that no answer fills the grader's memory."""
    match value:
        case torch.Tensor() | np.ndarray() if math.prod(value.shape) <= MEMORABLE:
            return twin(value)
        case list() | tuple() if len(value) <= FEW:
            return type(value)(map(_kept, value))
        case dict() if len(value) <= FEW:
            return {key: _kept(item) for key, item in value.items()}
        case None | bool() | int() | float() | wire.Foreign():
            return value
        case str():
            return value[: wire.MAX_TEXT]
    return wire.Foreign(type(value).__name__, "too large to keep")


def _handle(value: Any) -> Header | None:
    return {"k": "handle", "v": value.handle} if isinstance(value, Axes) else None


def _mark(mark: Any) -> Header:
    match mark:
        case {"kind": "points" | "line" | "axline" as kind, "xy": np.ndarray(dtype=np.float64, shape=(_, 2)) as xy}:
            return {"kind": kind, "xy": xy}
    raise wire.WireError("the answer is not a drawing")


def _text(value: Any) -> str:
    return value[: wire.MAX_TEXT] if isinstance(value, str) else ""


def twin(value: Any) -> Any:
    """A tensor's copy with the same flags and gradient; anything else as it is."""
    if not isinstance(value, torch.Tensor):
        return value
    copy = value.detach().clone()
    if type(value) is torch.nn.Parameter:
        copy = torch.nn.Parameter(copy, requires_grad=value.requires_grad)
    elif value.requires_grad:
        copy.requires_grad_()
    if value.is_leaf and value.grad is not None and _kind(value.grad) == _kind(value):
        copy.grad = value.grad.detach().clone()
    return copy


def _integer(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise wire.WireError(f"not an index: {value!r}"[:100])
    return value


def _index(value: Any, items: list[torch.Tensor]) -> int:
    if _integer(value) >= len(items):
        raise wire.WireError(f"not an argument: {value}"[:100])
    return int(value)
