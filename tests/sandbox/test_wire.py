"""What crosses between the grader and the worker comes back as it was; whatever else arrives is a `WireError`."""

from __future__ import annotations

import copy
import json
import math
import random
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from autograder.graders.student import Axes, Student, StudentError
from autograder.sandbox import wire
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission, read_outputs
from autograder.sandbox.wire import Decoder, Encoder, Foreign, PeerGone, WireError

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends of one connection."""
    near, far = socket.socketpair()
    near.settimeout(5)
    far.settimeout(5)
    with near, far:
        yield near, far


def through(value: Any) -> Any:
    """`value` as the other side sees it."""
    encoder = Encoder()
    header = json.loads(json.dumps(encoder.encode(value)))
    return Decoder(bytes(encoder.body)).decode(header)


def nested(depth: int) -> list[Any]:
    """A list in a list in a list …"""
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


PLAIN: list[Any] = [
    None, True, False, 0, -1, 2**53 - 1, 2**53, -(2**53), 2**64 + 1, 2**4094, -(2**4094),
    0.0, -0.0, 0.1, 1e308, 5e-324, math.nan, math.inf, -math.inf,
    1 - 2j, complex(math.nan, -0.0), complex(-0.0, math.inf),
    "", "a", "nan", "naïve ⟨€⟩\n\0", "\ud800", b"", b"\x00\xff",
    [], [1, "a", None], (), (1,), ((1,), [2.5]), [[[]], ((),)],
    {}, {"a": 1}, {1: [], (1, 2): {"b": {}}, None: -0.0, False: b"x"}, {"k": "tensor", "v": []},
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: ascii(value)[:30])
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    back = through(value)
    assert type(back) is type(value)
    assert repr(back) == repr(value)


@pytest.mark.parametrize("dtype", wire.DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0), (3,), (2, 3), (1, 1, 2)], ids=str)
def test_tensors_of_every_dtype_come_back_as_they_were(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    torch.testing.assert_close(through(tensor), tensor, rtol=0, atol=0)


def test_nan_infinity_and_the_sign_of_zero_survive_in_a_tensor() -> None:
    back = through(torch.tensor([math.nan, math.inf, -math.inf, -0.0]))
    assert str(back.tolist()) == "[nan, inf, -inf, -0.0]"


STRIDED = {
    "transposed": torch.arange(6.0).reshape(2, 3).T,
    "every other": torch.arange(6)[::2],
    "expanded": torch.ones(1).expand(3),
    "conjugated": torch.tensor([1 + 2j, 3 - 1j]).conj(),
    "negated": torch.tensor([1 + 2j, 3 - 1j]).conj().imag,
    "column": torch.arange(6.0).reshape(3, 2)[:, 0],
    "column of one row": torch.tensor([[3.0, 1.0]])[:, 0],
    "last running sum of one row": torch.cumsum(torch.tensor([[3.0, 1.0]]), 1)[:, -1],
}


@pytest.mark.parametrize("tensor", STRIDED.values(), ids=STRIDED)
def test_tensors_come_back_whatever_their_place_in_memory(tensor: torch.Tensor) -> None:
    torch.testing.assert_close(through(tensor), tensor.resolve_conj().resolve_neg(), rtol=0, atol=0, check_stride=False)


def test_a_parameter_and_a_tracked_tensor_come_back_as_numbers() -> None:
    parameter = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    for value in (parameter, parameter * 1):
        assert through(value).tolist() == [1.0, 2.0]
        assert Encoder().encode(value)["requires_grad"] is True


def test_tensors_share_the_body_without_mixing_their_bytes() -> None:
    tensors = [torch.ones(3), torch.zeros(0), torch.tensor(True), torch.arange(4)]
    assert [tensor.tolist() for tensor in through(tensors)] == [[1.0, 1.0, 1.0], [], True, [0, 1, 2, 3]]


ARRAYS = [
    np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(4)[::-1], np.zeros((0, 2)),
    np.array([True, False]), np.array([1j], dtype=np.complex64), np.arange(3, dtype=np.uint8),
    np.array([0.5], dtype=np.float16), np.float64(0.1), np.float32(-0.0), np.int64(-5), np.bool_(True),
]  # fmt: skip


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_numpy_arrays_and_scalars_come_back_as_arrays(array: Any) -> None:
    np.testing.assert_array_equal(through(array), np.array(array), strict=True)


class Broken:
    def __repr__(self) -> str:
        raise ZeroDivisionError("no repr for you")


class Quitter:
    def __repr__(self) -> str:
        raise SystemExit


class Wordy:
    def __repr__(self) -> str:
        return "w" * 9999


class Lists(list[Any]): ...


class Numbers(int): ...


class Tensors(torch.Tensor): ...


FOREIGN = [
    ({1}, "set", "{1}"),
    (Broken(), "Broken", "<repr() raised ZeroDivisionError>"),
    (Quitter(), "Quitter", "<repr() raised SystemExit>"),
    (Wordy(), "Wordy", "w" * 400),
    (Lists([1]), "Lists", "[1]"),
    (Numbers(3), "Numbers", "3"),
    (torch.ones(2).as_subclass(Tensors), "Tensors", "Tensors([1., 1.])"),
    (torch.ones(1, dtype=torch.uint16), "Tensor", "tensor([1], dtype=torch.uint16)"),
    (np.array(["a"]), "ndarray", "array(['a'], dtype='<U1')"),
    (np.uint32(2), "uint32", "np.uint32(2)"),
    (2**5000, "int", "5001 bits"),
]


@pytest.mark.parametrize(("value", "kind", "text"), FOREIGN, ids=[kind for _, kind, _ in FOREIGN])
def test_of_anything_else_its_type_and_a_short_repr_cross(value: Any, kind: str, text: str) -> None:
    assert through(value) == Foreign(kind, text)


TOO_MUCH = {
    "sparse tensor": torch.eye(2).to_sparse(),
    "meta tensor": torch.empty(3, device="meta"),
    "endless tensor": torch.ones(1).expand(wire.MAX_NUMEL + 1),
    "endless array": np.broadcast_to(np.uint8(1), wire.MAX_NUMEL + 1),
    "tensor larger than a body": torch.ones(1, dtype=torch.complex128).expand(wire.MAX_NUMEL),
    "tensor of too many dimensions": torch.ones([1] * (wire.MAX_DEPTH + 1)),
    "array of too many dimensions": np.ones([1] * (wire.MAX_DEPTH + 1)),
    "empty tensor of a large size": torch.empty(0, wire.MAX_NUMEL + 1),
}


@pytest.mark.parametrize("value", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_tensor_or_array_that_cannot_be_sent_is_foreign(value: Any) -> None:
    back = through(value)
    assert isinstance(back, Foreign)
    assert back.type == type(value).__name__


def test_an_array_in_another_byte_order_keeps_its_numbers_or_is_foreign() -> None:
    back = through(np.array([1.0, 2.0], dtype=">f8"))
    assert isinstance(back, Foreign) or back.tolist() == [1.0, 2.0]


def test_long_texts_and_bytes_are_cut() -> None:
    assert through("é" * (1 << 20)) == "é" * (1 << 19)
    assert through(b"x" * (1 << 20)) == b"x" * (1 << 19)


def test_containers_nested_too_deeply_become_foreign_inside() -> None:
    assert through(nested(wire.MAX_DEPTH)) == nested(wire.MAX_DEPTH)
    inner = through(nested(wire.MAX_DEPTH + 1))
    for _ in range(wire.MAX_DEPTH):
        (inner,) = inner
    assert inner == Foreign("list", "[]")


@pytest.mark.parametrize(
    ("value", "foreign"),
    [
        ([0] * (wire.MAX_VALUES + 1), Foreign("list", "65537 items")),
        ((0,) * (wire.MAX_VALUES + 1), Foreign("tuple", "65537 items")),
        (dict.fromkeys(range(wire.MAX_VALUES // 2 + 1)), Foreign("dict", "32769 items")),
        ([1, [0] * wire.MAX_VALUES, [2]], [1, Foreign("list", "65536 items"), [2]]),
    ],
    ids=["list", "tuple", "dict", "inner"],
)
def test_a_container_of_too_many_values_is_foreign(value: Any, foreign: Any) -> None:
    assert through(value) == foreign


def test_of_very_many_tensors_the_last_are_foreign() -> None:
    back = through([torch.tensor(1)] * 9000)
    whole = [isinstance(item, torch.Tensor) for item in back]
    assert sum(whole) > 5000 and whole == [True] * sum(whole) + [False] * (9000 - sum(whole))


def test_a_list_that_holds_itself_has_an_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "Foreign(type='list', repr='[[...]]')" in repr(through(endless))


def test_an_encoder_can_be_told_to_describe_tensors_and_to_replace_objects() -> None:
    encoder = Encoder(describe=lambda tensor: {"leaf": tensor.is_leaf}, replace=lambda _: {"k": "handle", "v": 7})
    header = encoder.encode([torch.ones(1), {1}])
    assert header[0]["leaf"] is True
    decoder = Decoder(bytes(encoder.body), tensor=lambda tensor, data: (tensor.item(), data["leaf"]), handle=str)
    assert decoder.decode(header) == [(1.0, True), "7"]


def test_any_byte_but_zero_is_true() -> None:
    spec = {"k": "tensor", "v": ["bool", [4], 0, 4]}
    assert Decoder(b"\x00\x01\x02\xff").decode(spec).tolist() == [False, True, True, True]


def tensor(*spec: Any) -> dict[str, Any]:
    return {"k": "tensor", "v": list(spec)}


MALFORMED = [
    (tensor("float32", [-1], 0, 8), "impossible shape: [-1]"),
    (tensor("float32", [True, 2], 0, 8), "impossible shape: [True, 2]"),
    (tensor("float32", [2.0], 0, 8), "impossible shape: [2.0]"),
    (tensor("float32", "2", 0, 8), "impossible shape: '2'"),
    (tensor("float32", [1] * 17, 0, 4), f"impossible shape: {[1] * 17}"),
    (tensor("float32", [1 << 24], 0, 8), "impossible shape: [16777216]"),
    (tensor("uint8", [4096, 4096], 0, 1 << 24), "impossible shape: [4096, 4096]"),
    (tensor("float32", [2], 0, 7), "7 bytes cannot hold a float32 tensor of shape [2]"),
    (tensor("float32", [2], 0, -8), "-8 bytes cannot hold a float32 tensor of shape [2]"),
    (tensor("float32", [3], 0, 12), "tensor bytes outside the frame"),
    (tensor("float32", [2], -1, 8), "tensor bytes outside the frame"),
    (tensor("float32", [2], 1, 8), "tensor bytes outside the frame"),
    (tensor("float32", [2], 0.0, 8), "tensor bytes outside the frame"),
    (tensor("uint8", [1], 0, True), "True bytes cannot hold a uint8 tensor of shape [1]"),
    ([tensor("float32", [2], 0, 8)] * 2, "tensors of more bytes than the frame has"),
    ([tensor("uint8", [0], 0, 0)] * 9000, "more than 65536 values"),
    ([0] * 65537, "more than 65536 values"),
    ([[0] * 400] * 200, "more than 65536 values"),
    ({"k": "tuple", "v": [0] * 65537}, "more than 65536 values"),
    ({"k": "dict", "v": [[0, 0]] * 32769}, "more than 65536 values"),
    ({"k": "dict", "v": [[key * (2**61 - 1), 0] for key in range(9)]}, "a dict with too many keys of the same hash"),
    ("x" * ((1 << 19) + 1), "a text of 524289 characters"),
    ({"k": "tuple", "v": "ab"}, "unreadable value: TypeError: a str of values"),
    (tensor("float32", [2], True, 8), "tensor bytes outside the frame"),
    (tensor("object", [2], 0, 8), "unreadable value: KeyError: 'object'"),
    (tensor([], [2], 0, 8), "unreadable value: TypeError: unhashable type: 'list'"),
    (tensor("uint8", [0, 1 << 23, 1 << 23, 1 << 23], 0, 0), "impossible shape: [0, 8388608, 8388608, 8388608]"),
    (tensor("float32", [2], 0), "unreadable value: ValueError: not enough values to unpack (expected 4, got 3)"),
    ({"k": "array", "v": ["bfloat16", [4], 0, 8]}, "unreadable value: TypeError: "),
    ({"k": "tensor"}, "unreadable value: KeyError: 'v'"),
    ({}, "unreadable value: KeyError: 'k'"),
    (1.5, "a bare float in the header"),
    ({"k": "pickle", "v": "gASVAA=="}, "unknown kind of value: 'pickle'"),
    ({"k": ["tensor"], "v": 1}, "unknown kind of value: ['tensor']"),
    ({"k": "handle", "v": 0}, "unknown kind of value: 'handle'"),
    ({"k": "float", "v": "0x1p9999"}, "unreadable value: OverflowError: "),
    ({"k": "float", "v": 1.5}, "unreadable value: TypeError: "),
    ({"k": "int", "v": "zz"}, "unreadable value: ValueError: "),
    ({"k": "complex", "v": ["1"]}, "unreadable value: IndexError: "),
    ({"k": "bytes", "v": "0"}, "unreadable value: ValueError: "),
    ({"k": "tuple", "v": 5}, "unreadable value: TypeError: "),
    ({"k": "dict", "v": [[[], 1]]}, "unreadable value: TypeError: unhashable type: 'list'"),
    ({"k": "dict", "v": [[1]]}, "unreadable value: ValueError: "),
    ({"k": "foreign", "v": []}, "unreadable value: IndexError: "),
    (nested(30), "value nested too deeply"),
    (nested(500), "value nested too deeply"),
]


@pytest.mark.parametrize(("data", "message"), MALFORMED, ids=lambda part: ascii(part)[:40])
def test_malformed_values_are_refused_with_the_reason(data: Any, message: str) -> None:
    with pytest.raises(WireError) as refused:
        Decoder(b"12345678").decode(data)
    assert str(refused.value).startswith(message)


JUNK: list[Any] = [
    None, True, -1, 0, 1 << 70, 0.5, math.nan, "", "nan", "0x", "float64", [], [0], [[]], {}, {"k": "tuple"},
    {"k": "tensor", "v": ["bool", [1], 0, 1]}, {"k": "int", "v": "-0x1"}, nested(40), "\ud800",
]  # fmt: skip
SAMPLE = [torch.ones(2, 3), np.arange(3), {"a": (1.5, 2**70), (1,): b"x"}, 1j, {1}, [True, None, torch.tensor(False)]]


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container of the header data, with each of its keys."""
    keys = list(data) if isinstance(data, dict) else list(range(len(data))) if isinstance(data, list) else []
    return [(data, key) for key in keys] + [place for key in keys for place in places(data[key])]


