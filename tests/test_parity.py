"""A notebook that passes its visible checks in a real kernel has all its marks here, whatever else stands in it.

A kernel takes seconds to start: `make test` looks at every sixth of the notebooks, `make parity` at all, and at the class.
"""

from __future__ import annotations

import os
import tomllib
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.handin.notebook import grade_id, is_checks
from autograder.lesson.manifest import CHECKS, Lesson
from autograder.lesson.report import Report, Status
from tests.conftest import PATIENT, Grade, maker_of
from tests.sample_class import Maker, Sample, load

NOTEBOOKS = tomllib.loads(Path(__file__).with_name("notebooks.toml").read_text("utf-8"))["notebook"]
ALL = "PARITY" in os.environ
LESSON = Lesson.load("sgd")
OPENED = [  # by a kernel, which lives to its end
    sample for sample in load(LESSON) if "note" not in sample.expected and "os._exit" not in maker_of(LESSON).of(sample)
]
OWN = ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR")  # folders that a kernel writes to
SECONDS = 60  # that a cell may take in a kernel; nothing here depends on it, unless a cell never ends
IMPATIENT = 5


def checked(text: str, folder: Path, seconds: float = SECONDS) -> set[str]:
    """The exercises whose visible checks pass when all cells are run in a fresh kernel."""
    with warnings.catch_warnings(action="ignore"):  # of ids that are missing or double
        notebook = nbformat.reads(text, as_version=4)
    client = NotebookClient(
        notebook, timeout=seconds, interrupt_on_timeout=True, allow_errors=True, kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    quiet = {"PIP_NO_INDEX": "1", "PYTHONWARNINGS": "ignore", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    client.execute(env={**os.environ, **quiet, **dict.fromkeys(OWN, str(folder))})
    checks = [cell for cell in notebook.cells if cell.cell_type == "code" and is_checks(cell)]
    passed = [cell for cell in checks if all(output.output_type != "error" for output in cell.outputs)]
    assert all(cell.execution_count for cell in passed)
    return {str(grade_id(cell)).removesuffix(CHECKS) for cell in passed}


def right(report: Report) -> set[str]:
    """The exercises that have all their marks."""
    return {exercise.id for exercise in report.exercises if exercise.status is Status.PASSED}


@pytest.mark.slow
@pytest.mark.parametrize("entry", NOTEBOOKS[:: 1 if ALL else 6], ids=lambda entry: entry["about"])
def test_what_passes_its_checks_in_a_kernel_has_all_marks(
    entry: dict[str, Any], lesson: Lesson, maker: Maker, grade: Grade, tmp_path: Path
) -> None:
    cells = {name: part for name, part in entry.items() if name not in ("about", "whole")}
    text = maker.text(bare=not entry.get("whole"), **cells)
    everything = {task.id for task in lesson.tasks}
    assert checked(text, tmp_path) == everything
    report = grade(text, PATIENT).report
    lost = {exercise.id: [one.actual for one in exercise.lost] for exercise in report.exercises if exercise.lost}
    assert lost == {}


@pytest.mark.slow
@pytest.mark.parametrize("sample", OPENED[:: 1 if ALL else 10], ids=lambda sample: sample.name)
def test_of_the_class_only_what_is_wrong_has_fewer_marks_than_its_checks_say(
    sample: Sample, maker: Maker, grade: Grade, tmp_path: Path
) -> None:
    text = maker.of(sample)
    found = checked(text, tmp_path, IMPATIENT)
    assert found - right(grade(text, PATIENT).report) <= sample.expected.keys()


def test_there_are_enough_of_them_and_no_two_alike() -> None:
    assert len(NOTEBOOKS) >= 60
    assert len({entry["about"] for entry in NOTEBOOKS}) == len(NOTEBOOKS)
