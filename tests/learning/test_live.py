"""`check` in a running notebook: what is defined now is graded, and nothing of the notebook is disturbed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from tests.conftest import Grade
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

SET_UP = """
import random, warnings
import numpy as np, torch, matplotlib, matplotlib.pyplot as plt
from autograder import check

matplotlib.use("Agg")  # figures stay open between cells
torch.manual_seed(3)
figure, axes = plt.subplots()
axes.plot([1, 2])
leaf = torch.ones(2, requires_grad=True)
tracked = leaf * 3
generator = torch.Generator().manual_seed(5)
SCALE = 1.0

def state():
    return (torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist(), plt.get_fignums(),
            plt.gcf() is figure, len(axes.lines), leaf.grad, sorted(n for n in globals() if not n.startswith("_")))
"""
SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
NAMES = "predict, mse, gradient, sgd_step, fit, plot_fit, vocabulary"


class Notebook:
    """A notebook in a real kernel, run cell by cell."""

    def __init__(self) -> None:
        self._node = nbformat.v4.new_notebook()
        self._kernel = KernelManager()
        self._client: Any = NotebookClient(self._node, timeout=120, allow_errors=True, km=self._kernel)

    def __enter__(self) -> Notebook:
        self._kernel.start_kernel()
        provisioner: Any = self._kernel.provisioner
        self.process = psutil.Process(provisioner.process.pid)
        self._client.kc = self._kernel.client()
        self._client.kc.start_channels()
        self._client.kc.wait_for_ready(timeout=60)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.kc.stop_channels()
        self._kernel.shutdown_kernel(now=True)

    def run(self, source: str) -> list[Any]:
        """A cell's outputs."""
        cell = nbformat.v4.new_code_cell(source)
        self._node.cells.append(cell)
        self._client.execute_cell(cell, len(self._node.cells) - 1)
        return list(cell.outputs)

    def says(self, source: str) -> str:
        """The text of a cell's one output."""
        (output,) = self.run(source)
        return str(output.get("text") or output["data"]["text/plain"]).rstrip()


@pytest.fixture(scope="module")
def notebook() -> Iterator[Notebook]:
    with Notebook() as found:
        assert found.run(SET_UP) == []
        yield found


def test_a_right_answer_is_right_and_nothing_is_disturbed(notebook: Notebook) -> None:
    notebook.run("def predict(x, a):\n    return SCALE * (x @ a)")
    notebook.run("before = after = None; before = state()")
    shown = notebook.says("check(predict)")
    assert shown.splitlines()[0] == "predict: all right, 6 of 6 points"
    assert shown.splitlines()[-2:] == ["predict is all right.", "6 of 6 points"]
    assert notebook.says("after = state(); print(after == before)") == "True"


def test_the_report_is_shown_as_html_with_the_same_words(notebook: Notebook) -> None:
    notebook.run(SUM)
    (output,) = notebook.run("check(mse)")
    text, html = output["data"]["text/plain"], output["data"]["text/html"]
    for words in ("gives the mean of the squared errors", "You add the squared errors up, and nothing divides the sum.",
                  "Duplicate every row: should the loss change?", "12.6667"):  # fmt: skip
        assert words in text and words in html
    assert "\x1b" not in text and "<script" not in html and "http" not in html
    assert "mse is the first one to look at again: gives the mean of the squared errors." in text


@pytest.mark.parametrize("how", ["check(mse)", "check('mse')", "f = mse; check(f)"])
def test_an_exercise_may_be_named_in_several_ways(how: str, notebook: Notebook) -> None:
    notebook.run(SUM)
    assert notebook.says(how).startswith("mse: partly right, 6 of 8 points\n")


def test_what_is_defined_now_counts_and_not_what_stands_in_a_cell(notebook: Notebook) -> None:
    notebook.run("def predict(x, a):\n    return SCALE * (x @ a)")
    notebook.run("SCALE = 2.0")
    assert "predict: " in notebook.says("check(predict)") and "6 of 6" not in notebook.says("check(predict)")
    notebook.run("SCALE = 1.0")
    assert notebook.says("check(predict)").endswith("6 of 6 points")


def test_closures_objects_and_generators_come_along(notebook: Notebook) -> None:
    notebook.run(
        "class Scaler:\n    def __init__(self, by): self.by = by\n    def __call__(self, v): return v * self.by\n"
        "def make(scaler):\n    def mse(y_hat, y):\n        torch.rand(1, generator=generator); tracked.sum()\n"
        "        return scaler(((y_hat - y) ** 2).sum()) / len(y)\n    return mse\nmse = make(Scaler(1.0))"
    )
    assert notebook.says("check(mse)").splitlines()[0] == "mse: all right, 8 of 8 points"


def test_a_decorated_answer_comes_along(notebook: Notebook) -> None:
    notebook.run("@torch.no_grad()\ndef sgd_step(a, lr):\n    a -= lr * a.grad\n    a.grad = None")
    assert notebook.says("check(sgd_step)").endswith("8 of 8 points")


