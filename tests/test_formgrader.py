"""nbgrader's formgrader in a course of ours: its pages are its own, and nothing of a student's runs there."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode, v4
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.course import load_config
from tests.conftest import make_course

ATTACK = "<script>window.hit = 1</script><img src=x onerror='window.hit = 2'>"


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> HTMLExporter:
    """What formgrader shows a hand-in with: nbgrader's own template, where the course's settings leave that alone."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    config.merge(load_config(make_course(tmp_path_factory.mktemp("formgrader") / "course-folder")))
    return HTMLExporter(config=config)


def shown(exporter: HTMLExporter, tmp_path: Path, *cells: NotebookNode) -> str:
    """The page of a notebook with these cells."""
    path = tmp_path / "sgd.ipynb"
    nbformat.write(v4.new_notebook(cells=list(cells)), path)
    resources = {"assignment_id": "sgd", "notebook_id": "sgd", "submission_id": "1", "index": 0, "total": 1}
    page, _ = exporter.from_filename(str(path), resources={**resources, "base_url": "", "student": "ada"})
    return str(page)


def test_a_hand_in_is_shown_with_fields_for_marks(exporter: HTMLExporter, tmp_path: Path) -> None:
    graded = {"nbgrader": {"grade": True, "solution": False, "grade_id": "mse-checks", "points": 8}}
    page = shown(exporter, tmp_path, v4.new_code_cell("assert True", metadata=graded))
    assert '<input class="score tabbable" id="mse-checks"' in page


def test_markdown_of_a_students_is_cleaned_whatever_template_shows_it(exporter: HTMLExporter, tmp_path: Path) -> None:
    output = v4.new_output("display_data", {"text/markdown": ATTACK, "text/html": ATTACK})
    cells = v4.new_markdown_cell(ATTACK), v4.new_raw_cell(ATTACK), v4.new_code_cell("1", outputs=[output])
    page = shown(exporter, tmp_path, *cells)
    assert "window.hit" not in page
