"""The IPython shell that runs a notebook's cells and keeps what they print, show and raise.

Runs in the worker. Everything kept is capped; the trusted side checks it once more.
"""

from __future__ import annotations

import asyncio
import base64
import builtins
import io
import linecache
import re
import sys
import traceback
from types import FrameType, ModuleType, TracebackType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from autograder.sandbox import jupyter, programs
from autograder.sandbox.limits import Limits, exceeded
from autograder.sandbox.spelling import suggestion

Output = dict[str, Any]
CELL_FILE = "<ipython-input-"
SHOWN = 10_000  # characters of a cell
FILES = {"stdout": 1, "stderr": 2}
WAITING = re.compile(r"\b(?:await|async)\b")  # what stands in every cell that waits for something
# Taken now, because a notebook may write to any name of a library (see `tensors`).
_extract_tb, _walk_tb, _b64encode = traceback.extract_tb, traceback.walk_tb, base64.b64encode
_getlines = linecache.getlines


class Outputs:
    """The outputs of one cell in nbformat's form, in order, none larger than the limits."""

    def __init__(self, limits: Limits) -> None:
        self.items: list[Output] = []
        self._limits = limits
        self._room = limits.text

    def text(self, stream: str, text: str) -> None:
        """Add what was printed; past the limit one line says so and the rest is dropped."""
        if self._room <= 0:
            return
        if len(text) > self._room:
            text = text[: self._room] + f"\n… output cut after {self._limits.text} characters\n"
        self._room -= len(text)
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == stream:
            last["text"] += text
        else:
            self._add({"output_type": "stream", "name": stream, "text": text})

    def data(self, output_type: str, data: dict[str, Any], **more: Any) -> None:
        """Add a result or a picture; what is too large is left out."""
        kept = {kind: _text(value) for kind, value in data.items()}
        kept = {kind: value for kind, value in kept.items() if len(value) <= self._limits.picture}
        self._add({"output_type": output_type, "data": kept, "metadata": {}, **more})

    def error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Add an exception, its traceback cut to the student's own frames."""
        limit = exceeded(error, self._limits)
        name, text = ("Limit", [limit, limit]) if limit else (kind.__name__, explain(error, trace))
        self._add({"output_type": "error", "ename": name, "evalue": text.pop(), "traceback": text})

    def _add(self, output: Output) -> None:
        if len(self.items) < self._limits.outputs:
            self.items.append(output)


def explain(error: BaseException, trace: TracebackType | None) -> list[str]:
    """The traceback's lines in the student's cells, the exception line, and last the bare message."""
    error = _as_python_says(error)
    message = _message(error, trace)
    lines = ["Traceback (your code only):"]
    own = [frame for frame in _extract_tb(trace)[-50:] if frame.filename.startswith(CELL_FILE)]
    for frame in own:  # an answer may call what stands in another cell
        place = "the cell" if frame.filename == own[0].filename else "another cell"
        lines.append(f"  line {frame.lineno} of {place}, in {frame.name}\n    {frame.line}")
    if isinstance(error, SyntaxError):
        lines.append(f"  line {error.lineno} of the cell\n    {(error.text or '').strip()}")
    return [*lines[-6:], f"{type(error).__name__}: {message}", message]


def _as_python_says(error: BaseException) -> BaseException:
    """Of a bracket that is never closed IPython says "incomplete input", and Python which one it is."""
    if isinstance(error, SyntaxError) and error.msg == "incomplete input":
        try:
            compile("".join(_getlines(str(error.filename))), str(error.filename), "exec")
        except SyntaxError as plain:
            return plain
        except Exception:  # of what is no Python either way
            return error
    return error


def raised_in(trace: TracebackType | None) -> str | None:
    """The student's function that an exception comes from."""
    own = [frame.name for frame in _extract_tb(trace) if frame.filename.startswith(CELL_FILE)]
    return own[-1] if own else None


def cell_of(trace: TracebackType | None) -> str:
    """The source of the student's cell that an exception comes from."""
    own = [frame.filename for frame in _extract_tb(trace) if frame.filename.startswith(CELL_FILE)]
    return "".join(_getlines(own[-1]))[:SHOWN] if own else ""


def origin(trace: TracebackType | None) -> str:
    """The library whose code raised an exception; empty if it was a line of the student's."""
    frame = _last(trace)
    if frame is None or frame.f_code.co_filename.startswith(CELL_FILE):
        return ""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _last(trace: TracebackType | None) -> FrameType | None:
    """Where an exception was raised."""
    frames = [frame for frame, _ in _walk_tb(trace)]
    return frames[-1] if frames else None


def _message(error: BaseException, trace: TracebackType | None) -> str:
    try:
        message = (error.msg if isinstance(error, SyntaxError) else str(error))[:2000]
    except BaseException as fault:  # a student's __str__ may raise anything
        return f"<str() raised {type(fault).__name__}>"
    meant = _meant(error, trace)
    return f"{message}. Did you mean: '{meant}'?" if meant else message


