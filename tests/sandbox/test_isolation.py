"""Walls around a process, tried from inside: also with no more of Landlock than older kernels have."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import isolation, landlock, levels, probe

pytestmark = pytest.mark.skipif(probe.best() == levels.NONE, reason="NO ISOLATION ON THIS MACHINE: nothing to test")

# What must fail, each a line of Python. OUTSIDE is a folder of the same user's, with a file in it, VICTIM a process.
ATTEMPTS = {
    "reads a file": "open(OUTSIDE + '/file').read()",
    "lists a folder": "os.listdir(OUTSIDE)",
    "writes a file": "open(OUTSIDE + '/file', 'a').write('x')",
    "makes a file": "open(OUTSIDE + '/new', 'w')",
    "cuts a file": "os.truncate(OUTSIDE + '/file', 0)",
    "deletes a file": "os.unlink(OUTSIDE + '/file')",
    "moves a file away": "os.rename(OUTSIDE + '/file', 'mine')",
    "moves a file out": "os.rename(open('own', 'w').name, OUTSIDE + '/new')",
    "links a file": "os.link(OUTSIDE + '/file', 'linked')",
    "makes a folder": "os.mkdir(OUTSIDE + '/new')",
    "makes a pipe": "os.mkfifo(OUTSIDE + '/new')",
    "changes a mode": "os.chmod(OUTSIDE + '/file', 0o777)",
    "changes an owner": "os.chown(OUTSIDE + '/file', 1, 1)",
    "changes a time": "os.utime(OUTSIDE + '/file', (0, 0))",
    "changes an attribute": "os.setxattr(OUTSIDE + '/file', 'user.x', b'x')",
    "reads an attribute": "os.getxattr(OUTSIDE + '/file', 'user.x')",
    "watches a folder": "call(254, call(294, 0), OUTSIDE.encode(), 0x3C0) if call(294, 0) >= 0 else fail()",
    "asks how full the disk is": "os.statvfs('.')",
    "asks how busy the machine is": "os.getloadavg()",
    "asks for the machine's memory": "open('/proc/meminfo').read()",
    "reads its own environment": "open('/proc/self/environ', 'rb').read()",
    "reads its own memory": "open('/proc/self/mem', 'rb')",
    "reads where disks are": "open('/proc/self/mountinfo').read()",
    "reads which container it is in": "open('/proc/self/cgroup').read()",
    "reads the network's state": "open('/proc/self/net/unix').read()",
    "reads about another process": "open(f'/proc/{VICTIM}/status').read()",
    "forks": "os.fork() or os._exit(0)",
    "runs a program": "subprocess.run(['/bin/true'])",
    "becomes a program": "os.execv('/bin/true', ['true'])",
    "kills another process": "os.kill(VICTIM, 0)",
    "kills its group": "os.killpg(0, 0)",
    "opens a process": "os.pidfd_open(VICTIM)",
    "has a signal sent by a file": "fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, VICTIM)",
    "… with a bit more": "call(72, os.pipe()[0], 8 + 2**32, VICTIM) == 0 or fail()",
    "takes a lease": "fcntl.fcntl(os.open(sys.executable, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "… with a bit more as well": "call(72, os.open(sys.executable, os.O_RDONLY), 1024 + 2**32, 0) == 0 or fail()",
    "locks a file": "fcntl.flock(os.open(sys.executable, os.O_RDONLY), fcntl.LOCK_EX)",
    "locks a part of a file": "fcntl.lockf(os.open(sys.executable, os.O_RDONLY), fcntl.LOCK_SH)",
    "has itself not be killed with its parent": "call(157, 1, 0) == 0 or fail()",
    "sets a limit": "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))",
    "sets a limit of another": "resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (9, 9))",
    "reads a limit of another": "resource.prlimit(VICTIM, resource.RLIMIT_NOFILE)",
    "chooses its processor": "os.sched_setaffinity(0, {0})",
    "asks what is in memory": "call(27, ctypes.addressof(ctypes.c_char.from_buffer(PAGE)), 4096, bytes(9)) == 0 or fail()",
    "throws a file out of memory": "os.posix_fadvise(os.open(sys.executable, 0), 0, 0, os.POSIX_FADV_DONTNEED)",
    "has a file read into memory": "call(187, os.open(sys.executable, 0), 0, 4096) == 0 or fail()",
    "reads if it is in memory": "os.preadv(os.open(sys.executable, 0), [bytearray(1)], 0, os.RWF_NOWAIT)",
    "makes all wait for the disk": "call(162) == 0 or fail()",
    "starts input and output": "call(206, 1, bytes(8)) == 0 or fail()",
    "opens a socket": "socket.socket()",
    "opens a local socket": "socket.socket(socket.AF_UNIX)",
    "opens a pair of sockets": "socket.socketpair()",
    "makes shared memory": "call(29, 0, 4096, 0o600) >= 0 or fail()",
    "makes a file in memory": "os.memfd_create('x')",
    "becomes somebody else": "os.setuid(1)",
}  # fmt: skip
SCRIPT = """
import ctypes, fcntl, mmap, os, resource, shutil, socket, subprocess, sys
from autograder.sandbox.isolation import Cell
OUTSIDE, VICTIM, newest, level = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
PAGE = mmap.mmap(-1, 4096)
libc = ctypes.CDLL(None, use_errno=True)

