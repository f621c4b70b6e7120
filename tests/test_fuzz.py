"""Whatever a worker answers and whatever a student hands in: plain data, a whole notebook, or an error with a verdict.

`make test` tries a few examples of each, `make fuzz` ten minutes of them.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import math
import operator
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.graders import expect
from autograder.graders.student import Axes, Student, StudentError, Unanswered
from autograder.grading import verdicts
from autograder.handin.handin import HandIn, read, repair
from autograder.handin.notebook import grade_id, is_checks, parse
from autograder.lesson.manifest import Lesson
from autograder.sandbox import wire
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission, read_outputs
from autograder.sandbox.wire import Decoder, Encoder, Foreign, WireError
from tests.sample_class import Maker
from tests.sandbox.test_wire import nested

Json = Any
Reply = tuple[dict[str, Any], bytes]
PLAIN = {type(None), bool, int, float, complex, str, bytes, list, tuple, dict, torch.Tensor, np.ndarray, Foreign}
HAS_A_VERDICT = (WireError, StudentError, Unanswered, expect.Failed)
IDS = ("predict", "mse", "gradient", "sgd_step", "fit", "plot_fit", "vocabulary")
LIMITS = Limits(text=50, picture=200, outputs=3)


class Hang(BaseException):
    """No `Exception`: nothing under test may take it for one of its own."""


@contextlib.contextmanager
def at_once(seconds: float = 10) -> Iterator[None]:
    """What takes longer has hung."""

    def ring(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# --- JSON in general ---------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=()), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))


ODD: list[Json] = [
    None, True, False, -1, 0, 1, 8, 1 << 23, 1 << 24, 1 << 63, -(10**300), 10**4000, 0.5, -0.0, math.nan, math.inf,
    "", "0", "nan", "0x", "0x1p9999", "float32", "object", "\ud800", "\0", "x" * 5000, [], [0], [None], [[]], {}, {"k": 1},
    nested(20), nested(200),
]  # fmt: skip


@st.composite
def odds(draw: st.DrawFn) -> Json:
    """What does not belong there."""  # a function, and no name for the strategy: its repr would fill pages
    return copy.deepcopy(draw(st.sampled_from(ODD) | documents))


odd = odds()


def places(data: Json) -> list[tuple[Any, Any]]:
    """Every container in a JSON value, with each of its keys."""
    keys = list(data) if isinstance(data, dict) else list(range(len(data))) if isinstance(data, list) else []
    return [(data, key) for key in keys] + [place for key in keys for place in places(data[key])]


@st.composite
def changed(draw: st.DrawFn, data: Json) -> Json:
    """A JSON value with some of its parts replaced, dropped, or put elsewhere."""
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 4))):
        if not (found := places(data)):
            break
        container, key = draw(st.sampled_from(found))
        other, part = draw(st.sampled_from(found))
        match draw(st.sampled_from(["odd", "odd", "copy", "drop"])):
            case "odd":
                container[key] = draw(odd)
            case "copy":
                container[key] = copy.deepcopy(other[part])
            case "drop":
                del container[key]
    return data


# --- Values, and what an Encoder makes of them -------------------------------------------------------------------


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """Of any dtype, any numbers and any place in memory."""
    dtype = draw(st.sampled_from(list(wire.DTYPES.values())))
    shape = draw(st.lists(st.integers(0, 3), max_size=4))
    size = math.prod(shape) * dtype.itemsize
    flat = torch.frombuffer(bytearray(draw(st.binary(min_size=size, max_size=size)) or b"\0" * 16), dtype=torch.uint8)
    tensor = (flat.ne(0) if dtype is torch.bool else flat.view(dtype))[: math.prod(shape)].reshape(shape)
    match draw(st.sampled_from(["plain", "turned", "expanded", "every other", "conjugated", "tracked", "parameter"])):
        case "turned":
            return tensor.permute(list(reversed(range(tensor.dim()))))
        case "expanded":
            return tensor.expand(2, *shape)
        case "every other" if shape:
            return tensor[::2]
        case "conjugated" if dtype.is_complex:
            return tensor.conj() if draw(st.booleans()) else tensor.conj().imag
        case "tracked" if dtype.is_floating_point:
            return tensor.requires_grad_() * 1
        case "parameter" if dtype.is_floating_point:
            return torch.nn.Parameter(tensor)
    return tensor


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """NumPy arrays and scalars, also in another byte order."""
    tensor = draw(tensors().filter(lambda tensor: tensor.dtype is not torch.bfloat16))
    array = tensor.detach().resolve_conj().resolve_neg().numpy()
    if draw(st.booleans()):
        array = array.astype(array.dtype.newbyteorder(">"))
    return array[()] if draw(st.booleans()) else array


keys = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | texts | st.binary(max_size=4),
    lambda inner: st.tuples(inner, inner),
    max_leaves=3,
)
values = st.recursive(
    keys | tensors() | arrays(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=8,
)


def encoded(value: Any) -> Reply:
    """A value as it lies in an answer, and the answer's body."""
    encoder = Encoder()
    header = json.loads(json.dumps({"value": encoder.encode(value)}))
    return header, bytes(encoder.body)


