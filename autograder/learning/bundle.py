"""What a live notebook defines, as cells that define it again in a worker.

cloudpickle copies a function together with the globals that it uses, as they are now. Only a worker unpickles that;
to the grader it is a text.
"""

from __future__ import annotations

import base64
import io
import linecache
from collections import ChainMap
from types import CodeType
from typing import Any

import cloudpickle

LOADER = """
def _load(data, texts):
    import base64, io, linecache, pickle
    class Unpickler(pickle.Unpickler):
        def persistent_load(self, _):
            return globals()  # where the functions look their helpers up
    for name, text in texts.items():
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    globals().update(Unpickler(io.BytesIO(base64.b64decode(data))).load())
_load({data!r}, {texts!r})
del _load
"""
MOST = 4 << 20  # bytes; a worker takes no larger cell


class CannotCopy(Exception):
    """Something cannot be taken to another process; the text says why."""


def cell(name: str, value: Any, namespace: dict[str, Any]) -> str:
    """Source of a cell that defines `name` as `value` is now, with what it uses of the namespace.

    Raises:
        CannotCopy: some of it cannot be copied, or is too large.
    """
    file = io.BytesIO()
    pickler = _Pickler(file, namespace)
    try:
        pickler.dump({name: value})
    except Exception as error:  # every object may refuse in its own way
        raise CannotCopy(f"{type(error).__name__}: {error}"[:300]) from None
    if file.tell() > MOST:
        raise CannotCopy(f"it uses more than {MOST >> 20} MiB of data")
    return LOADER.format(data=base64.b64encode(file.getvalue()).decode(), texts=pickler.texts())


class _Pickler(cloudpickle.Pickler):
    """Keeps one namespace for all functions, and names their cells as the worker names its own."""

    def __init__(self, file: io.BytesIO, namespace: dict[str, Any]) -> None:
        self.dispatch_table = ChainMap({CodeType: self._code}, cloudpickle.Pickler.dispatch_table)
        super().__init__(file)
        self._files: dict[str, str] = {}
        self._globals: dict[str, Any] = {}
        self.globals_ref[id(namespace)] = self._globals

    def persistent_id(self, obj: Any) -> str | None:
        return "namespace" if obj is self._globals else None

    def texts(self) -> dict[str, str]:
        """The cells that the copied code stands in, by the names that the copies give them."""
        return {new: _text(old) for old, new in self._files.items()}

    def _code(self, code: CodeType) -> Any:
        name = self._files.setdefault(code.co_filename, f"<ipython-input-{len(self._files)}-live>")
        return cloudpickle.Pickler.dispatch_table[CodeType](code.replace(co_filename=name))


def _text(filename: str) -> str:
    return "".join(linecache.getlines(filename))
