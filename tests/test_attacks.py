"""Every attack of `tests/attacks.py`, graded in one batch between honest hand-ins.

What counts is what can be seen from outside: marks, files, processes, connections. Nothing that student code says
about itself is taken for a proof.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import resource
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from traitlets.config import Config

import autograder
from autograder.classroom.course import Course
from autograder.classroom.timestamp import UNREADABLE
from autograder.lesson import shelf
from autograder.lesson.report import Report
from autograder.sandbox import levels, probe
from autograder.sandbox.limits import Limits
from tests.attacks import ALL, ATTACKS, LEFTOVER, Attack
from tests.classroom.test_batch import totals
from tests.conftest import make_course
from tests.sample_class import Maker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(probe.best() == levels.NONE, reason="NO ISOLATION ON THIS MACHINE: nothing to test"),
]

LIMITS = '{"cell": 3.0, "call": 6.0, "submission": 40.0, "grace": 1.0, "memory": 1 << 30, "disk": 1 << 26}'
MEMORY, DISK = 2 << 30, 1 << 31  # what it must all stay below, workers too where they are counted
THREADS = (os.cpu_count() or 1) * Limits().threads + 100  # of a worker a core, each to its limit, and the graders' own
PATIENCE, PAGE = 10.0, 5.0  # seconds: to open a file (a lease would keep one waiting for 45), to make a page
KIT = Path(autograder.__file__).resolve().parent
LESSON = shelf.hidden("sgd")
SECRETS = {name: f"canary{token_hex(8)}" for name in ("environment", "home", "answers", "hand-in", "roster", "process")}
GRADER = "The probes read off what the sampler did"  # words of a hidden grader that no student reads
SET_CHILD_SUBREAPER, GETVAL, IPC_RMID, IPC_STAT = 36, 12, 0, 2
each = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@dataclass(frozen=True)
class Seen:
    """What the batch left, and what was there before it: each pair must be alike."""

    course: Course
    done: subprocess.CompletedProcess[str]
    seats: dict[str, Attack | None]
    marks: dict[str, float]
    files: tuple[Any, Any]
    victim: tuple[Any, Any]
    left_behind: list[str]
    processes: set[int]
    connections: list[str]
    queues: list[bool]
    slowest_open: float
    disk: int
    threads: int
    memory: int

    def student(self, attack: Attack) -> str:
        return next(student for student, seated in self.seats.items() if seated is attack)

    def neighbours(self, attack: Attack) -> tuple[str, str]:
        order = sorted(self.seats)
        place = order.index(self.student(attack))
        return order[place - 1], order[place + 1]

    def report(self, student: str) -> Report:
        return Report.from_json(self.course.report("sgd", student).read_text("utf-8"))

    def texts(self, student: str) -> dict[str, str]:
        """All that a student gets back. There is only a Report of a hand-in that was refused."""
        paths = (self.course.autograded, self.course.feedback, self.course.report)
        found = [path("sgd", student) for path in paths]
        return {path.name: path.read_text("utf-8") for path in found if path.exists()}


def seats() -> dict[str, Attack | None]:
    """Who hands in what, by id: an honest one before and behind each attacker, in the alphabet's order."""
    found: dict[str, Attack | None] = {}
    for prefix in {attack.prefix for attack in ATTACKS}:
        group = [attack for attack in ATTACKS if attack.prefix == prefix]
        for place, attack in enumerate(group):
            found[f"{prefix}{2 * place:03}-{SECRETS['roster'] if place else 'honest'}"] = None
            found[f"{prefix}{2 * place + 1:03}-{attack.name}"] = attack
        found[f"{prefix}{2 * len(group):03}-{SECRETS['roster']}"] = None
    return found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> Iterator[Seen]:
    """The whole batch, once."""
    root, home = make_course(tmp_path_factory.mktemp("attacks") / "course-folder"), tmp_path_factory.mktemp("home")
    with contextlib.ExitStack() as stack:
        tmp = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="attacks-", ignore_cleanup_errors=True)))
        victim = stack.enter_context(sleeper())
        queues, services = Queues(victim.pid), Services(tmp_path_factory.mktemp("services") / "socket")
        stack.callback(queues.close)
        stack.callback(services.close)
        plant(root, home)
        who = seats()
        words = {
            "COURSE": root, "KIT": KIT, "LESSON": LESSON, "HOME": home, "VICTIM": victim.pid, "HONEST": "a000-honest",
            **services.words, **queues.words,
        }  # fmt: skip
        for student, attack in sorted(who.items(), key=lambda seat: seat[1] is not None):  # the honest first
            hand_in(root / "course" / "submitted" / student / "sgd", attack, maker, words)
        watched = (
            root / "nbgrader_config.py",
            root / "course" / "submitted",
            root / "solutions",
            root / "exercises",
            home,
            KIT,
            LESSON,
        )
        files, state = snapshot(*watched), process_state(victim.pid)
        with adopted() as orphans, Watch(tmp) as watch:
            done = grade(root, home, tmp)
        yield Seen(
            Course(root, Config()), done, who, totals(root),
            (files, snapshot(*watched)), ((None, state), (victim.poll(), process_state(victim.pid))),
            sorted(path.name for path in tmp.iterdir()), orphans, services.connected(), queues.alive(),
            watch.slowest, watch.disk, watch.threads, watch.memory,
        )  # fmt: skip