def same(one: Any, other: Any) -> bool:
    """Equal in type and in every bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        return same(_bits(one), _bits(other))
    if isinstance(one, np.ndarray):
        return same([one.dtype, one.shape, one.tobytes()], [other.dtype, other.shape, other.tobytes()])
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


def _bits(tensor: torch.Tensor) -> list[Any]:
    flat = tensor.detach().resolve_conj().resolve_neg().reshape(-1).clone(memory_format=torch.contiguous_format)
    return [tensor.dtype, list(tensor.shape), bytes(flat.view(torch.uint8).tolist()) if flat.numel() else b""]


def arrived(value: Any) -> Any:
    """What should arrive: a Parameter as a tensor, a NumPy scalar as an array, an array in this machine's order."""
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, np.ndarray | np.generic):
        return np.array(value, dtype=value.dtype.newbyteorder("="))
    if isinstance(value, dict):
        return {key: arrived(item) for key, item in value.items()}
    return type(value)(map(arrived, value)) if isinstance(value, list | tuple) else value


@given(values)
def test_values_come_back_bit_for_bit(value: Any) -> None:
    header, body = encoded(value)
    decoder = Decoder(body)
    back = decoder.decode(header["value"])
    assert same(back, arrived(value))
    assert is_plain(back)


# --- The wire ----------------------------------------------------------------------------------------------------

BODY = 64  # bytes
names = st.sampled_from(list(wire.DTYPES)) | odd
shapes = st.lists(st.integers(0, 5), max_size=4) | st.lists(st.sampled_from(ODD), max_size=20) | odd
sizes = st.integers(-9, BODY + 9) | odd


@st.composite
def specs(draw: st.DrawFn) -> Json:
    """Where a tensor lies in the body, or nearly so."""
    name, shape, offset = draw(names), draw(shapes), draw(sizes)
    try:  # the right length, if there is one; a text times a size would be one of gigabytes
        length = math.prod(map(operator.index, shape)) * wire.DTYPES[name].itemsize
    except (TypeError, KeyError):
        length = draw(sizes)
    return [name, shape, offset, length]


TAGGED: dict[str, Callable[[st.SearchStrategy[Json]], st.SearchStrategy[Json]]] = {
    "tensor": lambda _: specs(),
    "array": lambda _: specs(),
    "float": lambda _: st.floats().map(float.hex),
    "int": lambda _: st.integers().map(hex),
    "complex": lambda _: st.lists(st.floats().map(repr) | odd, max_size=3),
    "bytes": lambda _: st.binary(max_size=9).map(bytes.hex),
    "tuple": lambda inner: st.lists(inner, max_size=4),
    "dict": lambda inner: st.lists(st.lists(inner, min_size=2, max_size=2) | odd, max_size=4),
    "foreign": lambda _: st.lists(texts | odd, max_size=3),
    "handle": lambda _: st.integers(-1, 3),
    "pickle": lambda _: texts,
}
FACTS = ("requires_grad", "leaf", "argument", "graph")  # what may stand beside a tensor


@st.composite
def tagged(draw: st.DrawFn, inner: st.SearchStrategy[Json]) -> Json:
    """A tagged value of a real kind, with contents that fit or do not."""
    kind = draw(st.sampled_from(list(TAGGED)))
    value = draw(odd if draw(st.integers(0, 9)) == 0 else TAGGED[kind](inner))
    more = draw(st.dictionaries(st.sampled_from(FACTS), st.booleans() | st.integers(0, 3) | odd, max_size=2))
    return {"k": kind, "v": value, **more}