def _meant(error: BaseException, trace: TracebackType | None) -> str | None:
    try:
        return suggestion(error, _last(trace))
    except BaseException:  # … and so may a __dir__
        return None


def _text(value: Any) -> str:
    return _b64encode(value).decode() if isinstance(value, bytes) else str(value)


class _Stream(io.TextIOBase):
    """Stands in for sys.stdout and sys.stderr while a cell runs."""

    encoding = "utf-8"

    def __init__(self, shell: Shell, name: str) -> None:
        self._shell = shell
        self._name = name

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return FILES[self._name]

    def write(self, text: str) -> int:
        self._shell.outputs.text(self._name, str(text))
        return len(text)


class _Publisher(DisplayPublisher):
    shell: Shell

    def publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:  # type: ignore[override]
        self.shell.outputs.data("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.items.clear()


class _DisplayHook(DisplayHook):
    shell: Shell

    def __call__(self, result: Any = None) -> None:
        if result is not None:
            data, _ = self.compute_format_data(result)
            self.update_user_ns(result)
            self.shell.outputs.data("execute_result", data, execution_count=None)


def _copied(module: ModuleType) -> ModuleType:
    """The built-in names as a notebook's own, to be replaced as it likes: those that libraries use are others."""
    copy = ModuleType(module.__name__, module.__doc__)
    vars(copy).update(vars(module))
    return copy


class Shell(InteractiveShell):
    """An IPython shell without a terminal or a kernel; magics work, figures are shown inline."""

    outputs: Outputs
    loop: asyncio.AbstractEventLoop | None = None  # that cells run in, as they do in a kernel's
    display_formatter: DisplayFormatter

    @classmethod
    def start(cls, limits: Limits) -> Shell:
        """The process's only shell, with matplotlib's inline backend on."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        shell: Shell = cls.instance(config=config, displayhook_class=_DisplayHook, display_pub_class=_Publisher)
        shell.outputs = Outputs(limits)
        shell.run_line_magic("matplotlib", "inline")
        jupyter.settle(shell)
        shell.user_ns["__builtins__"] = sys.modules["builtins"] = _copied(builtins)
        return shell

    def run(self, source: str, limits: Limits, *, pictures: bool = True) -> list[Output]:
        """Run one cell and return its outputs; without `pictures`, figures are closed instead of drawn."""
        self.outputs = Outputs(limits)
        self.display_formatter.formatters["image/png"].enabled = pictures
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream(self, "stdout"), _Stream(self, "stderr")
        try:
            if self.loop is None:
                self.run_cell(source, store_history=True)
            else:
                self.loop.run_until_complete(self._run_in_loop(source))
        finally:
            sys.stdout, sys.stderr = streams
        return self.outputs.items

    async def _run_in_loop(self, source: str) -> None:
        """Run a cell as a kernel does: what it waits for, and what goes on meanwhile, share one event loop."""
        known: dict[str, Any] = {}
        if WAITING.search(source):  # or there is no need to make Python of it twice
            try:
                known = {"transformed_cell": self.transform_cell(source), "preprocessing_exc_tuple": None}
            except Exception:
                known = {"transformed_cell": source, "preprocessing_exc_tuple": sys.exc_info()}
        if not (known and self.should_run_async(source, **known)):
            self.run_cell(source, store_history=True)
            return
        result = None
        try:
            result = await self.run_cell_async(source, store_history=True, **known)
        finally:
            self.events.trigger("post_execute")
            self.events.trigger("post_run_cell", result)

    def system(self, cmd: str) -> None:
        """`!command` is run if that can be done here, or passed over."""
        sys.stdout.write(self._said(cmd))

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """The same for `lines = !command`."""
        said = self._said(cmd, depth + 1)
        return SList(said.splitlines()) if split else said

    def _said(self, cmd: str, depth: int = 0) -> str:
        plain = self.var_expand(cmd, depth=depth + 2)
        said, self.user_ns["_exit_code"] = programs.run(plain, f"!{cmd}")
        return said

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """A magic that is not here is passed over, and so is an extension: it may be one of the place it comes from."""
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except ModuleNotFoundError:
            if magic_name not in ("load_ext", "reload_ext"):
                raise
        except UsageError:
            if self.find_line_magic(magic_name) is not None:
                raise
        return jupyter.pass_over(f"%{magic_name} {line}")

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """`%matplotlib`: pictures are shown inline, whatever is asked for."""
        if gui not in (None, "inline"):
            jupyter.pass_over(f"%matplotlib {gui}")
        return super().enable_matplotlib("inline")

    def enable_gui(self, gui: Any = None) -> None:
        """`%matplotlib` asks for an event loop; there is none to enable."""

    def ask_exit(self) -> None:
        """`exit()` in a cell ends nothing."""

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:
        kind, error, trace = self._get_exc_info(exc_tuple)
        self.outputs.error(kind, error, trace)

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        self.showtraceback()

    def showindentationerror(self) -> None:
        self.showtraceback()
