"""Runs one grader file through pytest and makes a Criterion of every test: name and hint from its docstring."""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
import torch
from _pytest.config import _prepareconfig

from autograder.basics import memory
from autograder.basics.advice import Advice
from autograder.graders.draw import Draw
from autograder.graders.expect import Failed
from autograder.graders.show import show
from autograder.graders.student import Axes, Call, Student, StudentError, Unanswered
from autograder.grading.fixtures import Fixtures
from autograder.lesson.manifest import Lesson, UnfitGraders
from autograder.lesson.modules import load
from autograder.lesson.reference import Reference
from autograder.lesson.report import ANSWER, UNANSWERED, Criterion, Losses, Verdict
from autograder.sandbox.launch import Died
from autograder.sandbox.session import Exceeded, Stopped
from autograder.sandbox.submission import OutOfTime
from autograder.sandbox.wire import WireError

log = logging.getLogger(__name__)
GRADERS = "graders"  # the folder of a lesson that they are in
STOPS = 2
ENDLESS = "Does every loop of yours come to an end? Follow the variable that should stop it."
TOO_MUCH = "Whatever you keep or write, keep less of it: a few numbers are enough for this exercise."
LEFT = "Does something in your code end Python itself, or change how it answers? A function should return."
OUR_FAULT = "This is a fault in the grader, not in your work. Your instructor has been told; nothing to do for you."
OPTIONS = (
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:faulthandler",
    "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:logging", "-p", "no:junitxml",
    "-p", "no:doctest", "-p", "no:pastebin", "-p", "no:debugging", "-p", "no:setuponly", "-p", "no:stepwise",
    "--capture=no", "--assert=plain", "--noconftest",
)  # fmt: skip


