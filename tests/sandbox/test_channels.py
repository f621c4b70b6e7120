"""One hand-in tells another something, over whatever two processes of a machine share: nothing arrives.

For each channel there is a sender, which says 0 or 1, and a receiver, which prints what it sees: once after the sender
has ended, once while it still runs. What it sees must not depend on what was said. What remains is in SECURITY.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import levels, probe
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session

pytestmark = pytest.mark.skipif(probe.best() == levels.NONE, reason="NO ISOLATION ON THIS MACHINE: nothing to test")

SETTING = """
import ctypes, fcntl, glob, mmap, os, resource, socket, sys, threading, time
libc, COMMON = ctypes.CDLL(None), os.path.join(sys.prefix, "pyvenv.cfg")
kept = globals().setdefault("kept", [])  # what a sender holds on to while the receiver looks

def call(number, *arguments):  # of x86-64; elsewhere it is another call, or none
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])

def common():
    kept.append(os.open(COMMON, os.O_RDONLY))
    return kept[-1]

def everywhere(act):
    for folder in ("/dev/shm", "/tmp", "/var/tmp", "/run", ".."):
        try:
            act(folder)
        except OSError:
            pass

def resident():  # what the kernel says of the common file's first page
    libc.mmap.restype = ctypes.c_void_p
    page = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, common(), ctypes.c_long(0))
    answer = ctypes.create_string_buffer(1)
    return call(27, ctypes.c_void_p(page), ctypes.c_size_t(4096), answer), answer.raw

def named():
    kept.append(socket.socket(socket.AF_UNIX))
    kept[-1].bind("\\0left")

def see(look):
    try:
        print(repr(look()))
    except (OSError, ValueError):
        print("shut")
"""
# What the sender does to say 1, and what the receiver looks at.
CHANNELS = {
    "a lock on a file": ("fcntl.flock(common(), fcntl.LOCK_SH)", "fcntl.flock(common(), fcntl.LOCK_EX | fcntl.LOCK_NB)"),
    "a lock on a part of it": ("fcntl.lockf(common(), fcntl.LOCK_SH)", "call(72, common(), 5, bytes(32))"),
    "a lease": ("fcntl.fcntl(common(), fcntl.F_SETLEASE, fcntl.F_RDLCK)", "fcntl.fcntl(common(), fcntl.F_GETLEASE)"),
    "a file thrown out of memory": (
        "os.posix_fadvise(common(), 0, 0, os.POSIX_FADV_DONTNEED)",
        "os.preadv(common(), [bytearray(1)], 0, os.RWF_NOWAIT)",
    ),
    "pages in memory": ("os.pread(common(), 1, 0)", "resident()"),
    "the cache's own statistics": ("os.pread(common(), 1, 0)", "call(451, common(), bytes(16), bytes(40), 0)"),
    "a file in a folder of all": (
        "everywhere(lambda folder: open(folder + '/left', 'w').close())",
        "everywhere(lambda folder: print(glob.glob(folder + '/left*'), os.path.exists(folder + '/left')))",
    ),
    "the time of a file": ("os.utime(COMMON, (7, 7))", "os.stat(COMMON).st_mtime_ns"),
    "the mode of a file": ("os.chmod(COMMON, 0o600)", "os.stat(COMMON).st_mode"),
    "another name of a file": ("os.link(COMMON, 'linked')", "os.stat(COMMON).st_nlink"),
    "the folder above": ("os.mkdir('x')", "(os.stat('..').st_mode, os.listdir('..'))"),
    "how full the disk is": ("open('large', 'wb').write(bytes(20 << 20))", "os.statvfs('.').f_bfree"),
    "how busy the machine is": ("sum(range(10**7))", "os.getloadavg()"),
    "memory of the machine": ("kept.append(bytes(100 << 20))", "open('/proc/meminfo').read()"),
    "shared memory": ("call(29, 4242, 4096, 0o1600)", "call(29, 4242, 4096, 0o600)"),
    "a queue of messages": ("call(68, 4242, 0o1600)", "call(68, 4242, 0o600)"),
    "a named queue": ("call(240, b'left', 0o102, 0o600, 0)", "call(240, b'left', 0, 0o600, 0)"),
    "a socket with a name": ("named()", "socket.socket(socket.AF_UNIX).connect('\\0left')"),
    "a key": ("call(248, b'user', b'left', b'1', 1, -4)", "call(250, 10, -4, b'user', b'left', 0)"),
    "the processor it may use": ("os.sched_setaffinity(0, {0})", "os.sched_getaffinity(0)"),
    "priority": ("os.setpriority(os.PRIO_USER, 0, 5)", "os.getpriority(os.PRIO_USER, 0)"),
    "limits": ("resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))", "resource.getrlimit(resource.RLIMIT_NOFILE)"),
    "the network's state": ("0", "open('/proc/self/net/unix').read()"),
    "the environment": ("os.environ.update(LEFT='1')", "os.environ.get('LEFT')"),
    "what was imported": ("setattr(sys, 'left', 1)", "getattr(sys, 'left', 0)"),
}  # fmt: skip


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmProcess]:
    with WarmProcess(probe.best(), thorough=False) as process:
        yield process


def run(session: Session, source: str) -> str:
    reply, _ = session.ask(20, {"op": "run", "source": source, "pictures": False})
    return "".join(output.get("text", output.get("evalue", "")) for output in reply["outputs"])


def received(warm: WarmProcess, send: str, receive: str, bit: int) -> list[str]:
    """What the receiver sees beside the sender, and after it."""
    sender = Session(warm, Limits())
    run(sender, f"{SETTING}\nif {bit}:\n    see(lambda: {send})")
    seen = []
    for _ in range(2):
        receiver = Session(warm, Limits())
        seen.append(run(receiver, f"{SETTING}\nsee(lambda: {receive})"))
        receiver.close()
        sender.close()
    return seen


@pytest.mark.slow
@pytest.mark.parametrize(("send", "receive"), CHANNELS.values(), ids=CHANNELS)
def test_nothing_arrives(send: str, receive: str, warm: WarmProcess) -> None:
    silent = received(warm, send, receive, 0)
    assert received(warm, send, receive, 1) == silent
    assert not any("Error" in text for text in silent)  # it looks where there would be something to see
