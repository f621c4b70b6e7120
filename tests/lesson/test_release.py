"""What students receive is exactly what the lesson generates, and it runs as a lesson should."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.basics.kit import KIT
from autograder.lesson.manifest import Lesson
from autograder.lesson.release import build, source_notebook
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Output, Submission

RELEASED = KIT / "exercises" / "sgd" / "sgd.ipynb"
ALLOWED_IMPORTS = {"torch", "numpy", "matplotlib", "collections", "contextlib", "hashlib"}
Cells = list[dict[str, Any]]


def code_cells(notebook: Any) -> Cells:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run_all(cells: Cells, warm: WarmProcess) -> list[list[Output]]:
    with Submission(warm, [cell["source"] for cell in cells], Limits()) as submission:
        return submission.run()


def errors(outputs: list[Output]) -> list[str]:
    return [output["ename"] for output in outputs if output["output_type"] == "error"]


def text(outputs: list[list[Output]]) -> str:
    return "".join(output["text"] for cell in outputs for output in cell if output["output_type"] == "stream")


def test_released_notebook_is_what_the_lesson_generates(tmp_path: Path) -> None:
    built = build(KIT / "solutions" / "sgd.py", tmp_path)
    assert built.read_bytes() == RELEASED.read_bytes()


def test_nothing_else_lies_beside_it() -> None:
    assert [path.name for path in RELEASED.parent.iterdir() if path.name != ".ipynb_checkpoints"] == ["sgd.ipynb"]


def test_released_notebook_is_clean() -> None:
    notebook = json.loads(RELEASED.read_text("utf-8"))
    nbformat.validate(notebook)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code_cells(notebook))
    assert "SOLUTION" not in RELEASED.read_text("utf-8")


def test_released_notebook_needs_only_torch_and_matplotlib(lesson: Lesson) -> None:
    for cell in code_cells(lesson.notebook):
        for node in ast.walk(ast.parse(cell["source"])):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED_IMPORTS
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in ALLOWED_IMPORTS


def test_untouched_notebook_stops_at_nothing_but_the_stubs(lesson: Lesson, warm: WarmProcess) -> None:
    cells = code_cells(lesson.notebook)
    found = {}
    for cell, outputs in zip(cells, run_all(cells, warm), strict=True):
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if names := errors(outputs):
            found[grade_id] = names
    stubs = [task.checks_id for task in lesson.tasks] + ["vocabulary"]
    assert found == {grade_id: ["NotImplementedError"] for grade_id in stubs}


def test_lesson_waits_kindly_for_answers(lesson: Lesson, warm: WarmProcess) -> None:
    printed = text(run_all(code_cells(lesson.notebook), warm))
    assert printed.count("This cell needs an exercise above that is not written yet.\nFill it in") >= 5


@pytest.fixture(scope="module")
def solved(warm: WarmProcess) -> tuple[Cells, list[list[Output]]]:
    cells = code_cells(source_notebook(KIT / "solutions" / "sgd.py"))
    return cells, run_all(cells, warm)


def test_solved_lesson_runs_without_an_error(solved: tuple[Cells, list[list[Output]]]) -> None:
    cells, outputs = solved
    assert {
        cell["source"][:40]: names for cell, one in zip(cells, outputs, strict=True) if (names := errors(one))
    } == {}


def test_solved_lesson_tells_its_story(solved: tuple[Cells, list[list[Output]]]) -> None:
    _, outputs = solved
    printed = text(outputs)
    assert [f"step {step:2}: loss" in printed for step in range(0, 100, 10)] == [True] * 10
    assert "step 11: loss" not in printed
    assert "RuntimeError: Can't call numpy() on Tensor that requires grad" in printed
    pictures = [output for cell in outputs for output in cell if "image/png" in output.get("data", {})]
    assert len(pictures) == 10


def test_lesson_names_what_it_must(lesson: Lesson) -> None:
    prose = " ".join(" ".join(cell["source"].split()) for cell in lesson.notebook["cells"])
    for words in (
        "Parr and Jeremy Howard", "torch.no_grad()", "create_cnn(data, models.resnet34", "chain rule", "epoch",
        "minibatch", "learning rate", "architecture", "stochastic", "plt.scatter(x[:, 0], x @ a)", "detach()",
    ):  # fmt: skip
        assert words in prose
