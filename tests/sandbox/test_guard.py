"""A worker is watched from its start to its end, and what it dies of is told from what it used."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from autograder.sandbox import folder, levels
from autograder.sandbox.launch import Died, WarmProcess
from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.session import Exceeded, Killed, Session

LIMITS = Limits(cell=20, call=20, grace=1, disk=64 * MIB, submission=1)
MUCH, REACHED = 700 * MIB, r"^used more than 64 MiB of disk$"
WRITE = """
def write():
    for number in range(40):
        with open(f"large{number}", "wb") as file:
            file.write(bytes(50 << 20))
"""
AFTERWARDS = f"import threading\n{WRITE}\nthreading.Thread(target=write, daemon=True).start()"
UNREAD = f"from autograder.sandbox import wire\n{WRITE}\nwire.receive = lambda connection: write()"
DEAF = f"import signal, time\n{WRITE}\nsignal.signal(signal.SIGINT, lambda *_: write())\ntime.sleep(60)"
NO_MORE = "import resource, signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
SPENT = {
    "its own limit": ("while True: pass", "used more than 1 s of computing time"),
    "its own limit, unheard": (f"{NO_MORE}while True: pass", "used more than 1 s of computing time"),
    "a lower one": (f"{NO_MORE}resource.setrlimit(resource.RLIMIT_CPU, (0, 0))\nwhile True: pass", "used more than 0 s of computing time"),
}  # fmt: skip


@pytest.fixture
def session(warm: WarmProcess) -> Iterator[Session]:
    session = Session(warm, LIMITS)
    yield session
    session.close()


@pytest.fixture(scope="module")
def open_process() -> Iterator[WarmProcess]:
    """Without walls, so that a worker may do to itself what these would forbid."""
    with WarmProcess(levels.NONE, thorough=False) as process:
        yield process


def run(session: Session, source: str, seconds: float = 20, body: bytes = b"") -> None:
    session.ask(seconds, {"op": "run", "source": source, "pictures": False}, body)


def most_used(session: Session) -> int:
    """The most that lay in its folder until it was ended, while nobody asks it anything."""
    end, most = time.monotonic() + 20, 0
    while time.monotonic() < end and psutil.Process(session._process.pid).status() != psutil.STATUS_ZOMBIE:
        most = max(most, folder.usage(session._workdir, session._process.pid, 1 << 40))
    return most


def test_disk_is_watched_while_nobody_asks(session: Session) -> None:
    run(session, AFTERWARDS)
    assert LIMITS.disk / 2 < most_used(session) < MUCH
    with pytest.raises(Exceeded, match=REACHED):
        run(session, "")


def test_disk_is_watched_while_a_question_is_sent(session: Session) -> None:
    run(session, UNREAD)
    with pytest.raises(Exceeded, match=REACHED):
        run(session, "", body=bytes(20 * MIB))


def test_disk_is_watched_while_another_worker_is_asked(session: Session, warm: WarmProcess) -> None:
    other = Session(warm, LIMITS)
    run(session, AFTERWARDS)
    run(other, "import time\ntime.sleep(1)")
    other.close()
    with pytest.raises(Exceeded, match=REACHED):
        run(session, "")


def test_disk_is_watched_while_a_cell_is_interrupted(session: Session) -> None:
    began = time.monotonic()
    with pytest.raises(Exception, match=r"^stopped after 0\.5 s$"):
        run(session, DEAF, 0.5)
    assert not session.alive and time.monotonic() - began < 30


@pytest.mark.slow
@pytest.mark.parametrize(("source", "sentence"), SPENT.values(), ids=SPENT)
def test_worker_that_has_spent_its_computing_time_was_killed_by_nobody_else(
    source: str, sentence: str, open_process: WarmProcess
) -> None:
    session = Session(open_process, LIMITS)
    with pytest.raises(Died) as death:
        run(session, source)
        run(session, "import time\ntime.sleep(19)")
    assert (type(death.value), str(death.value)) == (Exceeded, sentence)


def test_worker_that_has_time_left_was_killed(session: Session) -> None:
    run(session, "pass")
    os.kill(session._process.pid, signal.SIGKILL)
    with pytest.raises(Killed, match=r"^its process was killed$"):
        run(session, "pass")
