"""Where nothing can fork, each worker is a process of its own, and the verdicts are the same."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from autograder.grading.grader import Grader
from autograder.handin.handin import read
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report, Status, Verdict
from autograder.sandbox import levels
from autograder.sandbox.cold import ColdProcess
from autograder.sandbox.launch import CannotStart, Died, WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import process
from autograder.sandbox.session import Session, Stopped
from tests import elsewhere
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

SOON = Limits(cell=20, call=1, grace=1)
DEADLY = """
def fit(x, y, a, lr, epochs, batch_size):
    if batch_size == 100:
        __import__("os")._exit(3)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(batch_size):
            mse(predict(x[batch], a), y[batch]).backward()
            sgd_step(a, lr)
        losses.append(mse(predict(x, a), y).item())
    return losses
"""
ENDLESS = "def plot_fit(x, y, a, ax):\n    while True: pass"
DIED = "no answer: its process ended without an answer"
ORPHANS = """
import sys, time
from autograder.sandbox import wire
from autograder.sandbox.cold import ColdProcess
from autograder.sandbox.limits import Limits
workers = ColdProcess()
_, workdir, connection, _ = workers.fork(Limits())
wire.send(connection, {"id": 1, "op": "run", "source": "while True: pass", "pictures": False})
print(workdir, flush=True)
time.sleep(600)
"""
GradeCold = Callable[[str], Report]


@pytest.fixture(scope="module")
def cold() -> Iterator[ColdProcess]:
    with ColdProcess() as workers:
        workers.start()
        yield workers
    assert children() == set()


@pytest.fixture
def grade_cold(lesson: Lesson, cold: ColdProcess, tmp_path: Path) -> GradeCold:
    def grade_text(text: str) -> Report:
        path = tmp_path / "sgd.ipynb"
        path.write_text(text, "utf-8")
        return Grader(lesson, cold, SOON).grade(read(path, lesson)).report

    return grade_text


def children(pid: int | None = None) -> set[int]:
    """The cold workers that a process has started."""
    found = [child for child in psutil.Process(pid).children() if "autograder.sandbox.alone" in child.cmdline()]
    return {child.pid for child in found}


def is_running(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def printed(session: Session, source: str) -> str:
    reply, _ = session.ask(20, {"op": "run", "source": source, "pictures": False})
    return "".join(output["text"] for output in reply["outputs"])


def test_right_notebook_gets_full_marks(maker: Maker, grade_cold: GradeCold) -> None:
    report = grade_cold(maker.text(bare=True))
    assert [exercise.status for exercise in report.exercises] == [Status.PASSED] * 7
    assert (report.score, report.isolation) == (report.max_score, levels.NONE)


def test_answer_that_hangs_and_answer_that_ends_the_worker_cost_only_themselves(
    maker: Maker, grade_cold: GradeCold
) -> None:
    report = grade_cold(maker.text(answers={"fit": DEADLY, "plot_fit": ENDLESS}, bare=True))
    *before, fit, plot_fit, after = report.exercises
    assert [one.status for one in (*before, after)] == [Status.PASSED] * 5
    assert (plot_fit.score, plot_fit.criteria[0].actual) == (0, "stopped after 1 s")
    assert [one.actual for one in fit.criteria if one.status is not Verdict.PASSED] == [DIED]


def test_cold_worker_lives_as_a_forked_one_does(cold: ColdProcess) -> None:
    """In a folder of its own, without anything of the grader's, and told from its end what it died of."""
    session = Session(cold, SOON)
    own = "import os, sys, tempfile\nprint(os.listdir(), tempfile.gettempdir() == os.environ['HOME'] == os.getcwd())"
    assert printed(session, own) == "[] True\n"
    assert (
        printed(session, "print({'PYTHONPATH', 'VIRTUAL_ENV', 'USER'} & set(os.environ), 'pytest' in sys.modules)")
        == "set() False\n"
    )
    assert printed(session, "try: input()\nexcept EOFError: print('nobody answers')") == "nobody answers\n"
    with pytest.raises(Stopped) as stopped:
        session.ask(1, {"op": "run", "source": "while True: pass", "pictures": False})
    assert stopped.value.alive
    with pytest.raises(Died, match="its process was ended by SIGTERM"):
        printed(session, "os.kill(os.getpid(), 15)")


def test_spare_that_dies_while_it_waits_is_replaced(cold: ColdProcess) -> None:
    cold.start()
    (spare,) = children()
    psutil.Process(spare).kill()
    session = Session(cold, SOON)
    assert printed(session, "print('hello')") == "hello\n"
    session.close()


def test_next_worker_is_the_spare_and_no_stranger(cold: ColdProcess) -> None:
    cold.start()
    (spare,) = children()
    (door,) = [one.laddr for one in psutil.Process().net_connections("tcp4") if one.status == psutil.CONN_LISTEN]
    with socket.create_connection(door) as silent, socket.create_connection(door) as liar:
        liar.sendall(b"0" * 32)
        session = Session(cold, SOON)
        assert printed(session, "import os\nprint(os.getpid())") == f"{spare}\n"
        assert silent.recv(1) == liar.recv(1) == b""
    assert len(children()) == 2  # the next one waits already
    assert session.close().code == -signal.SIGKILL
    assert spare not in children()


def test_worker_that_cannot_start_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with (
        ColdProcess() as workers,
        pytest.raises(CannotStart, match=r"^the worker does not start: it has ended with exit code 1$"),
    ):
        workers.fork(SOON)


def test_a_worker_started_by_hand_removes_nobodys_folder(tmp_path: Path) -> None:
    (tmp_path / "work.txt").write_text("a week's work")
    command = [sys.executable, "-m", "autograder.sandbox.alone"]
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1 and "is not a folder of autograder's own" in done.stderr
    assert (tmp_path / "work.txt").read_text() == "a week's work"


def test_no_worker_outlives_the_grader(tmp_path: Path) -> None:
    """Neither the one that waits nor the one that is busy; and nothing is left of their folders."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    grader = subprocess.Popen([sys.executable, "-c", ORPHANS], env=environment, stdout=subprocess.PIPE, text=True)
    with grader:
        assert grader.stdout is not None and grader.stdout.readline().startswith(str(tmp_path))
        pids = children(grader.pid)
        grader.kill()
    assert len(pids) == 2
    end = time.monotonic() + 60
    while any(map(is_running, pids)):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


def test_walls_are_never_promised_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(process(levels.BEST), WarmProcess)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isinstance(process(levels.NONE), ColdProcess)
    with pytest.raises(CannotStart, match=r"^landlock\+seccomp needs Linux$"):
        process(levels.BEST)


def test_right_notebook_gets_full_marks_without_what_only_unix_has(maker: Maker, tmp_path: Path) -> None:
    """In the grader and in the worker, the kit's own modules are told that this is Windows, and miss what it lacks."""
    python, notebook = tmp_path / "python", tmp_path / "sgd.ipynb"
    script = shlex.join([sys.executable, "-P", str(Path(elsewhere.__file__))])
    python.write_text(f'#!/bin/sh\nexec {script} "$@"\n', "utf-8")
    python.chmod(0o700)
    notebook.write_text(maker.text(bare=True), "utf-8")
    done = subprocess.run([python, python, notebook], capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    report = Report.from_json(done.stdout)
    assert (report.score, report.isolation) == (report.max_score, levels.NONE)
