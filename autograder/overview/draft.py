"""A ready entry for the catalogue of misconceptions: only its words are left to be written.

Where a group's answer can be compared with others, the entry is that answer, and recognises whoever behaves like it.
Such an entry runs in the grader's own process, so one is made only of code that the lesson itself might hold: what
could reach a file, a program or Python's insides is no part of it. Otherwise it names the criteria, and is told to
whoever loses them.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from textwrap import indent

from autograder.basics.text import brief, plain
from autograder.handin.calls import reached
from autograder.lesson.manifest import Lesson
from autograder.lesson.reference import binds
from autograder.lesson.report import DRAWN, Criterion
from autograder.overview.answers import HIDDEN, bare
from autograder.overview.losses import Cause

FACT = 70  # characters of what a student reads in an entry
WORDS = (
    "SAY HERE what seems to be the matter, in one sentence.",
    "SAY HERE an input for which it shows.",
    "SAY HERE a question that leads there.",
    "SAY HERE the idea behind it, without the answer.",
)
BUILTINS = {
    "abs", "all", "any", "bool", "enumerate", "float", "int", "isinstance", "len", "list", "max", "min", "range",
    "reversed", "round", "sorted", "sum", "tuple", "zip",
}  # fmt: skip
LEFT_OUT = (
    ast.Import, ast.ImportFrom, ast.ClassDef, ast.Global, ast.Nonlocal, ast.While, ast.Await, ast.Yield, ast.YieldFrom,
    ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith,
)  # fmt: skip
TOLD = """\
# Told to all who lose these criteria, if no other entry fits: say by `traces` who of them is meant.
return True"""
HELD = """\
held = {}
values = [call.value for calls in traces.values() for call in calls]
return any(isinstance(value, dict) and held.items() <= value.items() for value in values)"""
Tests = Callable[[str], Mapping[str, str]]


def place(lesson: Lesson, exercise: str) -> str:
    """The file that an exercise's entries go into, seen from the course if the lesson is its own."""
    path = _file(lesson, exercise)
    return str(path.relative_to(lesson.root) if path.is_relative_to(lesson.root) else path)


def draft(lesson: Lesson, cause: Cause, name: str, answers: Sequence[str], tests: Tests) -> str:
    """The entry of a group by this name: a wrong answer, the first that can be one; or a sign.

    `answers` are all that the group gave, as `answers.bare` text; `tests` gives an exercise's tests by criterion.
    """
    nodes = [ast.parse(answer).body[0] for answer in answers]
    if _comparable(lesson, cause.exercise):
        known = _vocabulary(lesson)
        functions = (node for node in nodes if isinstance(node, ast.FunctionDef))
        if found := next(filter(None, (_wrong(lesson, node, name, cause, known) for node in functions)), None):
            return found
    held = _held(lesson, cause.exercise, nodes)
    return _sign(cause, name, tests(cause.exercise), HELD.format(held) if held else TOLD)


def unused(lesson: Lesson, exercise: str, names: Collection[str]) -> str:
    """A name for an entry that neither the catalogue has nor one of these."""
    taken = {*names, *re.findall(r"^def (\w+)", _module(lesson, exercise), re.MULTILINE)}
    return next(name for number in count(1) if (name := f"new_{exercise}_{number}") not in taken)


def _sign(cause: Cause, name: str, tests: Mapping[str, str], body: str) -> str:
    """An entry that is told for these criteria; texts of JSON are texts of Python, too."""
    lost = [json.dumps(tests[one.name]) for one in cause.criteria if one.name in tests]
    head = (f"@sign({', '.join([*lost, 'last=True'])})", f"def {name}(traces):")
    parts = (
        "from autograder.graders.catalogue import sign",
        "",
        "",
        *head,
        _docstring(cause),
        indent(body, "    "),
        "",
    )
    return "\n".join(parts)


def _held(lesson: Lesson, exercise: str, nodes: Sequence[ast.stmt]) -> dict[str, str]:
    """What a group's answers have in common that the lesson's has not, where these are dictionaries of texts."""
    theirs = [_pairs(node) for node in nodes]
    shared = set.intersection(*theirs) if theirs else set()
    right = {pair for node in ast.parse(lesson.answer(exercise)).body for pair in _pairs(node)}
    return {key: value for key, value in sorted(shared - right) if HIDDEN not in (key, value)}


def _pairs(node: ast.stmt) -> set[tuple[str, str]]:
    match node:
        case ast.Assign(value=ast.Dict(keys=keys, values=values)):
            texts = [tuple(getattr(one, "value", None) for one in pair) for pair in zip(keys, values, strict=True)]
            return {(key, value) for key, value in texts if isinstance(key, str) and isinstance(value, str)}
    return set()