def plant(root: Path, home: Path) -> None:
    """Put secrets where an attacker would look, and limits that keep the batch short."""
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.HiddenGraders.limits = {LIMITS}\n")
    lesson, answer = root / "solutions" / "sgd.py", "    return ((y_hat - y) ** 2).mean()"
    secret = f"    _ = {SECRETS['answers']!r}  # {SECRETS['answers']}"  # in the source, and in what it is compiled to
    lesson.write_text(lesson.read_text("utf-8").replace(answer, f"{secret}\n{answer}"), "utf-8")
    (home / "secret").write_text(SECRETS["home"])
    with contextlib.suppress(OSError):  # not every file system has them
        os.setxattr(home / "secret", "user.secret", SECRETS["home"].encode())


def hand_in(folder: Path, attack: Attack | None, maker: Maker, words: dict[str, Any]) -> None:
    """Put a hand-in into its folder: an attack, or else an honest notebook with a secret in it."""
    folder.mkdir(parents=True)
    honest = maker.text(bare=True, insert=[f"# {SECRETS['hand-in']}"])
    made = attack.file(maker) if attack is not None else honest
    if isinstance(made, str):
        for word, meaning in words.items():
            made = made.replace(f"@{word}@", str(meaning))
        made = made.encode()
    (folder / "sgd.ipynb").write_bytes(made)
    if attack is not None and attack.lay is not None:
        attack.lay(folder)


def grade(root: Path, home: Path, tmp: Path) -> subprocess.CompletedProcess[str]:
    """Grade the class in an environment that holds a secret."""
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(tmp), "TOKEN": SECRETS["environment"],
        "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "XDG_CONFIG_HOME": str(root.parent / "config"),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
    }  # fmt: skip
    program = Path(sys.executable).parent / "autograder"
    with largest_file(256 << 20):
        return subprocess.run(
            [program, "grade", "sgd"], cwd=root, env=environment, capture_output=True, text=True, timeout=900
        )


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A net below the test: an attack that gets an endless file copied fails, and does not fill the disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def snapshot(*tops: Path) -> dict[str, tuple[Any, ...]]:
    """Every file and folder below: what it is, its size, time and mode, and what is in it.

    A folder's own size and time are not looked at: Python may put a folder of compiled files into it.
    """
    paths = [path for top in tops for path in (top, *top.rglob("*")) if "__pycache__" not in path.parts]
    return {str(path): _facts(path) for path in paths}


def _facts(path: Path) -> tuple[Any, ...]:
    found = path.lstat()
    if stat.S_ISDIR(found.st_mode):
        return found.st_mode, found.st_uid
    small = stat.S_ISREG(found.st_mode) and found.st_size < 1 << 28
    content = hashlib.sha256(path.read_bytes()).hexdigest() if small else None
    return found.st_mode, found.st_uid, found.st_nlink, found.st_size, found.st_mtime_ns, content


@contextlib.contextmanager
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the same user, with a secret of its own."""
    source, secret = "import time; time.sleep(3600)", SECRETS["process"]
    process = subprocess.Popen([sys.executable, "-c", source, secret], env={"TOKEN": secret})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def process_state(pid: int) -> tuple[Any, ...]:
    """What others might have changed about a process."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    return limits, os.sched_getaffinity(pid), os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid)


