"""The worker: deadlines, deaths, limits, and the walls around it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import levels, probe, wire
from autograder.sandbox.launch import Died, WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Exceeded, Session, Stopped
from autograder.sandbox.submission import Submission, read_outputs
from tests.conftest import QUICK

shut_in = pytest.mark.skipif(probe.best() == levels.NONE, reason="NO ISOLATION ON THIS MACHINE: nothing to test")


@pytest.fixture
def session(warm: WarmProcess) -> Iterator[Session]:
    session = Session(warm, QUICK)
    yield session
    session.close()


def run(session: Session, source: str) -> str:
    """What a cell prints, or the last line of its error."""
    reply, _ = session.ask(QUICK.cell, {"op": "run", "source": source, "pictures": True})
    return "".join(one.get("text") or "\n".join(one.get("traceback", [])) for one in reply["outputs"])


def test_ci_has_isolation() -> None:
    if os.environ.get("CI"):
        assert probe.best() == levels.BEST


@pytest.mark.slow
def test_a_warm_process_started_by_hand_removes_nobodys_folder(tmp_path: Path) -> None:
    (tmp_path / "work.txt").write_text("a week's work")
    command = [sys.executable, "-m", "autograder.sandbox.warm", "0", levels.NONE]
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"RuntimeError: {tmp_path} is not a folder of autograder's own: this is started by autograder, not by people"
    )
    assert (tmp_path / "work.txt").read_text() == "a week's work"


def test_cell_prints_and_raises(session: Session) -> None:
    assert run(session, "print('hello')") == "hello\n"
    assert run(session, "def f():\n    return 1 / 0\nf()") == (
        "Traceback (your code only):\n  line 3 of the cell, in <module>\n    f()\n"
        "  line 2 of the cell, in f\n    return 1 / 0\nZeroDivisionError: division by zero"
    )
    assert run(session, "f()") == (
        "Traceback (your code only):\n  line 1 of the cell, in <module>\n    f()\n"
        "  line 2 of another cell, in f\n    return 1 / 0\nZeroDivisionError: division by zero"
    )


MISSPELT = {
    "def f(y_hat):\n    retrun (y_hat)\nf(1)": "name 'retrun' is not defined. Did you mean: 'return'?",
    "def f(y_hat):\n    return Y_hat\nf(1)": "name 'Y_hat' is not defined. Did you mean: 'y_hat'?",
    "import torch\ntoch.ones(1)": "name 'toch' is not defined. Did you mean: 'torch'?",
    "pritn(1)": "name 'pritn' is not defined. Did you mean: 'print'?",
    "var.grad": "name 'var' is not defined",
    "import torch\ntorch.Tensr": "module 'torch' has no attribute 'Tensr'. Did you mean: 'Tensor'?",
    "import torch\ntorch.zero_grad()": "module 'torch' has no attribute 'zero_grad'",
    "import torch\ntorch.ones(1).maen()": "'Tensor' object has no attribute 'maen'. Did you mean: 'mean'?",
    "def f():\n    total += 1\nf()": ("cannot access local variable 'total' where it is not associated with a value"),
    "class Shy:\n    def __dir__(self): raise SystemExit\nShy().shy": "'Shy' object has no attribute 'shy'",
    "raise NameError": "",
    "raise AttributeError('x', name=7, obj=1)": "x",
}


@pytest.mark.parametrize(("source", "message"), MISSPELT.items(), ids=MISSPELT)
def test_misspelt_name_gets_the_one_that_was_meant(source: str, message: str, session: Session) -> None:
    assert run(session, source).splitlines()[-1].partition(": ")[2] == message


def test_flood_of_output_is_cut(session: Session) -> None:
    printed = run(session, "for _ in range(100_000):\n    print('x' * 100)")
    assert len(printed) < 101_000 and printed.endswith("… output cut after 100000 characters\n")


def test_endless_cell_is_interrupted_and_the_shell_goes_on(session: Session) -> None:
    with pytest.raises(Stopped, match="stopped after 3 s") as stopped:
        run(session, "while True: pass")
    assert stopped.value.alive
    assert run(session, "print('still here')") == "still here\n"


@pytest.mark.slow
def test_worker_that_ignores_interrupts_is_killed(session: Session) -> None:
    with pytest.raises(Stopped) as stopped:
        run(session, "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)")
    assert not stopped.value.alive and not session.alive


def test_worker_that_ends_itself_has_died(session: Session) -> None:
    with pytest.raises(Died, match="its process ended without an answer"):
        run(session, "import os\nos._exit(0)")
    assert not session.alive


def test_forged_frame_is_not_an_answer(session: Session) -> None:
    forged = "import os\nos.write(3, b'\\xff' * 40)"
    with pytest.raises(Died, match="its answer could not be read"):
        run(session, forged)


def test_workers_are_forked_from_one_process_that_has_imported_torch(warm: WarmProcess) -> None:
    parents = set()
    for _ in range(2):
        session = Session(warm, QUICK)
        parents.add(run(session, "import os, sys\nprint(os.getppid(), 'torch' in sys.modules)"))
        session.close()
    assert len(parents) == 1 and parents.pop().endswith(" True\n")


@pytest.mark.slow
def test_warm_process_that_dies_is_replaced(warm: WarmProcess) -> None:
    own = WarmProcess(levels.NONE)
    with own:
        Session(own, QUICK).close()
        assert own._process is not None
        own._process.kill()
        own._process.wait()
        session = Session(own, QUICK)
        assert run(session, "print('hello')") == "hello\n"
        session.close()


def test_workers_know_nothing_of_each_other(warm: WarmProcess) -> None:
    first, second = Session(warm, QUICK), Session(warm, QUICK)
    run(first, "secret = 7")
    assert run(second, "print('secret' in globals())") == "False\n"
    first.close()
    second.close()


def test_nothing_of_the_graders_environment_is_seen(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    names = run(session, "import os\nprint(*sorted(os.environ))").split()
    assert not {"PYTHONPATH", "VIRTUAL_ENV", "USER", "CI"} & set(names)
    loaded = run(session, "import sys\nprint(*[name for name in sys.modules if 'graders' in name or name == 'pytest'])")
    assert loaded == "\n"


def test_submission_goes_on_after_a_cell_that_ends_the_process(warm: WarmProcess) -> None:
    cells = ["before = 1", "import os\nos._exit(0)", "print(before + 1)"]
    with Submission(warm, cells, QUICK) as submission:
        outputs = submission.run()
    assert [output[0].get("evalue") or output[0]["text"] for output in outputs if output] == [
        "its process ended without an answer",
        "2\n",
    ]


def test_submission_that_ends_its_workers_itself_was_killed_by_nobody(warm: WarmProcess) -> None:
    """Its last cell ends the process, but only when all is run again."""
    later = "import os, time\ndef leave(): os._exit(0)\nif time.time() > {}: os._exit(0)"
    warm.start()
    warm.wait()  # which may take longer than the two seconds
    with Submission(warm, [later.format(time.time() + 2)], QUICK) as submission:
        submission.run()
        time.sleep(2)
        for _ in range(2):
            with contextlib.suppress(Died):
                submission.call({"op": "call", "name": "leave", "args": []}, b"")
        assert submission.call({"op": "get", "name": "leave"}, b"")[0] == {"id": 2, "missing": True}
    assert not submission.killed


def test_submission_has_a_deadline_of_its_own(warm: WarmProcess) -> None:
    limits = Limits(cell=30, call=30, submission=2, grace=1)
    with Submission(warm, ["while True: pass", "print(1)"], limits) as submission:
        outputs = submission.run()
    assert [output[0]["ename"] for output in outputs] == ["OutOfTime", "OutOfTime"]
    assert outputs[0][0]["evalue"] == outputs[1][0]["evalue"] == "the whole notebook was stopped after 2 s"


@pytest.mark.parametrize(
    "data",
    [None, 3, [3, None], [{"output_type": "display_data", "data": {"text/html": 3}}], [{"output_type": "script"}],
     [{"output_type": "display_data", "data": {"image/png": '"><script>'}}],
     [{"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}}],
     [{"output_type": "stream", "name": "fd", "text": "x"}]],
)  # fmt: skip
def test_forged_outputs_are_dropped(data: object) -> None:
    assert read_outputs(data, Limits()) == []


@shut_in
@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd').read()",
        f"open({__file__!r}).read()",
        "__import__('os').listdir('/')",
        "open('/tmp/left-behind', 'w')",
        "__import__('os').fork()",
        "__import__('os').posix_spawn('/bin/ls', ['ls'], {})",
        "__import__('socket').create_connection(('127.0.0.1', 80))",
        "__import__('socket').socket(__import__('socket').AF_UNIX)",
        "__import__('os').kill(__import__('os').getppid(), 9)",
        "open(f'/proc/{__import__(\"os\").getppid()}/environ').read()",
        "__import__('os').setuid(1)",
        "__import__('posix').chmod('.', 0o777)",
    ],
)
def test_wall_holds(attempt: str, session: Session) -> None:
    result = run(session, f"try:\n    {attempt}\n    print('open')\nexcept OSError as error:\n    print('shut')")
    assert result == "shut\n"
    assert run(session, "print('alive')") == "alive\n"


@shut_in
def test_threads_cannot_outrun_the_grader(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.sandbox.guard.LOOK_SECONDS", 60)  # however late it comes to look
    swarm = (
        f"import threading, time\nall = [threading.Thread(target=time.sleep, args=(1,)) for _ in range({2 * QUICK.threads})]\n"
        "for one in all: one.start()\nfor one in all: one.join()"
    )
    with pytest.raises(Exceeded, match=r"^used more than 128 threads$"):
        run(session, swarm)


@shut_in
def test_threads_that_may_be_had_are_had_again_and_again(session: Session) -> None:
    often = (
        "import threading\nseen = []\nfor _ in range(5):\n"
        "    threads = [threading.Thread(target=seen.append, args=(1,)) for _ in range(100)]\n"
        "    for one in threads: one.start()\n    for one in threads: one.join()\nprint(len(seen))"
    )
    assert run(session, often) == "500\n"


@shut_in
def test_own_folder_is_open(session: Session) -> None:
    assert run(session, "open('mine', 'w').write('x')\nprint(open('mine').read())") == "x\n"


def test_a_frame_too_large_is_refused() -> None:
    with pytest.raises(wire.WireError, match="frame too large"):
        wire.send(None, {}, bytes(wire.MAX_BODY + 1))  # type: ignore[arg-type]


def test_a_cold_worker_has_a_temporary_folder_of_its_own_too() -> None:
    """torch keeps a cache there when it is first asked for a function's gradient, or for an optimizer."""
    cell = (
        "import tempfile, torch\nfrom pathlib import Path\n"
        "a = torch.ones(2, requires_grad=True)\n"
        "torch.optim.SGD([a], lr=0.1)\n"
        "print(torch.func.grad(lambda b: (b * b).sum())(a.detach()).tolist())\n"
        "print(Path(tempfile.gettempdir()) == Path.cwd())\n"
    )
    with WarmProcess(probe.best(), thorough=False) as cold:
        session = Session(cold, Limits())
        reply, _ = session.ask(20, {"op": "run", "source": cell, "pictures": True})
        session.close()
    assert reply["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "[2.0, 2.0]\nTrue\n"}]


def test_a_hand_in_is_not_told_where_the_course_lies() -> None:
    cell = "import sys\nprint([text for text in (*sys.argv, *sys.orig_argv) if 'somewhere' in text])"
    with (
        WarmProcess(probe.best(), thorough=False, hidden=["/somewhere/course"]) as warm,
        Submission(warm, [cell], Limits()) as submission,
    ):
        assert submission.run()[0][0]["text"] == "[]\n"
