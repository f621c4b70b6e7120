"""Two courses with the same class: one graded by this kit, one by stock nbgrader with hidden asserts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat

from autograder.basics.kit import KIT
from autograder.lesson.manifest import Lesson
from tests.sample_class import Maker

BIN = Path(sys.executable).parent
HIDDEN = {
    "predict": """
x, a = torch.arange(12.0).reshape(4, 3), torch.tensor([1.0, -2.0, 0.5])
assert torch.allclose(predict(x, a), x @ a)
assert predict(x[:1], a).shape == (1,)
b = a.clone().requires_grad_()
predict(x, b).sum().backward()
assert torch.allclose(b.grad, x.sum(0))
""",
    "mse": """
p, q = torch.tensor([1.0, 5.0, -2.0, 0.0]), torch.tensor([2.0, 3.0, -2.0, 4.0])
assert torch.isclose(mse(p, q), torch.tensor(5.25))
assert mse(p, q).shape == ()
assert mse(p.repeat(3), q.repeat(3)).isclose(mse(p, q))
""",
    "gradient": """
x, y, a = torch.ones(3, 2), torch.tensor([1.0, 2.0, 6.0]), torch.tensor([1.0, 0.5], requires_grad=True)
assert torch.allclose(gradient(x, y, a), 2 * x.T @ (x @ a - y) / 3)
assert torch.allclose(gradient(x, y, a), gradient(x, y, a))
""",
    "sgd_step": """
a = torch.tensor([1.0, 2.0], requires_grad=True)
(3 * a).sum().backward()
sgd_step(a, 0.1)
assert torch.allclose(a, torch.tensor([0.7, 1.7])) and a.requires_grad
assert a.grad is None or not a.grad.any()
""",
    "fit": """
torch.manual_seed(0)
x, a = torch.ones(30, 2), torch.zeros(2, requires_grad=True)
x[:, 0] = torch.linspace(-1, 1, 30)
losses = fit(x, x @ torch.tensor([3.0, 2.0]), a, 0.1, 40, 5)
assert len(losses) == 40 and losses[-1] < losses[0]
assert torch.allclose(a.detach(), torch.tensor([3.0, 2.0]), atol=0.2)
""",
    "plot_fit": """
figure, ax = plt.subplots()
x, a = torch.tensor([[0.0, 1.0], [2.0, 1.0]]), torch.tensor([2.0, 1.0], requires_grad=True)
plot_fit(x, torch.tensor([1.0, 5.0]), a, ax)
assert ax.has_data()
plt.close(figure)
""",
    "vocabulary": "assert len(vocabulary) == 7 and all(len(letter) == 1 for letter in vocabulary.values())",
}


def ours(root: Path, students: int) -> Path:
    """A course of this kit with `students` right hand-ins."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shutil.copy(KIT / "nbgrader_config.py", root)
    for folder in ("exercises", "solutions"):
        shutil.copytree(KIT / folder, root / folder)
    text = Maker(Lesson.load()).text()
    _hand_in(root / "course" / "submitted", text, students)
    return root


def stock(root: Path, students: int) -> Path:
    """A stock nbgrader course: the same functions and quiz with their visible checks, and hidden asserts."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "source" / "sgd").mkdir(parents=True)
    solved = json.loads(Maker(Lesson.load()).text(bare=True))
    notebook = nbformat.from_dict(
        {**solved, "cells": [cell for cell in solved["cells"] if cell["cell_type"] == "code"]}
    )
    submitted = nbformat.writes(notebook)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        exercise = name.removesuffix("-checks")
        if name.endswith("-checks"):
            cell.source += f"\n### BEGIN HIDDEN TESTS{_lines(HIDDEN[exercise])}### END HIDDEN TESTS"
        elif name:
            cell.source = f"### BEGIN SOLUTION\n{cell.source}\n### END SOLUTION"
    nbformat.write(notebook, root / "source" / "sgd" / "sgd.ipynb")
    run(root, "nbgrader", "generate_assignment", "sgd")
    _hand_in(root / "submitted", submitted, students)
    return root


def run(root: Path, *command: str) -> float:
    """Seconds that a command of this environment takes in a course; its output is not looked at."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    begin = time.perf_counter()
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=root, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def _lines(source: str) -> str:
    return f"\n{source.strip()}\n"


def _hand_in(submitted: Path, text: str, students: int) -> None:
    for number in range(students):
        folder = submitted / f"student-{number:04}" / "sgd"
        folder.mkdir(parents=True)
        (folder / "sgd.ipynb").write_text(text, "utf-8")