def test_whatever_a_header_is_changed_into_decoding_raises_nothing_but_wire_errors() -> None:
    encoder, chance = Encoder(), random.Random(0)
    header = encoder.encode(SAMPLE)
    refused = 0
    for _ in range(400):
        changed = copy.deepcopy(header)
        for _ in range(chance.randint(1, 3)):
            container, key = chance.choice(places(changed))
            container[key] = chance.choice([*JUNK, copy.deepcopy(chance.choice(places(changed))[0])])
        try:
            Decoder(bytes(encoder.body)).decode(changed)
        except WireError:
            refused += 1
    assert refused > 200


def test_whatever_the_bytes_of_a_frame_are_changed_into_receiving_raises_nothing_but_wire_errors() -> None:
    encoder, chance = Encoder(), random.Random(0)
    text = json.dumps({"value": encoder.encode(SAMPLE)}).encode()
    frame = wire.HEAD.pack(len(text), len(encoder.body)) + text + encoder.body
    refused = 0
    for _ in range(300):
        changed = bytearray(frame)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.choice(b'0129[]{}",:-kv\x00\xff')
        near, far = socket.socketpair()
        with near, far:
            near.sendall(changed)
            near.shutdown(socket.SHUT_WR)
            try:
                header, body = wire.receive(far)
                Decoder(body).decode(header.get("value"))
            except WireError:
                refused += 1
    assert refused > 150


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"x" * 5000])
def test_a_frame_is_received_as_it_was_sent(pair: Pair, body: bytes) -> None:
    wire.send(pair[0], {"op": "get", "name": "é", "n": [1, None]}, body)
    wire.send(pair[0], {"second": True})
    assert wire.receive(pair[1]) == ({"op": "get", "name": "é", "n": [1, None]}, body)
    assert wire.receive(pair[1]) == ({"second": True}, b"")


