"""A process that is ended for sure, and no other one in its place."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import psutil
import pytest

from autograder.sandbox import probe
from autograder.sandbox.handle import Handle
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.session import Session
from tests.conftest import QUICK


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("by_pidfd", [True, False])
def test_a_process_is_killed(by_pidfd: bool, sleeper: subprocess.Popen[bytes]) -> None:
    handle = Handle(sleeper.pid, os.pidfd_open(sleeper.pid) if by_pidfd else None)
    handle.kill()
    assert sleeper.wait(10) == -signal.SIGKILL
    handle.kill()  # it has ended
    handle.close()


@pytest.mark.parametrize("by_pidfd", [True, False])
def test_what_was_let_go_of_is_not_killed(by_pidfd: bool, sleeper: subprocess.Popen[bytes]) -> None:
    handle = Handle(sleeper.pid, os.pidfd_open(sleeper.pid) if by_pidfd else None)
    handle.close()
    handle.kill()
    time.sleep(0.1)
    assert sleeper.poll() is None


def is_over(process: psutil.Process) -> bool:
    """Whether it ends within some seconds; one whose parent was stopped is buried by nobody."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("fate", [signal.SIGSTOP, signal.SIGKILL])
def test_a_worker_is_ended_whatever_became_of_the_warm_process(
    fate: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.sandbox.launch.REAP_SECONDS", 1)
    with WarmProcess(probe.best(), thorough=False) as warm:
        session = Session(warm, QUICK)
        worker = psutil.Process(session._process.pid)
        assert warm._process is not None
        warm._process.send_signal(fate)
        session.close()
        assert is_over(worker)
        session = Session(warm, QUICK)  # from a new warm process
        session.close()
