"""A process that grades has a limit of memory, which costs the hand-in that reaches it, and nobody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.basics import memory
from autograder.cli import main
from tests.classroom.test_batch import totals
from tests.conftest import hand_in
from tests.sample_class import Maker

CHILD = """
import contextlib, resource, subprocess, sys
import torch
from autograder.basics import memory
before = resource.getrlimit(resource.RLIMIT_DATA)
with contextlib.suppress(memory.Exhausted), memory.limited():
    kinds = []
    for make in (lambda: bytes(2 * memory.ROOM), lambda: torch.eye(30_000), lambda: ["a"] * memory.ROOM):
        try:
            make()
        except Exception as error:
            kinds.append(memory.reached(error))
    print(kinds, len(bytes(memory.ROOM // 2)) == memory.ROOM // 2)
    bytes(2 * memory.ROOM)
    print("never comes here")
print(resource.getrlimit(resource.RLIMIT_DATA) == before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="no such limit")
def test_limit_is_an_exception_whatever_asks_for_memory_and_ends_with_the_grading() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[True, True, True] True\nTrue\n", "")


CLASS = """
import sys
from pathlib import Path
from autograder.basics import memory
from autograder.classroom import batch
from autograder.classroom.course import Course
from autograder.grading import verdicts
from autograder.sandbox.levels import BEST

judge = verdicts._Graders.run
def greedy(graders, exercise, student, *more):
    if exercise == "mse" and "GREEDY" in "".join(student._submission._cells):
        bytes(2 * memory.ROOM)
    return judge(graders, exercise, student, *more)
verdicts._Graders.run = greedy

work = batch.Batch(Course(Path.cwd()), "sgd", BEST)
work.prepare()
for student in work.students():
    print(student, batch._grade_in_pool(work, student).error)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="no such limit")
def test_who_reaches_it_has_no_marks_yet_and_neighbours_have_theirs(course: Path, maker: Maker) -> None:
    for student, more in {"ada": [], "bob": ["# GREEDY"], "cid": []}.items():
        hand_in(course, student, maker.text(append=more, bare=True))
    done = subprocess.run([sys.executable, "-c", CLASS], cwd=course, capture_output=True, text=True)
    assert done.stdout == f"ada None\nbob {memory.ENOUGH}\ncid None\n", done.stderr
    assert totals(course) == {"ada": 53, "bob": 0, "cid": 53}
    assert not (course / "course" / "feedback" / "bob").joinpath("sgd", "sgd.html").exists()


@pytest.mark.slow
def test_command_says_so_in_one_line(
    maker: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = tmp_path / "sgd.ipynb"
    notebook.write_text(maker.text("blank", bare=True), "utf-8")
    monkeypatch.setattr("autograder.grading.grader.Grader.grade", lambda *_, **__: bytes(1 << 60))
    assert main(["check", str(notebook)]) == 2
    assert capsys.readouterr().err == f"autograder: {memory.ENOUGH}\n"


def test_other_exceptions_do_not_count() -> None:
    assert not memory.reached(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
