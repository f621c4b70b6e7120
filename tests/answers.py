"""Answers to one exercise each, with their verdicts, in `tests/answers/EXERCISE.toml`.

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
from dataclasses import dataclass
from pathlib import Path

from autograder.report import Verdict
from autograder.verdicts import Verdicts

HERE = Path(__file__).resolve().parent / "answers"
CHANCE = {"DataLoader", "RandomSampler", "choice", "choices", "default_rng", "multinomial", "permutation", "rand",
          "randint", "randn", "random", "randperm", "sample", "shuffle"}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One answer and what it deserves."""

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


def load() -> list[Answer]:
    """All answers, by exercise."""
    found = []
    for path in sorted(HERE.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        found += [Answer(path.stem, right=True, **entry) for entry in data["right"]]
        found += [Answer(path.stem, right=False, **entry) for entry in data["wrong"]]
    return found


def lost(found: Verdicts) -> list[str]:
    """The names of the criteria that were lost."""
    return [one.name for one in found.criteria if one.status is not Verdict.PASSED]