@pytest.mark.parametrize(("header", "body"), [(wire.MAX_HEADER + 1, 0), (2, wire.MAX_BODY + 1), (2**32 - 1, 2**64 - 1)])
def test_a_frame_that_says_it_is_too_large_is_refused_unread(pair: Pair, header: int, body: int) -> None:
    pair[0].sendall(wire.HEAD.pack(header, body))
    with pytest.raises(WireError, match=rf"^frame too large: header {header} bytes, body {body} bytes$"):
        wire.receive(pair[1])


def test_a_frame_that_is_too_large_is_not_sent(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_BODY", 3)
    with pytest.raises(WireError, match=r"^frame too large: header 2 bytes, body 4 bytes$"):
        wire.send(pair[0], {}, b"1234")
    monkeypatch.setattr(wire, "MAX_HEADER", 3)
    with pytest.raises(WireError, match=r"^frame too large: header 7 bytes, body 0 bytes$"):
        wire.send(pair[0], {"a": 1})


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"", "the header is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"\x80\x04.", "the header is not JSON: "),
        (b'{"a": ', "the header is not JSON: "),
        (b'{"a": ' + b"9" * 5000 + b"}", "the header is not JSON: "),
        (b"[" * 100_000, "the header is not JSON: "),
        (b"[]", "the header is a list, not an object"),
        (b"null", "the header is a NoneType, not an object"),
        (b"NaN", "the header is a float, not an object"),
    ],
    ids=lambda part: ascii(part)[:20],
)
def test_a_header_that_is_no_json_object_is_refused(pair: Pair, header: bytes, message: str) -> None:
    pair[0].sendall(wire.HEAD.pack(len(header), 0) + header)
    with pytest.raises(WireError) as refused:
        wire.receive(pair[1])
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("sent", [0, 1, wire.HEAD.size, wire.HEAD.size + 1, -1])
def test_a_frame_that_is_cut_off_means_that_the_peer_is_gone(pair: Pair, sent: int) -> None:
    frame = wire.HEAD.pack(2, 3) + b"{}abc"
    pair[0].sendall(frame[:sent])
    pair[0].close()
    with pytest.raises(PeerGone, match=r"^the connection was closed$"):
        wire.receive(pair[1])