@contextlib.contextmanager
def adopted() -> Iterator[set[int]]:
    """Be the parent of all processes below that lose theirs; those that still live in the end are put into the set."""
    left: set[int] = set()
    libc = ctypes.CDLL(None)
    libc.prctl(SET_CHILD_SUBREAPER, 1)
    before = children()
    try:
        yield left
        end = time.monotonic() + 10
        while (found := children() - before) and time.monotonic() < end:
            for pid in found:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(0.1)
        left |= found
        for pid in found:
            os.kill(pid, signal.SIGKILL)
    finally:
        libc.prctl(SET_CHILD_SUBREAPER, 0)


def children() -> set[int]:
    """The processes whose parent is this one."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if path.read_text().rpartition(")")[2].split()[1] == str(os.getpid()):
                found.add(int(path.parent.name))
    return found


class Services:
    """A few services of this machine that nobody but an attacker would speak to."""

    def __init__(self, path: Path) -> None:
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        local, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        for one, address in (
            (tcp, ("127.0.0.1", 0)),
            (udp, ("127.0.0.1", 0)),
            (local, str(path)),
            (abstract, f"\0{path}"),
        ):
            one.bind(address)
            if one is not udp:
                one.listen()
        self._sockets = {"TCP": tcp, "UDP": udp, "SOCKET": local, "abstract": abstract}
        self.words = {"TCP": tcp.getsockname()[1], "UDP": udp.getsockname()[1], "SOCKET": path}

    def connected(self) -> list[str]:
        """Those to which somebody has spoken."""
        return [name for name, one in self._sockets.items() if select.select([one], [], [], 0)[0]]

    def close(self) -> None:
        for one in self._sockets.values():
            one.close()


class Queues:
    """A message queue and a semaphore, and a queue with a name, of this user."""

    def __init__(self, number: int) -> None:
        self._libc, self._name = ctypes.CDLL(None), f"/queue-{number}".encode()
        self._semaphore, self._queue = self._libc.semget(0, 1, 0o600), self._libc.msgget(0, 0o600)
        self._named = self._libc.mq_open(self._name, os.O_CREAT | os.O_RDWR, 0o600, None)
        self.words = {"SEMAPHORE": self._semaphore, "QUEUE": self._queue}

    def alive(self) -> list[bool]:
        room = ctypes.create_string_buffer(256)
        return [
            self._libc.semctl(self._semaphore, 0, GETVAL) == 0,
            self._libc.msgctl(self._queue, IPC_STAT, room) == 0,
            self._libc.mq_unlink(self._name) == 0,
        ]

    def close(self) -> None:
        self._libc.semctl(self._semaphore, 0, IPC_RMID)
        self._libc.msgctl(self._queue, IPC_RMID, None)
        os.close(self._named)


class Watch:
    """What can only be seen while it happens.

    Attributes:
        slowest: how long it took at most to open a file of the installation.
        disk: by how many bytes the disk became fuller at most.
        threads: of all processes that work in the folder.
        memory: of the largest process below; 0 if an earlier one was as large.
    """

    def __init__(self, folder: Path) -> None:
        self.slowest, self.disk, self.threads, self.memory = 0.0, 0, 0, 0
        self._folder, self._over = folder, threading.Event()
        self._before = self._counts()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _counts(self) -> tuple[int, int, int]:
        threads = 0
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(process / "cwd").startswith(str(self._folder)):
                    threads += len(os.listdir(process / "task"))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10  # the kernel counts in KiB
        return shutil.disk_usage(self._folder).used, threads, memory

    def _look(self) -> None:
        while not self._over.wait(0.1):
            began = time.monotonic()
            with open(Path(sys.prefix) / "pyvenv.cfg"):
                self.slowest = max(self.slowest, time.monotonic() - began)
            disk, threads, _ = self._counts()
            self.disk = max(self.disk, disk - self._before[0])
            self.threads = max(self.threads, threads)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)
        memory = self._counts()[2]
        self.memory = memory if memory > self._before[2] else 0


class Live(HTMLParser):
    """Finds what would run in a page, load from elsewhere, or go there by itself."""

    TAGS = frozenset("script iframe svg form object embed link base button input frame".split())
    PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.styles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.styles += tag == "style"
        names = dict(attrs)
        bad = [name for name in names if name.startswith("on") or name in ("style", "srcdoc", "http-equiv", "srcset")]
        source, target = names.get("src") or "", names.get("href") or ""
        if tag in self.TAGS or bad or (source and not source.startswith(self.PICTURES)) or "script:" in target:
            self.found.append(str(self.get_starttag_text()))


CURVE = re.compile(r'<figure class="curve"><svg viewBox="0 0 320 160" [^>]*>.*?</svg>')  # drawn by us, of numbers


def test_live_parts_of_a_page_are_found() -> None:
    live = Live()
    live.feed("<p onclick=x><SCRIPT>1</SCRIPT><img src=https://x><a href=' javascript:x'>x</a><style></style><p>x</p>")
    assert (len(live.found), live.styles) == (4, 1)


def test_batch_is_graded_to_the_end(seen: Seen) -> None:
    assert seen.done.returncode == 0
    said = [line.partition(": ")[2].partition(": ")[2] for line in seen.done.stderr.splitlines()]
    assert said == [UNREADABLE] * 2  # of two that hand in a time which is none
    counted = re.search(r"^(\d+) graded, 0 unchanged, (\d+) unreadable$", seen.done.stdout, re.MULTILINE)
    assert counted and sum(map(int, counted.groups())) == len(seen.seats)


def test_gradebook_has_everybody_under_their_own_name(seen: Seen) -> None:
    assert seen.marks.keys() == seen.seats.keys()


@each
def test_attacker_gets_the_marks_that_were_earned(attack: Attack, seen: Seen) -> None:
    student = seen.student(attack)
    assert (seen.marks.get(student), seen.report(student).score) == (attack.score, attack.score)
    assert seen.report(student).student == student


@each
def test_neighbours_keep_all_their_marks(attack: Attack, seen: Seen) -> None:
    for student in seen.neighbours(attack):
        assert (student, seen.marks.get(student), seen.report(student).score) == (student, ALL, ALL)


@each
def test_no_secret_is_brought_out(attack: Attack, seen: Seen) -> None:
    secrets = {**SECRETS, "graders": GRADER, "leftover": LEFTOVER}
    for file, text in seen.texts(seen.student(attack)).items():
        assert (file, [name for name, secret in secrets.items() if secret in text]) == (file, [])


@each
def test_page_is_harmless(attack: Attack, seen: Seen) -> None:
    page, live = seen.texts(seen.student(attack)).get("sgd.html", "<style></style>"), Live()
    live.feed(CURVE.sub("", page, count=1))
    assert (live.found, live.styles) == ([], 1)


@each
def test_page_is_of_ordinary_size(attack: Attack, seen: Seen) -> None:
    page = seen.texts(seen.student(attack)).get("sgd.html", "")
    spans = [int(number) for number in re.findall(r'(?:span|width|height)="(\d+)"', CURVE.sub("", page, count=1))]
    assert (len(page) < 700_000, max(spans, default=0) <= 1000) == (True, True)


@each
def test_page_is_made_at_once(attack: Attack, seen: Seen) -> None:
    student = seen.student(attack)
    judged, made = seen.course.report("sgd", student), seen.course.feedback("sgd", student)
    assert not made.exists() or made.stat().st_mtime - judged.stat().st_mtime < PAGE


def test_secrets_are_where_attackers_look(seen: Seen) -> None:
    assert GRADER in (LESSON / "graders" / "test_fit.py").read_text("utf-8")
    assert (seen.course.root / "solutions" / "sgd.py").read_text("utf-8").count(SECRETS["answers"]) == 2


def test_nothing_outside_has_changed(seen: Seen) -> None:
    before, after = seen.files
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == set()


def test_no_process_is_left(seen: Seen) -> None:
    assert seen.processes == set()


def test_no_folder_is_left(seen: Seen) -> None:
    assert seen.left_behind == []


def test_nobody_was_spoken_to(seen: Seen) -> None:
    assert seen.connections == []


def test_another_process_is_as_it_was(seen: Seen) -> None:
    assert seen.victim[0] == seen.victim[1]


def test_messages_between_other_processes_are_as_they_were(seen: Seen) -> None:
    assert seen.queues == [True, True, True]


def test_graders_stay_small(seen: Seen) -> None:
    assert seen.memory < MEMORY


def test_nobody_has_to_wait_for_a_file(seen: Seen) -> None:
    assert seen.slowest_open < PATIENCE


def test_disk_does_not_fill_up(seen: Seen) -> None:
    assert seen.disk < DISK


def test_threads_do_not_multiply(seen: Seen) -> None:
    assert seen.threads < THREADS