forged = st.recursive(tagged(odd), lambda inner: st.lists(inner, max_size=4) | tagged(inner), max_leaves=8)
tampered = values.map(encoded).flatmap(lambda reply: st.tuples(changed(reply[0]), st.just(reply[1])))
bodies = st.binary(max_size=BODY)


def is_plain(value: Any) -> bool:
    """Whether there is nothing in it but plain data, of sizes that a frame can have."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return type(value) in PLAIN and math.prod(value.shape) <= wire.MAX_NUMEL
    if isinstance(value, dict):
        return type(value) is dict and all(is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return type(value) in PLAIN and all(map(is_plain, value))
    return type(value) in PLAIN


@given(forged | documents, bodies)
def test_decoding_gives_plain_data_or_a_wire_error(data: Json, body: bytes) -> None:
    with at_once(), contextlib.suppress(WireError):
        assert is_plain(Decoder(body).decode(data))
    with at_once(), contextlib.suppress(WireError):
        assert is_plain(Decoder(body).raw(data))


@given(tampered)
def test_decoding_a_changed_answer_gives_plain_data_or_a_wire_error(reply: Reply) -> None:
    data, body = reply
    with at_once(), contextlib.suppress(WireError):
        assert is_plain(Decoder(body).decode(data.get("value")))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The bytes of a frame, some of them changed, dropped or doubled."""
    header, body = draw(values.map(encoded))
    text = json.dumps(header).encode()
    frame = wire.HEAD.pack(len(text), len(body)) + text + body
    for _ in range(draw(st.integers(1, 3))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(frame))] * 2)))
        end = min(end, start + 9)
        frame = frame[:start] + draw(st.binary(max_size=9) | st.just(frame[start:end] * 2)) + frame[end:]
    return frame


@given(st.binary(max_size=200) | damaged(), st.booleans())
@example(wire.HEAD.pack(wire.MAX_HEADER, wire.MAX_BODY) + b"{}", False)
@example(wire.HEAD.pack(400, 0) + b"[" * 400, True)
def test_receiving_gives_a_frame_or_an_error_of_the_line(data: bytes, open_end: bool) -> None:
    near, far = socket.socketpair()
    with near, far, at_once(), contextlib.suppress(WireError, TimeoutError):
        near.sendall(data)
        far.settimeout(0.01)
        if not open_end:
            near.shutdown(socket.SHUT_WR)
        header, body = wire.receive(far)
        assert type(header) is dict and type(body) is bytes
        assert is_plain(Decoder(body).decode(header.get("value")))


# --- What the grader does with answers ---------------------------------------------------------------------------