@dataclass
class Verdicts:
    """What one run of an exercise's grader found.

    Attributes:
        traces: by the test's name, the calls that each criterion made.
        pictures: what makes PNG images: the student's, then the lesson's.
        curves: losses after each epoch: the student's, and the lesson's.
        earlier: whether the name of the exercise means something else after the last cell.
    """

    criteria: list[Criterion] = field(default_factory=list)
    traces: dict[str, list[Call]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    pictures: list[Callable[[], bytes]] = field(default_factory=list)
    curves: list[Losses] = field(default_factory=list)
    earlier: bool = False
    unanswered: int = 0
    stops: int = 0

    @property
    def score(self) -> float:
        return sum(criterion.score for criterion in self.criteria)

    @property
    def full(self) -> bool:
        """Whether every criterion passed."""
        return all(criterion.status is Verdict.PASSED for criterion in self.criteria)

    @property
    def attempted(self) -> bool:
        """Whether at least one criterion met an answer."""
        return self.unanswered < len(self.criteria)


def judge(lesson: Lesson, exercise: str, student: Student, digest: str = "") -> Verdicts:
    """Run the exercise's hidden grader against a student, some of its inputs drawn from the hand-in's digest.

    Raises:
        LookupError: there is no grader for the exercise, or it collects no criterion.
    """
    return _graders(lesson.folder).run(exercise, student, lesson.reference, digest)


def demand(lesson: Lesson) -> None:
    """Refuse to grade where criteria do not add up to their exercise's points: nbgrader would refuse some hand-ins.

    Raises:
        UnfitGraders: the points of a grader or of the notebook were changed, and not those of the other.
    """
    worths = [(task, _graders(lesson.folder).worth.get(task.id, 0.0)) for task in lesson.tasks]
    wrong = [(task, worth) for task, worth in worths if not math.isclose(worth, task.points)]
    if wrong:
        facts = "; ".join(
            f"{task.id} has criteria worth {worth:g} points, and a cell in the notebook worth {task.points:g}"
            for task, worth in wrong
        )
        raise UnfitGraders(
            f"{facts}: change the marks in lessons/{lesson.assignment}/{GRADERS}/test_{wrong[0][0].id}.py or the "
            f"points in solutions/{lesson.assignment}.py, and run `autograder release`"
        )


def uses(lesson: Lesson, exercise: str) -> tuple[str, ...]:
    """The earlier exercises whose functions an answer may call: `USES` in its grader file."""
    names: tuple[str, ...] = getattr(load(lesson.folder, f"{GRADERS}.test_{exercise}"), "USES", ())
    return names


def tests(lesson: Lesson, exercise: str) -> dict[str, str]:
    """The tests' names, by the names of the criteria as students read them."""
    return {describe(item)[0]: item.name for item in _graders(lesson.folder).items(exercise)}


@functools.cache
def _graders(folder: Path) -> _Graders:
    return _Graders(folder)


@contextlib.contextmanager
def _untold() -> Iterator[None]:
    """Neither the environment's variables nor a plugin that happens to be installed say how graders are run."""
    told = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(told)


class _File(pytest.Module):
    """One grader file, which is a module of its lesson."""

    folder: Path

    def _getobj(self) -> ModuleType:
        return load(self.folder, f"{GRADERS}.{self.path.stem}")


class _Graders:
    """The hidden graders of one lesson, collected once: pytest finds them, sets up their fixtures and tears them down.

    `pytest.main` would start pytest anew for every exercise of every hand-in. So the session is held open, as
    pytest-xdist holds it in its workers. And pytest's reports, a chain of hooks for each of a test's three phases,
    would take longer than the tests: what becomes of a test is noted here, and nothing reads a report.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fixtures = Fixtures()
        session = self._collected()
        self._state = session._setupstate
        self._items: dict[str, list[pytest.Function]] = {}
        for item in session.items:
            if isinstance(item, pytest.Function):
                self._items.setdefault(item.path.stem.removeprefix("test_"), []).append(item)
        self.worth = {exercise: sum(map(worth, items)) for exercise, items in self._items.items()}

    def _collected(self) -> pytest.Session:
        """The graders, by a path in which no `[` or `::` can stand, and whatever the environment tells pytest."""
        with contextlib.chdir(self._folder), _untold():
            config = _prepareconfig([*OPTIONS, "-c", os.devnull, "--rootdir", "/", GRADERS], [self, self._fixtures])
            config._do_configure()
            session = pytest.Session.from_config(config)
            config.hook.pytest_sessionstart(session=session)
            config.hook.pytest_collection(session=session)
        return session

    def items(self, exercise: str) -> list[pytest.Function]:
        """One exercise's tests, in order."""
        return self._items.get(exercise, [])

    def run(self, exercise: str, student: Student, reference: Reference, digest: str) -> Verdicts:
        """Run one exercise's tests, in order."""
        items = self.items(exercise)
        if not items:
            place = self._folder / GRADERS / f"test_{exercise}.py"
            raise LookupError(f"no criteria for exercise {exercise!r}: is there a {place}?")
        elsewhere = next((others[0] for name, others in self._items.items() if name != exercise), None)
        found, given = Verdicts(), self._fixtures
        given.now, given.against, given.notes, given.drawings = student, reference, found.notes, found.pictures
        given.losses, given.lots = found.curves, Draw(f"{exercise} {digest}")
        for item, following in zip(items, [*items[1:], elsewhere], strict=True):
            failure = self._failure(item, student, found.stops)
            found.unanswered += isinstance(failure, Unanswered)
            found.stops += isinstance(failure, Stopped)
            found.criteria.append(criterion(item, failure, student.calls, reference))
            found.traces[item.name] = student.calls
            self._state.teardown_exact(following)
            item._initrequest()  # what it was given ends with the hand-in
        _forget(items[0].module)
        del given.now, given.notes, given.drawings, given.losses
        return found

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marker known."""
        config.addinivalue_line("markers", "points(n): what the criterion is worth")

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module:
        """Import the file as a module of the lesson, so that it may import what lies beside it."""
        file: _File = _File.from_parent(parent, path=module_path)
        file.folder = self._folder
        return file

    def _failure(self, item: pytest.Function, student: Student, stops: int) -> BaseException | None:
        """Run one criterion, and return what it or its set-up has raised: no criterion may vanish from the sum."""
        student.forget()
        item._initrequest()
        given = self._fixtures  # pytest need not set these up
        item.funcargs.update(student=student, reference=given.against, draw=given.lots)
        try:
            self._state.setup(item)
            if stops >= STOPS:
                raise OutOfTime(f"not run: {STOPS} calls before this one had to be stopped")
            item.obj(**{name: item.funcargs[name] for name in item._fixtureinfo.argnames})
        except (Exception, pytest.skip.Exception, pytest.fail.Exception) as failure:
            return failure
        return None


def _forget(grader: ModuleType) -> None:
    """What a grader remembers of one student, in its caches of one entry, ends with that one."""
    for found in vars(grader).values():
        if hasattr(found, "cache_parameters") and found.cache_parameters()["maxsize"] == 1:
            found.cache_clear()


def criterion(
    item: pytest.Function,
    failure: BaseException | None,
    calls: list[Call],
    reference: Reference,
) -> Criterion:
    """The verdict on one test, given what it raised and the calls that it made."""
    name, hint = describe(item)
    points = worth(item)
    if failure is None:
        return Criterion(name, Verdict.PASSED, points, points)
    lost = functools.partial(Criterion, name, score=0.0, max_score=points)
    input = None
    with Advice("the input of a criterion"):
        input = _input(calls[-1], reference) if calls else None
    match failure:
        case Failed():
            return lost(
                Verdict.FAILED, input=failure.input or input, actual=failure.actual, expected=failure.expected,
                hint=failure.hint or hint, diagnosis=failure.diagnosis,
            )  # fmt: skip
        case StudentError():
            trace = "\n".join(failure.trace.splitlines()[1:]) or str(failure)
            expected, hint = ("no exception", hint) if failure.type else (ANSWER, TOO_MUCH)
            return lost(Verdict.FAILED, input=input, actual=trace, expected=expected, hint=hint)
        case Unanswered():
            return lost(Verdict.FAILED, actual=UNANSWERED, hint=hint)
        case Stopped():
            return lost(Verdict.FAILED, input=input, actual=str(failure), expected=ANSWER, hint=ENDLESS)
        case Exceeded():
            return lost(Verdict.FAILED, input=input, actual=str(failure), expected=ANSWER, hint=TOO_MUCH)
        case OutOfTime():
            return lost(Verdict.NOT_RUN, actual=str(failure))
        case Died() | WireError():
            return lost(Verdict.ERROR, input=input, actual=f"no answer: {failure}", expected=ANSWER, hint=LEFT)
    if memory.reached(failure):
        return lost(Verdict.FAILED, input=input, actual="more than there is room for", expected=ANSWER, hint=TOO_MUCH)
    log.error("the grader of %r failed", name, exc_info=failure)
    return lost(Verdict.ERROR, hint=OUR_FAULT)


def describe(item: pytest.Function) -> tuple[str, str]:
    """A criterion's name and hint: the first line of the test's docstring, and the rest of it."""
    name, _, hint = inspect.cleandoc(item.obj.__doc__ or item.name).partition("\n")
    values = item.callspec.params if hasattr(item, "callspec") else {}
    return name.format(**values) if values else name, " ".join(hint.split())


def worth(item: pytest.Function) -> float:
    """The points of a criterion."""
    marker = item.get_closest_marker("points")
    return float(marker.args[0]) if marker else 0.0


def _input(call: Call, reference: Reference) -> str | None:
    """A call's arguments under the names that the lesson gives them."""
    if not call.args:
        return None
    names = inspect.signature(getattr(reference, call.name)).parameters
    pairs = zip(names, call.args, strict=False)
    shown = [f"{key} = {show(value)}" for key, value in pairs if not isinstance(value, Axes)]
    double = any(isinstance(value, torch.Tensor) and value.dtype is torch.float64 for value in call.args)
    return ", ".join(shown) + (", of dtype float64" if double else "")
