"""The student's own cells as a cause: one that stopped before it set a name, or that gave a name away."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from textwrap import shorten

from autograder.graders.catalogue import Entry
from autograder.graders.student import StudentError
from autograder.handin.calls import binds, parse
from autograder.sandbox.submission import Output, errors

PLACE = re.compile(r"  line (\d+) of the cell(?:, in <module>)?\n    (.+)")  # as `sandbox.shell` writes it
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
CALLED = re.compile(r"(?<![.\w])([^\W\d]\w*)\(")
QUOTED = 60  # characters of a line of code


class Cells:
    """The code cells of one hand-in, and what came of each."""

    def __init__(self, ran: Sequence[tuple[str, list[Output]]]) -> None:
        """`ran`: the source of each cell, and what it put out, in order."""
        self._ran = ran
        self._sources = [source for source, _ in ran]

    def cause(self, error: StudentError) -> Entry | None:
        """The cell that is to blame for an exception in a function, if one is."""
        if unset := UNDEFINED.search(error.message):
            return self._stopped(unset[1])
        if "' object is not callable" in error.message:
            line = error.trace.rstrip().splitlines()[-2:][0]
            return next((cause for name in CALLED.findall(line) if (cause := self._given_away(name, error))), None)
        return None

    def _stopped(self, name: str) -> Entry | None:
        """A cell that would have set a name, and stopped before."""
        places = [end for source, outputs in self._ran if (end := early_end(outputs)) and name in binds(source)]
        if not places:
            return None
        return Entry(
            "set-in-a-cell-that-stops",
            f"`{name}` would be set in your cell that {places[-1]}",
            (
                "Restart the kernel and run all cells: the first one with an error is the one to mend.",
                f"What does that cell need, and what has it not done yet where it stops? `{name}` is set behind that.",
                "A cell that stops leaves undone whatever stands below the line with the error.",
            ),
        )

    def _given_away(self, name: str, error: StudentError) -> Entry | None:
        """A cell that has given the name of a function to something else."""
        functions = {function for source in self._sources for function in _functions(source)} | vars(builtins).keys()
        lines = [line for source in self._sources for line in _assignments(source, name)]
        if name not in functions or not lines:
            return None
        kind = error.message.split("'")[1]  # of "'Tensor' object is not callable"
        return Entry(
            "name-given-away",
            f"After your line `{shorten(lines[-1], QUOTED, placeholder=' …')}` the name `{name}` is no function any "
            f"more: it means a {kind.lower()}.",
            (
                f"Print type({name}) before that line and after it.",
                "Which name could the result have instead?",
                "A name means one thing at a time: the last that it was given.",
            ),
        )


def _functions(source: str) -> Iterator[str]:
    yield from (node.name for node in parse(source) or () if isinstance(node, ast.FunctionDef))


def _assignments(source: str, name: str) -> Iterator[str]:
    """The lines at the top of a cell that give this name a new value."""
    for node in parse(source) or ():
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            yield source.splitlines()[node.lineno - 1].strip()


def early_end(outputs: Sequence[Output]) -> str | None:
    """What kept a cell from getting to its end, with its line, unless it is the stub's own exception."""
    raised = errors(outputs)
    if not raised or raised[0]["ename"] == "NotImplementedError":
        return None
    name, message, trace = (raised[0][part] for part in ("ename", "evalue", "traceback"))
    if len(trace) == 1:  # it raised nothing: a limit was reached, or its process died
        return f"does not get to its end ({message})"
    places = [place for entry in trace if (place := PLACE.fullmatch(entry))]
    return f"stops {_at(*places[-1].groups()) if places else ''}with {name}: {message}"


def _at(line: str, code: str) -> str:
    quoted = "" if "`" in code else f" `{shorten(code, QUOTED, placeholder=' …')}`,"
    return f"at line {line},{quoted} "