def test_a_peer_that_says_nothing_times_out(pair: Pair) -> None:
    pair[1].settimeout(0.001)
    with pytest.raises(TimeoutError):
        wire.receive(pair[1])


@pytest.mark.parametrize("spec", [None, 5, [], "tensor", {}, ["float32", [1], 0, 4], [[], [1], 0, 4]], ids=str)
def test_malformed_bytes_of_a_tensor_are_a_wire_error_too(spec: Any) -> None:
    with pytest.raises(WireError):
        Decoder(b"").raw(spec)


Reply = tuple[dict[str, Any], bytes]


def answer(value: Any = None, about: dict[str, Any] | None = None, **header: Any) -> Reply:
    """A worker's answer; `about` stands beside its tensors."""
    encoder = Encoder(describe=lambda _: about or {})
    return {"value": encoder.encode(value), **header}, bytes(encoder.body)


def student(*replies: Reply) -> Student:
    """A student whose worker gives these answers, one after another."""
    left = iter(replies)
    return Student(cast(Submission, SimpleNamespace(call=lambda header, body: next(left))))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (None, "the answer does not fit the call"),
        ([], "the answer does not fit the call"),
        ([5], "the answer does not fit the call"),
        ([["value"]], "the answer does not fit the call"),
        ([{"value": 5}], "unreadable value: TypeError: "),
        ([{"grad": ["object", [], 0, 0]}], "unreadable value: KeyError: 'object'"),
        ([{"grad": ["float32", [0], 0, 0]}], "the answer does not fit the call: "),
    ],
    ids=str,
)
def test_what_a_call_has_done_to_its_arguments_is_not_just_believed(facts: Any, message: str) -> None:
    with pytest.raises(WireError) as refused:
        student(answer(arguments=facts)).mse(torch.ones(2))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "gradient", [5, torch.ones(3), torch.ones(2, dtype=torch.float64), torch.ones(2).int()], ids=str
)
def test_a_gradient_that_does_not_fit_is_refused(gradient: Any) -> None:
    header, body = answer([gradient])
    call = answer(torch.ones(()), {"graph": 0}, arguments=[{"requires_grad": True}])
    loss = student(call, ({"gradients": header["value"]}, body)).mse(torch.ones(2, requires_grad=True))
    with pytest.raises(WireError, match=r"^the answer holds a gradient of another shape or dtype$"):
        loss.backward()