class Liar:
    """Stands in for a Submission: answers whatever it was told to, over and over."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.seed = 0

    def call(self, header: dict[str, Any], body: bytes) -> Reply:
        json.dumps(header)
        self._replies.append(self._replies.pop(0))
        return copy.deepcopy(self._replies[-1])


def student(*replies: Reply) -> Student:
    """A student whose worker answers like this."""
    return Student(cast(Submission, Liar(*replies)))


facts = st.fixed_dictionaries(
    {},
    optional={
        "value": specs() | odd, "grad": st.none() | specs() | odd, "requires_grad": st.booleans() | odd,
        "leaf": st.booleans() | odd,
    },
)  # fmt: skip
gone_wrong = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("type", "message", "trace"), texts | odd)
    | {"type": st.just("NotImplementedError"), "function": st.just("mse") | odd},
)
headers = st.fixed_dictionaries(
    {"value": forged | documents, "arguments": st.lists(facts, min_size=2, max_size=2) | odd},
    optional={
        "gradients": st.lists(forged, min_size=2, max_size=2) | odd, "grad_enabled": st.booleans() | odd,
        "handle": st.integers(-1, 3) | odd,
    },
)  # fmt: skip
answers = headers | st.fixed_dictionaries({}, optional={"missing": odd, "raised": gone_wrong | odd})
replies = st.tuples(answers, bodies)


@st.composite
def gradients(draw: st.DrawFn) -> Reply:
    """An answer of a worker that passes gradients back, or nearly so."""
    found = [draw(st.none() | tensors()) for _ in range(2)]
    header, body = encoded([torch.ones(3) if draw(st.booleans()) else one for one in found])
    return {"gradients": header["value"]}, body


def results(*shape: int) -> Iterator[Reply]:
    """Answers to a call with two tensors: a node of the graph, of every dtype."""
    for dtype in wire.DTYPES.values():
        header, body = encoded(torch.ones(shape).to(dtype))
        node = {**header["value"], "graph": 0}
        yield {"value": node, "arguments": [{"requires_grad": True, "leaf": True}, {"grad": None}]}, body


def use(value: Any) -> None:
    """What graders do with a value."""
    assert len(expect.show(value)) <= 200
    with contextlib.suppress(expect.Failed):
        expect.values(value, torch.ones(3))
    with contextlib.suppress(expect.Failed):
        expect.shape(value, (3,))
    if isinstance(value, torch.Tensor) and value.requires_grad:
        value.sum().backward()  # type: ignore[no-untyped-call]


@given(replies, gradients() | replies)
def test_a_call_gives_a_value_that_can_be_used_or_an_error_with_a_verdict(reply: Reply, gradient: Reply) -> None:
    y_hat, y = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.zeros(3)
    with at_once(), contextlib.suppress(*HAS_A_VERDICT):
        use(student(reply, gradient).mse(y_hat, y))
    for tensor in (y_hat, y):
        with contextlib.suppress(expect.Failed):
            expect.unchanged(tensor, torch.zeros(3), "y")


@given(st.sampled_from(list(results(3))), gradients() | replies)
def test_a_gradient_is_passed_back_or_refused(reply: Reply, gradient: Reply) -> None:
    y_hat, y = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.zeros(3)
    with at_once(), contextlib.suppress(*HAS_A_VERDICT):
        use(student(reply, gradient).mse(y_hat, y))
        assert y_hat.grad is None or y_hat.grad.shape == (3,)


@given(replies)
def test_a_value_a_drawing_and_axes_are_what_they_should_be_or_an_error_with_a_verdict(reply: Reply) -> None:
    with at_once(), contextlib.suppress(*HAS_A_VERDICT):
        use(student(reply).value("vocabulary"))
    with at_once(), contextlib.suppress(*HAS_A_VERDICT):
        assert student(reply).axes().handle >= 0
    check_drawing(reply)


@given(st.lists(st.fixed_dictionaries({"kind": st.sampled_from(["line", "points", "x"]), "xy": arrays()}) | values))
def test_a_drawing_is_points_or_a_wire_error(marks: list[Any]) -> None:
    check_drawing(encoded([b"png", marks]))


def check_drawing(reply: Reply) -> None:
    with at_once(), contextlib.suppress(*HAS_A_VERDICT):
        drawing = student(reply).drawing(Axes(0))
        assert type(drawing.png) is bytes
        for mark in drawing.marks:
            assert mark["kind"] in ("points", "line", "axline")
            assert mark["xy"].dtype == np.float64 and mark["xy"].shape[1:] == (2,)


@st.composite
def likely(draw: st.DrawFn) -> Reply:
    """An answer that some criterion takes, or might take, and what the call has done to its arguments."""
    encoder = Encoder()
    plain = st.sampled_from([[0.5] * 4, {"epoch": "B"}, 0.5, None, [b"", []]]) | values
    value = encoder.encode(draw(few() | plain))
    if isinstance(value, dict) and draw(st.booleans()):
        value["graph"] = 0
    facts: list[dict[str, Any]] = [
        {"leaf": draw(st.booleans()), "requires_grad": draw(st.booleans())} for _ in range(draw(st.integers(0, 3)))
    ]
    for fact in facts:
        changed = draw(st.sets(st.sampled_from(["value", "grad"])))
        fact.update((name, encoder.raw(draw(few()))) for name in sorted(changed))
    gradients = [encoder.encode(draw(few())) for _ in facts]
    header = {"value": value, "arguments": facts, "grad_enabled": draw(st.booleans()), "gradients": gradients}
    return {**header, "handle": 0}, bytes(encoder.body)


@st.composite
def few(draw: st.DrawFn) -> torch.Tensor:
    """A few numbers, as the graders give and expect them."""
    shape = draw(st.sampled_from([(1,), (2,), (3,), (4,), (), (0,), (4, 2), (2, 1)]))
    dtype = draw(st.sampled_from([torch.float32, torch.float32, *wire.DTYPES.values()]))
    return torch.full(shape, draw(st.sampled_from([0.0, 0.5, 38 / 3, math.nan, math.inf]))).to(dtype)


@given(st.lists(likely() | replies, min_size=1, max_size=4), st.sampled_from(IDS))
def test_no_answer_is_taken_for_a_fault_in_the_grader(lies: list[Reply], exercise: str) -> None:
    with at_once(30):
        found = verdicts.judge(Lesson.load(), exercise, student(*lies))
    assert verdicts.OUR_FAULT not in [criterion.hint for criterion in found.criteria]


outputs = st.lists(
    st.fixed_dictionaries(
        {"output_type": st.sampled_from(["stream", "display_data", "execute_result", "error", "script"]) | odd},
        optional={
            "name": st.sampled_from(["stdout", "stderr"]) | odd, "text": texts | odd, "ename": texts | odd,
            "evalue": texts | odd, "traceback": st.lists(texts | odd) | odd, "metadata": odd, "execution_count": odd,
            "data": odd | st.dictionaries(
                st.sampled_from(["text/plain", "text/html", "image/png", "image/jpeg", "image/svg+xml"]) | texts,
                texts | odd | st.just("QUJD"),
            ),
        },
    ) | odd
) | odd  # fmt: skip


@given(outputs)
def test_outputs_of_a_cell_are_valid_and_small(data: Json) -> None:
    with at_once():
        found = read_outputs(data, LIMITS)
    cell = nbformat.from_dict(
        {"cell_type": "code", "id": "a", "source": "", "metadata": {}, "execution_count": None, "outputs": found}
    )
    nbformat.validate({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    assert len(json.dumps(found, ensure_ascii=False).encode()) < 1 << 18


# --- Notebooks ---------------------------------------------------------------------------------------------------

Notebook = dict[str, Any]
NAMES = [*IDS, *(f"{name}-checks" for name in IDS)]
SOURCES: list[Json] = [
    "", "\0", "(" * 300, "def f(:", "%%time\nx = 1", "!ls", "%matplotlib inline\n\n\n", "'\\ud800'", "\ud800", "\ufeffx = 1",
    "def f(a, a): ...", "nonlocal x", "return", "x = 1\nglobal x", "from __future__ import braces", "x: int = (y := 1)",
    "def predict(x, a):\n    return x @ a", "predict = mse = None", "class fit: ...", "def mse(:\ndef gradient(): ...",
    "def predict(): ...\ndef mse(): ...\ndef fit(): ...", "predict(1)\nlocals()", "import torch", "# Not a heading",
    ["x = 1\n", None, 3, "\ud800"], ["def sgd_step(a, lr): ...\n"], 5, {}, None, "\u2028\u2029\x85\x0b\x0c", "𝓅redict = 1",
]  # fmt: skip


@functools.cache
def sound(start: str, bare: bool) -> str:
    """A notebook as it should be handed in."""
    return Maker(Lesson.load()).text(start, bare=bare)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "sgd.ipynb"


marks = st.fixed_dictionaries(
    {},
    optional={
        "grade_id": st.sampled_from(NAMES) | odd, "points": odd, "grade": st.booleans() | odd, "checksum": odd,
        "solution": st.booleans() | odd, "locked": st.booleans() | odd, "task": st.booleans(), "schema_version": odd,
        "cell_type": odd,
    },
)  # fmt: skip
metadata = st.fixed_dictionaries(
    {},
    optional={
        "nbgrader": marks | odd, "tags": st.just(["skip-execution", "raises-exception"]) | odd, "collapsed": odd,
        "autograder": st.just({"idle": True, "lesson": True}) | odd, "deletable": st.booleans(),
    },
)  # fmt: skip
kinds = st.sampled_from(["code", "markdown", "raw", "heading"]) | odd
sources = st.sampled_from(SOURCES) | texts


@st.composite
def handed_in(draw: st.DrawFn) -> Json:
    """A notebook to which something has happened."""
    notebook = json.loads(sound(draw(st.sampled_from(["blank", "solved"])), draw(st.booleans())))
    for _ in range(draw(st.integers(1, 8))):
        happen(draw, notebook)
    notebook.update(draw(st.fixed_dictionaries({}, optional={"metadata": odd, "cells": odd, "nbformat_minor": odd})))
    if draw(st.integers(0, 9)) == 0:
        notebook["nbformat"] = draw(st.sampled_from([0, 1, 2, 3, 3, 5, True]) | odd)
        notebook["worksheets"] = draw(odd | st.just([{"cells": notebook["cells"], "metadata": {}}]))
    return notebook


def happen(draw: st.DrawFn, notebook: Notebook) -> None:
    """One thing that may happen to a notebook."""
    cells = notebook["cells"]
    marked = [place for place, cell in enumerate(cells) if isinstance(cell, dict) and cell.get("metadata")]
    place = draw(st.integers(0, len(cells) - 1) | st.sampled_from(marked or [0])) if cells else 0
    cell = cells[place] if cells and isinstance(cells[place], dict) else {}
    match draw(
        st.sampled_from("drop double move shuffle retype source append metadata forge key nest odd new".split())
    ):
        case "drop":
            del cells[place : place + draw(st.integers(1, 3))]
        case "double":
            cells.insert(draw(st.integers(0, len(cells))), copy.deepcopy(cell))
        case "move":
            cells.append(cells.pop(place) if cells else {})
        case "shuffle":
            cells[:] = draw(st.permutations(cells))
        case "retype":
            cell["cell_type"] = draw(kinds)
        case "source":
            cell["source"] = draw(sources)
        case "append":
            cell["source"] = f"{cell.get('source')}\n{draw(sources)}"
        case "metadata":
            cell["metadata"] = draw(metadata | odd)
        case "forge":
            cell["metadata"] = {"nbgrader": draw(marks)}
        case "key":
            cell[draw(st.sampled_from(["id", "outputs", "execution_count", "attachments", "x"]))] = draw(odd)
        case "nest":
            cell["cells"] = copy.deepcopy(cells[:3])
        case "odd":
            cells.insert(place, draw(odd))
        case "new":
            cells.insert(place, {"cell_type": draw(kinds), "source": draw(sources), "metadata": draw(metadata | odd)})


def check(handin: HandIn, lesson: Lesson) -> None:
    """The notebook is valid and can be saved; the lesson's marks are in it once, as released, and no others."""
    notebook = handin.notebook
    nbformat.validate(nbformat.from_dict(notebook))
    json.dumps([notebook, handin.notes, handin.unreadable], ensure_ascii=False).encode()
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"] == lesson.notebook["metadata"]
    found = [grade_id(cell) for cell in notebook["cells"] if grade_id(cell) is not None]
    assert len(set(found)) == len(found)
    assert {task.checks_id for task in lesson.tasks} <= set(found) <= set(lesson.cells)
    for cell in notebook["cells"]:
        check_cell(cell, lesson)


