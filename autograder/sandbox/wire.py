"""The wire format between the grader and the worker: JSON headers and raw tensor bytes, never pickle.

A frame is ``u32 header length | u64 body length | header (UTF-8 JSON) | body``; numbers are little-endian and
the body holds the bytes of all tensors of the header one after another. Decoding makes plain data only: None,
bool, int, float, str, bytes, list, tuple, dict, tensors, arrays, and `Foreign` for everything else.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.sandbox import tensors

HEAD = struct.Struct("<IQ")
MAX_HEADER = 8 << 20
MAX_BODY = 64 << 20
MAX_DEPTH = 16
MAX_NUMEL = 8 << 20
MAX_VALUES = 1 << 16  # in the lists, tuples and dicts of one frame; a tensor takes as long to read as some more
PER_TENSOR = 8
Piece = tuple[torch.dtype, list[int], bytes]  # all that a tensor is: what it is made of, and its numbers
MAX_STRING = MAX_HEADER // 16
MAX_TEXT = 4000
DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    )
}  # fmt: skip
_SAFE_INT = 1 << 53
# Taken now, because a notebook may write to any name of a library (see `tensors`).
_ARRAYS, _CONTAINERS = (np.ndarray, np.generic), (list, tuple, torch.Size, dict)
_array, _from_numpy, _prod, _isfinite = np.array, torch.from_numpy, math.prod, math.isfinite
_dumps, _loads = json.JSONEncoder(separators=(",", ":")).encode, json.JSONDecoder().decode
_NAME = type.__dict__["__name__"].__get__  # a metaclass may have another answer
_SAME_HASH = 8  # keys of a dict: chosen well, thousands with one hash would take minutes to tell apart


class WireError(Exception):
    """The other side sent something that is not a frame, or a value that cannot be read."""


class PeerGone(WireError):
    """The other side closed the connection."""


@dataclass(frozen=True)
class Foreign:
    """A value that is no plain data: the name of its type and a short repr are all that crosses."""

    type: str
    repr: str


def send(sock: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame.

    Raises:
        WireError: the frame is larger than the other side accepts.
        OSError: the connection is broken.
    """
    text = _dumps(header).encode()
    if len(text) > MAX_HEADER or len(body) > MAX_BODY:
        raise WireError(f"frame too large: header {len(text)} bytes, body {len(body)} bytes")
    sock.sendall(HEAD.pack(len(text), len(body)) + text + body)


