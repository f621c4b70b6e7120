"""Answers to one exercise each, with their verdicts, in `lessons/NAME/answers/EXERCISE.toml`.

::

    [[right]]                     # an honest answer in somebody's style: full marks
    name = "one dot product after another"
    code = '''…'''

    [[wrong]]                     # one mistake: loses marks
    name = "sums over axis 0"
    mistake = "…"                 # what is wrong, where the name does not say it
    loses = "the criterion that is about it"
    misconception = "sums-down-the-columns"   # the diagnosis, where there is a specific one
    status = "error"              # of the exercise, if the cell does not even run
    code = '''…'''

They are a sample. What makes a grader fair is its rule, so none of them is treated apart anywhere.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.basics.kit import KIT
from autograder.grading.verdicts import Verdicts
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Verdict

CHANCE = {"DataLoader", "RandomSampler", "choice", "choices", "default_rng", "multinomial", "permutation", "rand",
          "randint", "randn", "random", "randperm", "sample", "shuffle"}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One answer and what it deserves."""

    lesson: Lesson
    exercise: str
    name: str
    code: str
    right: bool
    mistake: str = ""
    loses: str = ""
    misconception: str | None = None
    status: str = ""

    def __str__(self) -> str:
        return f"{self.exercise}: {self.name}"

    @property
    def random(self) -> bool:
        """Whether its code names a source of chance."""
        try:
            nodes = list(ast.walk(ast.parse(self.code)))
        except SyntaxError:
            return False
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        return bool(CHANCE & (names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}))


def load(root: Path = KIT) -> list[Answer]:
    """All answers of all lessons below `root`, by lesson and exercise."""
    return [answer for name in shelf.names(root) for answer in _of(Lesson.load(name, root))]


def _of(lesson: Lesson) -> Iterator[Answer]:
    for path in sorted(lesson.folder.glob("answers/*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        for kind in ("right", "wrong"):
            yield from (Answer(lesson, path.stem, right=kind == "right", **entry) for entry in data.get(kind, ()))


def lost(found: Verdicts) -> list[str]:
    """The names of the criteria that were lost."""
    return [one.name for one in found.criteria if one.status is not Verdict.PASSED]