def check_cell(cell: dict[str, Any], lesson: Lesson) -> None:
    """No mark, tag or output is the student's own."""
    if "nbgrader" in cell["metadata"]:
        released = lesson.cells[grade_id(cell) or ""]
        assert cell["metadata"] == released["metadata"]
        assert cell["cell_type"] == "code"
        assert cell["source"] == released["source"] or not is_checks(cell)
    else:
        assert set(cell["metadata"]) <= {"autograder"}
    assert cell.get("outputs", []) == []


def check_file(path: Path, lesson: Lesson) -> None:
    """A file becomes a whole notebook, or the released one with a reason of one line."""
    with at_once(30):
        handin = read(path, lesson)
    if handin.unreadable is not None:
        assert handin.notebook == lesson.notebook and handin.notes == {}
        assert 0 < len(handin.unreadable) <= 200 and len(handin.unreadable.splitlines()) == 1
        return
    check(handin, lesson)
    path.write_text(json.dumps(handin.notebook), "utf-8")
    assert repair(parse(path), lesson).notebook == handin.notebook


@given(content=st.binary(max_size=100) | documents.map(lambda data: json.dumps(data).encode()))
def test_a_file_of_anything_is_a_hand_in(path: Path, lesson: Lesson, content: bytes) -> None:
    path.write_bytes(content)
    check_file(path, lesson)


@given(notebook=handed_in())
def test_a_notebook_to_which_anything_happened_is_a_hand_in(path: Path, lesson: Lesson, notebook: Json) -> None:
    path.write_text(json.dumps(notebook), "utf-8")
    check_file(path, lesson)
