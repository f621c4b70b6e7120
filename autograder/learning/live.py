"""`check`: grades what a running notebook defines now, with the hidden graders, and shows the report inline.

The notebook's process only copies functions (`bundle`) and shows what comes back. The graders run in a process of
their own (`desk`), which stays, and the copies in a worker of that.
"""

from __future__ import annotations

import atexit
import functools
import inspect
import json
import subprocess
import sys
import tempfile
from types import FrameType
from typing import Any

from autograder.basics.python import command
from autograder.basics.text import SPELLED, plain
from autograder.learning import bundle

AGAIN = "Run the cell again. If it stays so, save the notebook and run `autograder check` in a terminal."
NOT_COPIED = (
    "`{name}` could not be copied for grading ({why}). Does it use something that cannot leave this notebook, such as "
    "an open file or a generator? Make that inside the function, or pass it in."
)


class Ended(Exception):
    """The graders' process is gone; the text says why, as far as it is known."""


class Unknown(Exception):
    """What is to be checked is no exercise; the text is for the student."""


def check(what: Any = None, lesson: str | None = None) -> None:
    """Grade an exercise of the running notebook with the hidden graders, and show the report below the cell.

    `what` is the exercise's function or value, or its name; without it all exercises are graded. `lesson` names the
    lesson, if it is not the one of which the notebook defines most. Variables, figures and random numbers of the
    notebook stay as they are. A function that does not come to its end is stopped.
    """
    place, namespace = _Place(), _caller(inspect.currentframe())
    try:
        place.say("Starting the graders …")
        desk = _desk()
        meant = _lesson(lesson, desk.lessons, namespace)
        exercises = desk.lessons[meant]
        names = {name: namespace[name] for name in exercises if name in namespace}
        only = None if what is None else _exercise(what, names, exercises)
        place.say(f"Checking {only or 'all exercises'} …")
        answer = desk.ask({"lesson": meant, **_request(only, what, names, namespace)})
    except Unknown as error:
        place.end(str(error))
    except Ended as error:
        _desk.cache_clear()
        place.end(f"check: the graders could not be run: {error}. {AGAIN}")
    except KeyboardInterrupt:
        _give_up()
        place.end("check: interrupted, so nothing was graded. Run the cell again when you like.")
    else:
        place.end(answer["text"], answer["html"])


def _caller(frame: FrameType | None) -> dict[str, Any]:
    """The globals of what called `check`: the notebook's names."""
    return frame.f_back.f_globals if frame and frame.f_back else {}


def _lesson(name: str | None, lessons: dict[str, list[str]], namespace: dict[str, Any]) -> str:
    """The lesson that is meant: the one named, or else that of which this notebook has the largest share."""
    if name in lessons:
        return str(name)
    if name is not None or not lessons:
        raise Unknown(f"check: there is no lesson {name!r}: the lessons are {', '.join(lessons)}.")
    return max(lessons, key=lambda one: sum(id in namespace for id in lessons[one]) / max(1, len(lessons[one])))


def _exercise(what: Any, names: dict[str, Any], exercises: list[str]) -> str:
    """The exercise that is meant: by its name, by its value, or by the name that a function has given itself."""
    own = getattr(what, "__name__", None)
    meant = what if isinstance(what, str) else next((name for name in names if names[name] is what), own)
    if meant in exercises:
        return str(meant)
    said = repr(what) if own is None else own
    raise Unknown(f"check: {said[:60]} is none of the exercises: {', '.join(exercises)}. For all of them, run check().")


def _request(only: str | None, what: Any, names: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """All exercises that there are, since an answer may use the ones before."""
    values = names if only is None or isinstance(what, str) else {**names, only: what}
    cells, absent = {}, {}
    for name, value in values.items():
        try:
            cells[name] = bundle.cell(name, value, namespace)
        except bundle.CannotCopy as error:
            absent[name] = NOT_COPIED.format(name=name, why=error)
    return {"only": only, "cells": cells, "absent": absent}


class Desk:
    """The graders' process, as the notebook sees it.

    Attributes:
        lessons: the ids of their exercises, in order.
    """

    def __init__(self) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the process
        self._process = subprocess.Popen(
            command("autograder.learning.desk"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            start_new_session=True,  # Jupyter interrupts the kernel's whole process group
        )
        self.lessons: dict[str, list[str]] = self._hear()["lessons"]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Have something graded: ``{"html": …, "text": …}``.

        Raises:
            Ended: the process is gone.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None
        return self._hear()

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._ended()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ended(self) -> Ended:
        self.close()
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        return Ended(lines[-1][:300] if lines else f"their process ended with {self._process.returncode}")


@functools.cache
def _desk() -> Desk:
    """This notebook's one desk, ended with it."""
    desk = Desk()
    atexit.register(desk.close)
    return desk


def _give_up() -> None:
    """Leave a desk that is busy; the next check gets a new one."""
    if _desk.cache_info().currsize:
        _desk().close()
    _desk.cache_clear()


class _Place:
    """The place below the cell: says what goes on, until the report stands there. Without IPython it is printed."""

    def __init__(self) -> None:
        ipython = sys.modules.get("IPython")
        self._shell = ipython.get_ipython() if ipython else None
        self._handle: Any = None

    def say(self, text: str) -> None:
        """What can be taken back again; so in a terminal nothing is said."""
        if hasattr(self._shell, "kernel"):
            self._show({"text/plain": text})

    def end(self, text: str, html: str | None = None) -> None:
        """What stays."""
        if self._shell is None:
            encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
            print(plain(text, keep="\n").encode(encoding, SPELLED).decode(encoding))  # noqa: T201
        else:
            self._show({"text/plain": text} | ({"text/html": html} if html else {}))

    def _show(self, data: dict[str, str]) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)