def receive(sock: socket.socket, wait: Callable[[], None] = lambda: None) -> tuple[dict[str, Any], bytes]:
    """Receive one frame; `wait` is called before each of its pieces, and may raise when it has taken long enough.

    Raises:
        PeerGone: the connection ended.
        WireError: not a frame, or one larger than allowed.
    """
    header_length, body_length = HEAD.unpack(_exactly(sock, HEAD.size, wait))
    if header_length > MAX_HEADER or body_length > MAX_BODY:
        raise WireError(f"frame too large: header {header_length} bytes, body {body_length} bytes")
    try:
        header = _loads(_exactly(sock, header_length, wait).decode())
    except (ValueError, RecursionError) as error:
        raise WireError(f"the header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise WireError(f"the header is a {type(header).__name__}, not an object")
    return header, _exactly(sock, body_length, wait)


def _exactly(sock: socket.socket, size: int, wait: Callable[[], None]) -> bytes:
    chunks = bytearray()
    while len(chunks) < size:
        wait()
        chunk = sock.recv(min(size - len(chunks), 1 << 20))
        if not chunk:
            raise PeerGone("the connection was closed")
        chunks += chunk
    return bytes(chunks)


class Encoder:
    """Turns values into header data and collects their bytes in `body`.

    Args:
        describe: called with each tensor; what it returns is added to the tensor's header data.
        replace: called with each value that is no plain data; may return header data for it, or None.
    """

    def __init__(
        self,
        describe: Callable[[torch.Tensor], dict[str, Any]] | None = None,
        replace: Callable[[Any], dict[str, Any] | None] | None = None,
    ) -> None:
        self.body = bytearray()
        self._values = 0
        self._describe = describe
        self._replace = replace

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Header data for one value. Exact types only: a subclass may answer with anything, so it is Foreign."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return value[:MAX_STRING]
        if kind in _SCALARS:
            return _SCALARS[kind](value)
        if kind is tensors.TENSOR or kind is tensors.PARAMETER:
            return self._tensor(value)
        if depth < MAX_DEPTH and kind in _CONTAINERS:
            return self._container(value, depth + 1)
        if issubclass(kind, _ARRAYS) and value.dtype.name in DTYPES and self._fits(value.shape, value.dtype):
            native = _array(value, dtype=value.dtype.newbyteorder("="))
            return {"k": "array", "v": self.raw(_from_numpy(native))}
        replaced = self._replace(value) if self._replace else None
        return replaced if replaced is not None else foreign(value)

    def raw(self, tensor: torch.Tensor) -> list[Any]:
        """Append the tensor's bytes to the body: ``[dtype, shape, offset, length]``."""
        self._values += PER_TENSOR
        data = tensors.to_bytes(tensor)
        offset = len(self.body)
        self.body += data
        return [_dtype(tensor), list(tensors.shape(tensor)), offset, len(data)]

    def takes(self, tensor: torch.Tensor) -> bool:
        """Whether it can be sent: an ordinary one of a known dtype, for which there is room."""
        known = tensors.is_ordinary(tensor) and _dtype(tensor) in DTYPES
        return known and self._fits(tensors.shape(tensor), tensors.dtype(tensor))

    def _tensor(self, tensor: torch.Tensor) -> dict[str, Any]:
        if not self.takes(tensor):
            return foreign(tensor)
        described = self._describe(tensor) if self._describe else {}
        return {"k": "tensor", "v": self.raw(tensor), "requires_grad": tensors.requires_grad(tensor), **described}

    def _fits(self, shape: Sequence[int], dtype: Any) -> bool:
        """Whether a tensor or array is one that a `Decoder` takes, and the body has room for it."""
        room = self._values + PER_TENSOR <= MAX_VALUES and len(self.body) + _prod(shape) * dtype.itemsize <= MAX_BODY
        return room and _possible(shape)

    def _container(self, value: Any, depth: int) -> Any:
        more = len(value) * (2 if type(value) is dict else 1)
        if self._values + more > MAX_VALUES:
            return {"k": "foreign", "v": [_NAME(type(value)), f"{len(value)} items"]}
        self._values += more
        if type(value) is dict:
            pairs = [[self.encode(key, depth), self.encode(item, depth)] for key, item in value.items()]
            return {"k": "dict", "v": pairs}
        items = [self.encode(item, depth) for item in value]
        return items if type(value) is list else {"k": "tuple", "v": items}


class Decoder:
    """Reads header data back, strictly: whatever is unexpected is a `WireError`.

    Args:
        body: the frame's bytes.
        tensor: called with each decoded tensor and its header data; what it returns takes the tensor's place.
        handle: called with the number of each handle; what it returns takes its place.
    """

    def __init__(
        self,
        body: bytes,
        tensor: Callable[[torch.Tensor, dict[str, Any]], Any] | None = None,
        handle: Callable[[int], Any] | None = None,
    ) -> None:
        self._body = body
        self._room = len(body)  # a byte of it belongs to one tensor only, or a small frame would fill the memory
        self._values = 0
        self._tensor = tensor
        self._handle = handle

    def decode(self, data: Any) -> Any:
        """The value that `data` describes.

        Raises:
            WireError: `data` is not what an `Encoder` makes.
        """
        with _strictly:
            return self._value(data, 0)

    def raw(self, spec: Any) -> torch.Tensor:
        """The tensor at ``[dtype, shape, offset, length]``, sizes checked against the body.

        Raises:
            WireError: `spec` is not what an `Encoder` makes, or tensors share bytes.
        """
        with _strictly:
            return made(self._piece(spec))

    def piece(self, spec: Any) -> Piece:
        """What `raw` makes its tensor of.

        Raises:
            WireError: as `raw` does.
        """
        with _strictly:
            return self._piece(spec)

    def _piece(self, spec: Any) -> Piece:
        self._count(PER_TENSOR)
        name, shape, offset, length = spec
        dtype = DTYPES[name]
        if any(type(size) is not int for size in shape) or not _possible(shape):
            raise WireError(f"impossible shape: {shape!r}"[:200])
        numel = _prod(shape)
        if type(length) is not int or length != numel * dtype.itemsize:
            raise WireError(f"{length} bytes cannot hold a {name} tensor of shape {shape}"[:200])
        if type(offset) is not int or not 0 <= offset <= len(self._body) - length:
            raise WireError("tensor bytes outside the frame")
        self._room -= length
        if self._room < 0:
            raise WireError("tensors of more bytes than the frame has")
        return dtype, shape, self._body[offset : offset + length]

    def _value(self, data: Any, depth: int) -> Any:
        if depth > MAX_DEPTH + 1:
            raise WireError("value nested too deeply")
        if type(data) is str and len(data) > MAX_STRING:
            raise WireError(f"a text of {len(data)} characters")
        if data is None or type(data) in (bool, int, str):
            return data
        if type(data) is list:
            return [self._value(item, depth + 1) for item in self._counted(data)]
        if type(data) is not dict:
            raise WireError(f"a bare {type(data).__name__} in the header")
        return self._tagged(data["k"], data["v"], data, depth)

    def _tagged(self, kind: str, value: Any, data: dict[str, Any], depth: int) -> Any:
        match kind:
            case "tensor":
                tensor = made(self._piece(value))
                return self._tensor(tensor, data) if self._tensor else tensor
            case "array":
                return made(self._piece(value)).numpy()
            case "float":
                return float(value) if value in ("nan", "inf", "-inf") else float.fromhex(value)
            case "int":
                return int(value[:1200], 16)
            case "complex":
                return complex(float(value[0]), float(value[1]))
            case "bytes":
                return bytes.fromhex(value)
            case "tuple":
                return tuple([self._value(item, depth + 1) for item in self._counted(value)])
            case "dict":
                pairs = self._counted(value, each=2)
                return _dict([(self._value(key, depth + 1), self._value(item, depth + 1)) for key, item in pairs])
            case "foreign":
                return Foreign(str(value[0])[:80], str(value[1])[:MAX_TEXT])
            case "handle" if self._handle and type(value) is int:
                return self._handle(value)
        raise WireError(f"unknown kind of value: {kind!r}"[:200])

    def _counted(self, items: Any, each: int = 1) -> list[Any]:
        if type(items) is not list:
            raise TypeError(f"a {type(items).__name__} of values")
        self._count(each * len(items))
        return items

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise WireError(f"more than {MAX_VALUES} values")


def piece(tensor: torch.Tensor) -> Piece:
    """What another process would have to send for the same tensor."""
    return tensors.dtype(tensor), list(tensors.shape(tensor)), tensors.to_bytes(tensor)


def made(piece: Piece) -> torch.Tensor:
    """The tensor of which this is the piece."""
    dtype, shape, data = piece
    return tensors.from_bytes(data, dtype, shape)


class _Strictly:
    """A context in which whatever is raised is a `WireError`: several are entered for each call of a student's."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, WireError):
            raise WireError(f"unreadable value: {type(error).__name__}: {error}"[:300]) from None


_strictly = _Strictly()


def _possible(shape: Sequence[int]) -> bool:
    """Whether a tensor may have this shape. The sizes of an empty one count too: its sum over one of them is large."""
    sizes = [size or 1 for size in shape]
    return len(sizes) <= MAX_DEPTH and min(sizes, default=1) > 0 and _prod(sizes) <= MAX_NUMEL


def _dict(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    if max(Counter(hash(key) for key, _ in pairs).values(), default=0) > _SAME_HASH:
        raise WireError("a dict with too many keys of the same hash")
    return dict(pairs)


def foreign(value: Any) -> dict[str, Any]:
    """Header data for a value that does not cross."""
    try:
        text = repr(value)[:400]
    except BaseException as error:  # a student's __repr__ may raise anything
        text = f"<repr() raised {type(error).__name__}>"
    return {"k": "foreign", "v": [_NAME(type(value)), text]}


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensors.dtype(tensor)).removeprefix("torch.")


def _encode_int(value: int) -> Any:
    if -_SAFE_INT < value < _SAFE_INT:
        return value
    if value.bit_length() < 4096:
        return {"k": "int", "v": hex(value)}
    return {"k": "foreign", "v": ["int", f"{value.bit_length()} bits"]}


_SCALARS: dict[type, Callable[[Any], Any]] = {
    int: _encode_int,
    float: lambda value: {"k": "float", "v": value.hex() if _isfinite(value) else repr(value)},
    complex: lambda value: {"k": "complex", "v": [repr(value.real), repr(value.imag)]},
    bytes: lambda value: {"k": "bytes", "v": value[: MAX_HEADER // 16].hex()},
}