def test_a_stub_is_not_attempted_and_an_exception_shows_the_students_own_lines(notebook: Notebook) -> None:
    notebook.run("def sgd_step(a, lr):\n    raise NotImplementedError()")
    assert notebook.says("check(sgd_step)").splitlines()[0] == "sgd_step: not attempted, 0 of 8 points"
    notebook.run(
        "def sgd_step(a, lr):\n    with torch.no_grad():\n        a -= lr * a.grad\n    raise NotImplementedError()"
    )
    shown = " ".join(notebook.says("check(sgd_step)").split())
    assert "Your answer is there, and so is the line `raise NotImplementedError(…)`: delete that line." in shown
    notebook.run("def sgd_step(a, lr):\n    a.moved = lr\n    raise ValueError('what now?')")
    assert "line 3 of the cell, in sgd_step\n                    raise ValueError('what now?')" in notebook.says(
        "check(sgd_step)"
    )


def test_an_earlier_mistake_is_not_punished_twice(notebook: Notebook) -> None:
    notebook.run(SUM)
    notebook.run("def gradient(x, y, a):\n    return torch.autograd.grad(mse(predict(x, a), y), a)[0]")
    shown = notebook.says("check(gradient)")
    assert shown.startswith("gradient: all right, 8 of 8 points\n  Your `gradient` is right: it was graded with")


def test_a_hang_is_stopped_and_the_next_check_works(notebook: Notebook) -> None:
    notebook.run("def plot_fit(x, y, a, ax):\n    while True:\n        pass")
    assert "yours     stopped after 5 s" in notebook.says("check(plot_fit)")
    notebook.run("def plot_fit(x, y, a, ax):\n    ax.scatter(x[:, 0], y); ax.plot(x[:, 0], (x @ a).detach())")
    assert notebook.says("check(plot_fit)").endswith("6 of 6 points")


def test_what_cannot_be_copied_is_said_kindly(notebook: Notebook) -> None:
    notebook.run("numbers = (n for n in range(3))\ndef sgd_step(a, lr):\n    next(numbers)")
    shown = " ".join(notebook.says("check(sgd_step)").split())
    assert shown.startswith(
        "sgd_step: could not be run, 0 of 8 points `sgd_step` could not be copied for grading "
        "(TypeError: cannot pickle 'generator' object). Does it use something that cannot leave this notebook, such as "
        "an open file or a generator? Make that inside the function, or pass it in."
    )


@pytest.mark.parametrize(("what", "said"), [("5", "5"), ("'foo'", "'foo'"), ("print", "print"), ("state", "state")])
def test_what_is_no_exercise(what: str, said: str, notebook: Notebook) -> None:
    assert notebook.says(f"check({what})") == (
        f"check: {said} is none of the exercises: {NAMES}. For all of them, run check()."
    )


def test_all_at_once(notebook: Notebook, maker: Maker) -> None:
    for cell in nbformat.reads(maker.text(bare=True), as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            notebook.run(cell.source)
    (output,) = notebook.run("check()")
    assert output["data"]["text/plain"].splitlines()[-2:] == [
        "Everything is right. There is nothing left to do.",
        "53 of 53 points",
    ]
    assert len(re.findall(r'<section class="report passed">', output["data"]["text/html"])) == 7
    assert output["data"]["text/html"].count("data:image/png;base64,") == 2


def test_after_a_restart_a_cell_was_not_run_and_not_unwritten() -> None:
    not_run = "Its cell was not run since the kernel was started: run it, and check again."
    with Notebook() as notebook:
        notebook.run("import torch\nfrom autograder import check")
        (output,) = notebook.run("check('mse')")
        assert output["data"]["text/plain"].splitlines() == [
            "mse: not attempted, 0 of 8 points", f"  {not_run}", "", "mse is the next one to look at.", "0 of 8 points",
        ]  # fmt: skip
        assert not_run in output["data"]["text/html"] and "Nothing is written" not in output["data"]["text/html"]
        notebook.run("def gradient(x, y, a):\n    return torch.autograd.grad(mse(predict(x, a), y), a)[0]")
        assert "Not run since the kernel was started, though it may be needed here: `predict`, `mse`." in " ".join(
            notebook.says("check(gradient)").split()
        )
        notebook.run("def mse(y_hat, y):\n    raise NotImplementedError('This exercise is not written yet.')")
        (output,) = notebook.run("check(mse)")
        assert "Nothing is written here yet." in output["data"]["text/html"], "now it was run"


def test_graders_that_were_killed_are_started_again(notebook: Notebook) -> None:
    (desk,) = notebook.process.children()
    desk.kill()
    shown = notebook.says("check(predict)")
    assert shown.startswith("check: the graders could not be run: ")
    assert shown.endswith(
        "Run the cell again. If it stays so, save the notebook and run `autograder check` in a terminal."
    )
    assert notebook.says("check(predict)").endswith("6 of 6 points")


def test_check_in_a_handed_in_notebook_does_nothing(maker: Maker, grade: Grade) -> None:
    answer = "from autograder import check\ndef predict(x, a):\n    return x @ a\ncheck(predict)\ncheck()"
    report = grade(maker.text(answers={"predict": answer}, bare=True)).report
    assert report.score == report.max_score


def test_nothing_is_left_when_the_kernel_ends() -> None:
    with Notebook() as notebook:
        notebook.run("from autograder import check\ndef predict(x, a):\n    return x @ a")
        assert notebook.says("check(predict)").endswith("6 of 6 points")
        children = notebook.process.children(recursive=True)
        assert children
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
