"""A student's notebook, running: cells in order, then calls; a worker that dies is replaced and brought up again."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.basics.text import savable
from autograder.sandbox.launch import Died, Workers
from autograder.sandbox.limits import STOPPED, Limits, size
from autograder.sandbox.session import Killed, Reply, Session, Stopped

Output = dict[str, Any]
PICTURES = ("image/png", "image/jpeg")
TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")


class OutOfTime(Exception):
    """The hand-in has used up its time."""


@dataclass(frozen=True)
class Lent:
    """What a worker has in the place of the student's own: `source` defines it under these `names`."""

    names: tuple[str, ...]
    source: str


class Submission:
    """One hand-in's code cells and the worker that runs them. Use as a context manager, or `close` it."""

    def __init__(
        self,
        workers: Workers,
        cells: Sequence[str],
        limits: Limits,
        seed: int = 0,
        end: float | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """`end`: when the hand-in has to be done, on the clock `time.monotonic`; by default its whole time from now.

        Of these `names` the last functions count, also where a later cell has given the name to something else.
        """
        self._workers = workers
        self._cells = cells
        self._names = names
        self._limits = limits
        self.seed = seed  # of what the student's code draws from, set before each call
        self._end = time.monotonic() + limits.submission if end is None else end
        self._skipped: set[int] = set()  # cells that end the process, or cannot be stopped
        self._endless: set[int] = set()  # cells that had to be stopped
        self._lent: Lent | None = None
        self._session: Session | None = None
        self._last = False  # whether the worker that it has is not replaced any more
        self.killed = False  # by somebody else, so that its answers may be wrong for no fault of its own

    @property
    def late(self) -> bool:
        """Whether the hand-in has used up its time."""
        return time.monotonic() >= self._end

    def helped(self, lent: Lent) -> Submission:
        """The same notebook, to be run once more in a fresh worker where this is in place before the first cell.

        And after each: a cell that defines one of the names has no say. No other worker takes the place of this one:
        when it has died, so has the submission.
        """
        fresh = Submission(self._workers, self._cells, self._limits, self.seed, self._end, self._names)
        fresh._skipped, fresh._endless, fresh._lent = set(self._skipped), set(self._endless), lent
        return fresh

    def run(self) -> list[list[Output]]:
        """Run every cell in order, whatever the ones before did; their outputs in nbformat's form."""
        found, room = [], self._limits.shown
        for index in range(len(self._cells)):
            outputs = self._run_cell(index)
            room -= sum(map(_size, outputs))
            found.append(outputs if room >= 0 else [_failure("Limit", f"showed more than {size(self._limits.shown)}")])
        return found

    def call(self, header: dict[str, Any], body: bytes) -> Reply:
        """Call into the notebook as it stands after its last cell.

        Raises:
            Stopped: the call took longer than the limit.
            Died: the worker ended, or what it sent is no answer.
            OutOfTime: the whole submission has used up its time.
        """
        try:
            return self._ask(self._running(), self._limits.call, {**header, "seed": self.seed}, body)
        except Killed:
            self.killed = True
            raise

    def settle(self) -> None:
        """Let the worker end, if it has to, of what it was left with, so that this is not told of what comes next.

        It is looked at, and asked something that means nothing.
        """
        with contextlib.suppress(Stopped, Died, OutOfTime):
            self._running().look()
            self.call({"op": "get", "name": ""}, b"")

    def close(self) -> None:
        """End the worker, for good."""
        self._last = True
        if self._session is not None:
            self._session.close()

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run_cell(self, index: int, *, pictures: bool = True) -> list[Output]:
        """One cell's outputs. A cell that cannot be stopped, or that ends its process, is not run again."""
        try:
            request = {"op": "run", "source": self._cells[index], "pictures": pictures, "names": self._names}
            most = self._limits.grace if index in self._endless else self._limits.cell
            session = self._running(index)
            reply, _ = self._ask(session, most, request)
            session.look()
        except Stopped as stop:
            (self._endless if stop.alive else self._skipped).add(index)
            return [_failure("Stopped", str(stop))]
        except Died as death:
            self.killed |= isinstance(death, Killed)
            self._skipped.add(index)
            return [_failure(type(death).__name__, str(death))]
        except OutOfTime as late:
            return [_failure("OutOfTime", str(late))]
        return read_outputs(reply.get("outputs"), self._limits)

    def _running(self, first: int | None = None) -> Session:
        """The worker, brought up to cell `first` (or to the end of the notebook) if it is a new one."""
        while self._session is None or not self._session.alive:  # the cells may have ended it again
            if self._last:
                raise Died("its process has ended and is not replaced")
            self._left()
            self._session = Session(self._workers, self._limits)
            if self._lent is not None:
                self._last = True
                about = {"names": self._lent.names, "source": self._lent.source}
                self._ask(self._session, self._limits.call, {"op": "define", **about})
            for index in range(len(self._cells) if first is None else first):
                if index not in self._skipped:
                    self._run_cell(index, pictures=False)
        return self._session

    def _ask(self, session: Session, most: float, header: dict[str, Any], body: bytes = b"") -> Reply:
        """Ask the worker, within the time that is left."""
        left = self._left()
        try:
            return session.ask(min(most, left), header, body)
        except Stopped:
            if left < most:
                raise self._too_late() from None
            raise

    def _left(self) -> float:
        """The seconds that are left, more than none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self._too_late()
        return left

    def _too_late(self) -> OutOfTime:
        return OutOfTime(f"the whole notebook was {STOPPED} {self._limits.submission:g} s")


def errors(outputs: Iterable[Output]) -> list[Output]:
    """Those of a cell's outputs that say what it raised, or why it had to end."""
    return [output for output in outputs if output["output_type"] == "error"]


def read_outputs(data: Any, limits: Limits) -> list[Output]:
    """What a worker says a cell has put out, checked: known kinds, plain texts, pictures that are base64."""
    if not isinstance(data, list):
        return []
    outputs = [_output(item, limits) for item in data[: limits.outputs] if isinstance(item, dict)]
    return [output for output in outputs if output is not None]


def _output(item: dict[str, Any], limits: Limits) -> Output | None:
    kind = item.get("output_type")
    if kind == "stream" and item.get("name") in ("stdout", "stderr"):
        return {"output_type": kind, "name": item["name"], "text": _text(item.get("text"), 2 * limits.text)}
    if kind in ("display_data", "execute_result"):
        data = _data(item.get("data"), limits)
        more = {"execution_count": None} if kind == "execute_result" else {}
        return {"output_type": kind, "data": data, "metadata": {}, **more} if data else None
    if kind == "error":
        trace = item.get("traceback")
        lines = [_text(line) for line in trace[:20]] if isinstance(trace, list) else []
        return _failure(_text(item.get("ename"), 100), _text(item.get("evalue")), lines)
    return None


def _data(data: Any, limits: Limits) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    texts = {kind: data[kind] for kind in TEXTS if isinstance(data.get(kind), str)}
    pictures = {kind: data[kind] for kind in PICTURES if isinstance(data.get(kind), str)}
    kept = texts | {kind: text for kind, text in pictures.items() if re.fullmatch(r"[A-Za-z0-9+/=\s]*", text)}
    return {kind: _text(text, limits.picture) for kind, text in kept.items() if len(text) <= limits.picture}


def _size(output: Output) -> int:
    texts = [output.get("text", ""), *output.get("data", {}).values(), *output.get("traceback", [])]
    return sum(map(len, texts))


def _text(value: Any, most: int = 2000) -> str:
    """A text as it can be saved, without halves of character pairs; nothing if it is no text."""
    return savable(value[:most]) if isinstance(value, str) else ""


def _failure(name: str, message: str, lines: list[str] | None = None) -> Output:
    lines = lines or [f"{name}: {message}"]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
