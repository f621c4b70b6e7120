"""The worker: one process for one hand-in, where the student's code runs. Nothing in it is trusted.

It answers frames: run a cell, call a function, look a name up, draw on a figure, pass a gradient back.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import io
import re
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import matplotlib.pyplot as plt
import torch
from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import autograder
from autograder.sandbox import drawing, jupyter, switches, tensors, wire
from autograder.sandbox.limits import Limits, exceeded, overfull
from autograder.sandbox.shell import CELL_FILE, Output, Shell, cell_of, explain, origin, raised_in

Header = dict[str, Any]
Reply = tuple[Header, bytes]
STAR = re.compile(r"^[^\S\n]*(from\s+[\w.]+\s+import\s+\*|%pylab)", re.MULTILINE)
# Taken now, because a notebook may write to any name of a library (see `tensors`).
_close_figures, _open_figure, _is_grad_enabled, _Bytes = Gcf.destroy_all, plt.figure, torch.is_grad_enabled, io.BytesIO


class Worker:
    """Serves one connection until it closes."""

    def __init__(self, connection: socket.socket, shell: Shell, limits: Limits) -> None:
        self._connection = connection
        self._shell = shell
        self._limits = limits
        self._kept: list[Any] = []
        self._given: dict[int, torch.Tensor] = {}  # by the grader's number, what a function got for its tensor
        self._lent: dict[str, Any] = {}
        self._functions: dict[str, Any] = {}  # the last that the name of an exercise meant
        self._came: dict[str, Any] = {}  # what took its place with all the names of a library
        self._earlier: set[str] = set()  # names that meant something else after the last cell
        self._seen: dict[str, Any] = {}  # what each name meant that there was after some cell
        self._busy = False
        self._answers: dict[str, Callable[[Header, bytes], Reply]] = {
            "run": self._run, "call": self._call, "throws": self._throws, "get": self._get, "define": self._define,
            "axes": self._axes, "drawn": self._drawn, "vjp": self._vjp,
        }  # fmt: skip

    def serve(self) -> None:
        """Answer frames in order; an exception of the student's is an answer like any other."""
        signal.signal(signal.SIGINT, self._interrupted)
        wire.send(self._connection, {"id": 0})
        while True:
            try:
                header, body = wire.receive(self._connection)
            except wire.WireError:
                return
            self._busy = True
            try:
                if header["op"] != "run":  # a cell goes on from what the ones before have set
                    switches.reset(header.get("seed", 0))
                if header.get("forget"):
                    self._kept.clear()
                    self._given.clear()
                    _quietly(_close_figures)
                answer, data = self._answers[header["op"]](header, body)
            except BaseException as error:
                answer, data = {"raised": self._raised(error)}, b""
            finally:
                self._busy = False
            try:
                earlier = {"earlier": True} if header.get("name") in self._earlier else {}
                wire.send(self._connection, {"id": header["id"], **earlier, **answer}, data)
            except wire.WireError:
                wire.send(self._connection, {"id": header["id"], "raised": _says("its answer is too large")})

    def _interrupted(self, *_: Any) -> None:
        if self._busy:
            raise KeyboardInterrupt

    def _raised(self, error: BaseException) -> Header:
        try:
            limit = exceeded(error, self._limits)
            return _says(limit) if limit else _raised(error)
        except BaseException:  # what explains an exception may be broken, too
            return {**_says("an exception that cannot be shown"), "type": type(error).__name__}

    def _run(self, header: Header, _: bytes) -> Reply:
        outputs: list[Output] = self._shell.run(header["source"], self._limits, pictures=header["pictures"])
        self._lend()
        self._remember(header["source"], header.get("names", ()))
        self._seen.update(self._shell.user_ns)
        return {"outputs": outputs}, b""

    def _remember(self, source: str, names: Sequence[str]) -> None:
        """Note which of these names are functions now. One that comes with all names of a library means nothing."""
        star = STAR.search(source) is not None
        for name in names:
            value, known = self._shell.user_ns.get(name), self._functions.get(name)
            if star and known is not None and value is not known and not _is_own(value):
                self._came[name] = value
            elif callable(value):
                self._functions[name] = value

    def _put_back(self) -> None:
        """Have again what a later cell has deleted, and functions whose names it has given to something else."""
        names = self._shell.user_ns
        for name in self._seen.keys() - names.keys():
            names[name] = self._seen[name]
            self._earlier.add(name)
        for name, function in self._functions.items():
            value = names.get(name)
            if not callable(value) or value is self._came.get(name):
                names[name] = function
                self._earlier.add(name)

    def _get(self, header: Header, _: bytes) -> Reply:
        names = self._shell.user_ns
        self._put_back()
        if header["name"] not in names:
            return {"missing": True}, b""
        encoder = wire.Encoder()
        with tensors.unmodified():
            return {"value": encoder.encode(names[header["name"]])}, bytes(encoder.body)

    def _define(self, header: Header, _: bytes) -> Reply:
        """Have trusted helpers in the place of the student's, from now on: follow-through marking."""
        helpers: dict[str, Any] = {}
        exec(compile(header["source"], "<helpers>", "exec"), helpers)
        self._lent = {name: helpers[name] for name in header["names"]}
        self._lend()
        return {}, b""

    def _lend(self) -> None:
        """Put what is lent where the student's own stands, under its name and under others that it was given."""
        names = self._shell.user_ns
        for name, ours in self._lent.items():
            theirs = names.get(name)
            if theirs is not ours:
                same = [other for other, value in names.items() if _is_same(value, theirs)]
                names.update(dict.fromkeys([name, *same], ours))

    def _call(self, header: Header, body: bytes) -> Reply:
        function = self._function(header["name"])
        if function is None:
            return {"missing": True}, b""
        args, sent = self._arguments(header, body)
        self._shell.outputs.items.clear()
        try:
            result = function(*args)
        except Exception as error:
            return self._failed(error, sent)
        grad_enabled, switched = _is_grad_enabled(), switches.switched()
        encoder = wire.Encoder(describe=lambda tensor: self._describe(tensor, sent))
        with tensors.unmodified():
            facts = [_after(encoder, tensor) for tensor in sent]
            answer = {"value": encoder.encode(result), "grad_enabled": grad_enabled, "arguments": facts}
            answer["switched"] = switched
        return answer, bytes(encoder.body)

    def _throws(self, header: Header, body: bytes) -> Reply:
        """One question under several seeds, each time with arguments of its own: what has become of these."""
        function, found, encoder = self._function(header["name"]), [], wire.Encoder()
        if function is None:
            return {"missing": True}, b""
        for seed in header["seeds"]:
            switches.reset(header["seed"] + seed)
            args, sent = self._arguments(header, body)
            function(*args)
            with tensors.unmodified():
                found.append([_after(encoder, tensor) for tensor in sent])
        return {"throws": found}, bytes(encoder.body)

    def _function(self, name: str) -> Any:
        """What a name means after the last cell, or meant before a later one took it; None if it never did."""
        self._put_back()
        return self._shell.user_ns.get(name)

    def _arguments(self, header: Header, body: bytes) -> tuple[list[Any], list[torch.Tensor]]:
        """What a function is asked with, and the tensors among it."""
        sent: list[torch.Tensor] = []
        decoder = wire.Decoder(
            body, tensor=lambda tensor, data: self._receive(decoder, tensor, data, sent), handle=self._kept.__getitem__
        )
        return [decoder.decode(value) for value in header["args"]], sent

    def _receive(
        self, decoder: wire.Decoder, tensor: torch.Tensor, data: Header, sent: list[torch.Tensor]
    ) -> torch.Tensor:
        """The argument that the grader holds: the very tensor that an earlier call got for it, or a new one."""
        made = tensors.argument(
            tensor, parameter=data.get("parameter", False), tracked=data["requires_grad"], leaf=data["leaf"]
        )
        grad, number = data.get("grad"), data.get("given", -1)
        if number in self._given:
            made = tensors.renew(self._given[number], made)
        if data["leaf"] and (number in self._given or grad is not None):
            tensors.fill(made, None if grad is None else decoder.raw(grad))
        if data["leaf"] and number >= 0:
            self._given[number] = made
        sent.append(made)
        return made

    def _failed(self, error: Exception, sent: list[torch.Tensor]) -> Reply:
        """What a call raised, and what it had done to its arguments by then."""
        encoder = wire.Encoder()
        with tensors.unmodified():
            facts = [_after(encoder, tensor) for tensor in sent]
        return {"raised": self._raised(error), "arguments": facts}, bytes(encoder.body)

    def _describe(self, tensor: torch.Tensor, sent: list[torch.Tensor]) -> Header:
        """What the grader needs to rejoin a returned tensor to its arguments."""
        for index, argument in enumerate(sent):
            if argument is tensor:
                return {"argument": index}
        if tensors.requires_grad(tensor) and tensors.grad_fn(tensor) is not None:
            self._kept.append((tensor, sent))
            return {"graph": len(self._kept) - 1}
        return {}

    def _vjp(self, header: Header, body: bytes) -> Reply:
        """The vector-Jacobian product of a kept result with respect to the arguments of its call."""
        result, sent = self._kept[header["graph"]]
        cotangent = wire.Decoder(body).decode(header["cotangent"])
        inputs = [tensor for tensor in sent if tensors.requires_grad(tensor)]
        found = iter(tensors.pull_back(result, cotangent, inputs))
        encoder = wire.Encoder()
        gradients = [encoder.encode(next(found)) if tensors.requires_grad(tensor) else None for tensor in sent]
        return {"gradients": gradients}, bytes(encoder.body)

    def _axes(self, header: Header, _: bytes) -> Reply:
        """Fresh axes to draw on: pyplot's current ones, or not."""
        _quietly(_close_figures)
        figure = prepared.pop() if prepared else drawing.blank()
        _quietly(_open_figure, figure)  # an answer that draws on its ax does not need it
        if not header["current"]:
            _quietly(_open_figure)
        self._kept.append(figure.axes[0])
        return {"handle": len(self._kept) - 1}, b""

    def _drawn(self, header: Header, _: bytes) -> Reply:
        """What lies on the axes, and a picture if somebody will look at it, or the error that only a picture meets."""
        axes = self._kept[header["handle"]]
        marks, answer = drawing.describe(axes), Header(attached=drawing.is_attached(axes))
        picture, encoder = _Bytes(), wire.Encoder()
        try:
            if header["picture"] and answer["attached"] and marks and not overfull(marks):
                FigureCanvasAgg(axes.figure).print_png(picture)  # plt.show() has taken the figure's own canvas away
        except Exception as error:
            answer["undrawable"] = self._raised(error)
        answer["elsewhere"] = drawing.others(axes.figure)
        return {**answer, "value": encoder.encode([picture.getvalue(), marks])}, bytes(encoder.body)