def test_a_complex_result_is_not_tracked() -> None:
    call = answer(torch.ones(1) * 1j, {"graph": 0}, arguments=[{"requires_grad": True}])
    assert not student(call).mse(torch.ones(2, requires_grad=True)).requires_grad


POINTS = np.zeros((1, 2))
MARKS: list[Any] = [
    None, {}, {"xy": POINTS}, {"kind": "x", "xy": POINTS}, {"kind": "line", "xy": torch.zeros(1, 2)},
    {"kind": "line", "xy": np.zeros((1, 3))}, {"kind": "line", "xy": np.zeros(2)}, {"kind": "line", "xy": POINTS * 1j},
]  # fmt: skip


@pytest.mark.parametrize("mark", MARKS, ids=str)
def test_a_mark_that_is_no_points_is_no_drawing(mark: Any) -> None:
    drawing = student(answer([b"", [{"kind": "line", "xy": POINTS, "more": 1}]])).drawing(Axes(0))
    assert [sorted(mark) for mark in drawing.marks] == [["kind", "xy"]]
    with pytest.raises(WireError, match=r"^the answer is not a drawing$"):
        student(answer([b"", [mark]])).drawing(Axes(0))


@pytest.mark.parametrize("header", [{}, {"missing": True}], ids=str)
def test_an_answer_without_what_was_asked_for_is_no_fault_of_the_grader(header: dict[str, Any]) -> None:
    with pytest.raises(WireError, match=r"^not an index: None$"):
        student((header, b"")).axes()
    with pytest.raises(WireError, match=r"^the answer is not a drawing$"):
        student((header, b"")).drawing(Axes(0))


def test_a_value_that_is_missing_in_the_answer_is_none() -> None:
    assert student(({}, b"")).value("vocabulary") is None


def test_of_what_was_raised_only_texts_are_shown() -> None:
    with pytest.raises(StudentError) as raised:
        student(answer(raised={"type": "Oops", "message": [[]], "trace": {"a": 1}})).mse()
    assert (raised.value.type, raised.value.message, raised.value.trace) == ("Oops", "", "")


def test_an_index_that_is_none_is_shown_in_short() -> None:
    with pytest.raises(WireError, match=r"^not an argument: 9{83}$"):
        student(answer(torch.ones(1), {"argument": 10**4000 - 1}, arguments=[])).mse()


def test_outputs_are_texts_that_can_be_saved() -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "a\ud800"}
    shown = {"output_type": "display_data", "data": {"text/plain": "\udfff"}}
    raised = {"output_type": "error", "ename": "\ud800", "evalue": [["x"]], "traceback": ["\ud800", 3]}
    stream, data, error = read_outputs([printed, shown, raised], Limits())
    assert (stream["text"], data["data"]) == ("a?", {"text/plain": "?"})
    assert (error["ename"], error["evalue"], error["traceback"]) == ("?", "", ["?", ""])