def _module(lesson: Lesson, exercise: str) -> str:
    path = _file(lesson, exercise)
    return path.read_text("utf-8") if path.is_file() else ""


def _file(lesson: Lesson, exercise: str) -> Path:
    return lesson.folder / "misconceptions" / f"{exercise}.py"


def _comparable(lesson: Lesson, exercise: str) -> bool:
    """Whether an exercise is a function whose answers are compared: then its catalogue has some, if it has entries."""
    text = _module(lesson, exercise)
    return bool(lesson.summary(exercise)) and ("@wrong" in text or "@sign" not in text)


def _wrong(lesson: Lesson, node: ast.FunctionDef, name: str, cause: Cause, known: frozenset[str]) -> str | None:
    """The entry that is this answer; None if it is not made of plain code and the lesson's own answers."""
    free = _free(node)
    helpers = free & {task.id for task in lesson.tasks}
    imports = {name: line for line in _imports(lesson) for name in binds(line)}
    if node.name in free or not free <= helpers | imports.keys() | BUILTINS or not _plain(node, known):
        return None
    lent = [bare(ast.unparse(one), one.name) or "" for one in _lent(lesson, helpers)]
    needed = {name for text in lent for name in _free(ast.parse(text).body[0])} | free
    lines = sorted({ast.unparse(imports[name]) for name in needed & imports.keys()})
    head, *_ = ast.unparse(ast.FunctionDef(name, node.args, [ast.Pass()], [], lineno=1)).splitlines()
    body = "\n".join([*lent, *map(ast.unparse, node.body)])
    parts = (*lines, "from autograder.graders.catalogue import wrong", "", "", "@wrong", head, _docstring(cause))
    return "\n".join((*parts, indent(body, "    "), ""))


def _lent(lesson: Lesson, helpers: set[str]) -> Iterator[ast.FunctionDef]:
    """The lesson's answers to other exercises that an answer calls, and those that these call."""
    wanted = {used for name in helpers for used in reached([_statements(lesson)], name)}
    code = ast.parse(lesson.helpers(tuple(wanted))) if helpers else ast.Module([], [])
    return (one for one in code.body if isinstance(one, ast.FunctionDef))


def _imports(lesson: Lesson) -> list[ast.stmt]:
    return [node for node in _statements(lesson) if isinstance(node, ast.Import | ast.ImportFrom)]


@functools.cache
def _statements(lesson: Lesson) -> list[ast.stmt]:
    return ast.parse(lesson.source).body


def _free(node: ast.AST) -> set[str]:
    """The names that a function uses and does not bind itself."""
    names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
    bound = {one.id for one in names if isinstance(one.ctx, ast.Store)}
    bound |= {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    bound |= {one.name for one in ast.walk(node) if isinstance(one, ast.FunctionDef) and one is not node}
    return {one.id for one in names} - bound


def _plain(node: ast.AST, known: frozenset[str]) -> bool:
    """Whether code holds no text, no loop without an end, and no attribute but those that are `known`."""
    for one in ast.walk(node):
        match one:
            case ast.Attribute(attr=name) if name not in known:
                return False
            case ast.Constant(value=str() | bytes()):
                return False
            case _ if isinstance(one, LEFT_OUT):
                return False
    return True


@functools.cache
def _vocabulary(lesson: Lesson) -> frozenset[str]:
    """The attributes that the lesson and its catalogue use, of tensors and modules."""
    texts = [lesson.source, *(path.read_text("utf-8") for path in lesson.folder.glob("misconceptions/*.py"))]
    nodes = (node for text in texts for node in ast.walk(ast.parse(text)))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return frozenset(name for name in names if not name.startswith("_"))


def _docstring(cause: Cause) -> str:
    """The four paragraphs of an entry, with what is known filled in; whatever they hold, they end where they should."""
    matter, fact, question, idea = WORDS
    first = cause.criteria[0]
    texts = (matter, _fact(first) or fact, first.hint or question, idea)
    safe = [plain(" ".join(text.split())).replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return indent('"""' + "\n\n".join(safe) + '\n"""', "    ")


def _fact(one: Criterion) -> str | None:
    """What an answer gives and should give, in a sentence."""
    if one.input in (None, DRAWN) or not one.actual or not one.expected or "\n" in one.actual.strip():
        return None
    given, found, wanted = (
        brief(" ".join((text or "").split()), FACT) for text in (one.input, one.actual, one.expected)
    )
    return f"For {given} it gives: {found}. Expected is: {wanted}."