def _after(encoder: wire.Encoder, tensor: torch.Tensor) -> Header:
    """An argument after the call, whatever became of it: what has changed, the grader finds out."""
    leaf = tensors.is_leaf(tensor)
    grad = tensors.grad(tensor) if leaf else None
    return {
        "class": tensors.kind(tensor),
        "requires_grad": tensors.requires_grad(tensor),
        "leaf": leaf,
        "shape": list(tensors.shape(tensor)),
        "value": encoder.raw(tensor) if encoder.takes(tensor) else None,
        "grad": None if grad is None or not encoder.takes(grad) else encoder.raw(grad),
        "inference": grad is not None and tensors.is_inference(grad),
    }


def _is_own(function: Any) -> bool:
    """Whether it was written in a cell."""
    return type(function) is FunctionType and function.__code__.co_filename.startswith(CELL_FILE)


def _is_same(value: Any, function: Any) -> bool:
    """Whether it is this function, or a copy of it; what they are is asked of Python alone."""
    if value is function:
        return callable(value)
    return type(value) is type(function) is FunctionType and value.__code__ == function.__code__


def _quietly(act: Callable[..., object], *args: Any) -> None:
    """What a notebook may have broken for itself is no reason to give no answer."""
    with contextlib.suppress(Exception):
        act(*args)