def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])

def fail():
    raise OSError

def attempt(name, line):
    try:
        exec(line)
    except (OSError, ValueError):  # resource says EPERM as the latter
        return
    print(name, flush=True)

os.chdir(sys.argv[1])
if newest:
    Cell(level, newest=newest).enter(sys.argv[1])
    open("mine", "w").write("a worker may write here")
for name, line in ATTEMPTS.items():
    if newest:
        attempt(name, line)
    elif os.fork():
        os.wait()
        shutil.rmtree(OUTSIDE)
    else:  # without walls each in a process and a folder of its own
        os.makedirs(OUTSIDE, exist_ok=True)
        open(OUTSIDE + "/file", "w").close()
        os.setxattr(OUTSIDE + "/file", "user.x", b"x")
        os.setsid()
        attempt(name, line)
        os._exit(0)
print("done")
"""
NUMBERS = pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of system calls are those of x86-64")


@pytest.fixture
def victim() -> Iterator[int]:
    """Another process of the same user."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process.pid
        process.kill()


def tried(tmp_path: Path, victim: int, newest: int, level: str = levels.BEST) -> list[str]:
    """What gets through, with so much of Landlock; 0 stands for no walls at all."""
    for name in ("work", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "outside" / "file").write_text("a secret")
    script = SCRIPT.replace("ATTEMPTS", repr(ATTEMPTS))
    folders = [str(tmp_path / "work"), str(tmp_path / "outside")]
    command = [sys.executable, "-c", script, *folders, str(victim), str(newest), level]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@NUMBERS
@pytest.mark.parametrize("newest", range(1, 1 if probe.best() == levels.NONE else landlock.version() + 1))
def test_walls_hold_with_what_older_kernels_have(newest: int, tmp_path: Path, victim: int) -> None:
    assert tried(tmp_path, victim, newest) == ["done"]
    assert [(path.name, path.read_text()) for path in (tmp_path / "outside").iterdir()] == [("file", "a secret")]


# What another user may do where there is no Landlock: read what the machine tells everybody.
TOLD_TO_ALL = {
    "asks for the machine's memory", "reads about another process", "reads where disks are",
    "reads which container it is in", "reads the network's state",
}  # fmt: skip


@NUMBERS
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a worker be another user")
def test_another_user_gets_at_nothing_that_is_closed(tmp_path: Path, victim: int) -> None:
    assert set(tried(tmp_path, victim, 1, levels.APART)) - {"done"} <= TOLD_TO_ALL
    assert [(path.name, path.read_text()) for path in (tmp_path / "outside").iterdir()] == [("file", "a secret")]
    (mine,) = (tmp_path / "work").glob("mine")
    assert mine.stat().st_uid >= isolation.FIRST_USER


def test_walls_of_another_user_hold_only_where_the_kit_is_closed() -> None:
    """A clone may be read by everybody, so there they are not said to hold."""
    assert not probe.holds(levels.APART)


@NUMBERS
def test_without_walls_each_attempt_succeeds(tmp_path: Path, victim: int) -> None:
    """Or a wall would be said to hold where there was nothing to hold."""
    end_themselves = {"becomes a program", "kills its group"}
    assert set(ATTEMPTS) - set(tried(tmp_path, victim, 0)) <= end_themselves


def test_walls_stand_also_where_a_container_has_a_gate_of_its_own(tmp_path: Path) -> None:
    behind_two = (
        "import sys, pyseccomp\nfrom autograder.sandbox.isolation import Cell\ncell = Cell('landlock+seccomp')\n"
        "outer = pyseccomp.SyscallFilter(pyseccomp.ALLOW)\nouter.add_rule(pyseccomp.NOTIFY, 'reboot')\nouter.load()\n"
        "print(type(cell.enter(sys.argv[1])).__name__, flush=True)\nopen('/etc/passwd')"
    )
    done = subprocess.run([sys.executable, "-c", behind_two, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout == "NoneType\n"
    assert done.stderr.splitlines()[-1] == "PermissionError: [Errno 13] Permission denied: '/etc/passwd'"