def _says(sentence: str) -> Header:
    """What is no exception of Python's own."""
    return {"type": "", "message": sentence, "trace": "", "function": None}


def _raised(error: BaseException) -> Header:
    lines = explain(error, error.__traceback__)
    return {
        "type": type(error).__name__,
        "message": lines[-1],
        "trace": "\n".join(lines[:-1]),
        "function": raised_in(error.__traceback__),
        "origin": origin(error.__traceback__),
        "cell": cell_of(error.__traceback__) if isinstance(error, NotImplementedError) else "",
    }


def silence() -> None:
    """Let a hand-in's own `check()` do nothing: it is being graded."""
    autograder.check = lambda *_, **__: None


def main(connection: socket.socket, shell: Shell, limits: Limits) -> None:
    """Serve until the grader hangs up. Then the process is to end without running anything of the student's."""
    gc.enable()
    jupyter.replace()
    shell.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(shell.loop)
    sys.path.insert(0, "")  # as in Jupyter, a notebook finds the modules that it has written
    switches.reset(0)
    silence()
    Worker(connection, shell, limits).serve()


AXES = 3  # that are ready: as many as a grader asks for whose student draws well
prepared: list[Figure] = []  # blank ones, drawn once before any fork: half of what a small plot costs

WARM_UP = """
import matplotlib.pyplot as plt
fig, (left, right) = plt.subplots(1, 2)
left.scatter([1.0, 2.0], [1.0, 2.0], label="data")
left.set(xlabel="$x_1$", ylabel="$y$", title="The 100 points: 0.123456789")
left.legend()
right.plot([1.0, 2.0], [1.0, 1000.0])
right.set(yscale="log")
plt.show()
"""


def preload(shell: Shell, limits: Limits) -> None:
    """Import what a notebook will ask for, and take the slow first steps, before any fork."""
    for name in ("torch.utils.data", "sympy", "matplotlib.animation"):
        importlib.import_module(name)
    x = torch.ones(3, requires_grad=True)
    torch.autograd.grad(x * 2, [x], torch.ones(3))  # its first call imports sympy
    x.grad = torch.ones(3)
    torch.optim.SGD([x], lr=0.1).step()  # its first use imports the compiler
    shell.run(WARM_UP, limits)
    shell.reset(new_session=True)
    for _ in range(AXES):
        prepared.append(drawing.blank())
        FigureCanvasAgg(prepared[-1]).draw()
