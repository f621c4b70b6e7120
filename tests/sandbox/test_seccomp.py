"""The filter itself, asked what it answers: also with bits that the kernel does not read."""

from __future__ import annotations

import errno
import platform

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox import syscalls
from autograder.sandbox.seccomp import Filter
from tests import bpf
from tests.needs import demand_module

pyseccomp = demand_module("pyseccomp", "NO LIBSECCOMP ON THIS MACHINE: the filter is not looked at")
ARCH = {"x86_64": bpf.X86_64, "aarch64": bpf.AARCH64}[platform.machine()]
PROGRAM, PLAIN = Filter(gated=True).program, Filter(gated=False).program
DENIED, NO_SUCH_CALL = bpf.ERRNO + errno.EPERM, bpf.ERRNO + errno.ENOSYS
FREE = " ".join(syscalls.ALLOWED.values()).split()
HIGH = 1 << 32
ISSUE = """
    io_setup mincore fadvise64 readahead flock sync syncfs setrlimit io_uring_setup memfd_create fork vfork execve
    execveat kill tkill tgkill ptrace socket socketpair connect bind listen accept accept4 getsockopt setsockopt
    recvmsg recvmmsg sendmmsg chmod fchmod fchmodat chown utimensat setxattr getxattr truncate fallocate statfs fstatfs
    sysinfo inotify_init1 fanotify_init shmget msgget semget mq_open add_key keyctl setsid setpgid prlimit64 prctl
    pidfd_open pidfd_getfd pidfd_send_signal sched_setaffinity setpriority getpriority ioprio_set splice tee vmsplice
    name_to_handle_at open_by_handle_at mount unshare setns chroot seccomp bpf perf_event_open userfaultfd mlock mlockall
    personality timerfd_create signalfd4 sched_setscheduler sync_file_range landlock_create_ruleset mknodat getcpu
""".split()


def number(call: str) -> int:
    return int(pyseccomp.resolve_syscall(pyseccomp.system_arch(), call))


def asked(call: str | int, *arguments: int, program: bytes = PROGRAM) -> int:
    return bpf.answer(program, ARCH, number(call) if isinstance(call, str) else call, arguments)


def known(calls: list[str]) -> list[str]:
    """Those that this architecture has."""
    return [call for call in calls if number(call) >= 0]


@pytest.mark.parametrize("call", known(FREE))
def test_what_is_on_the_list_is_allowed(call: str) -> None:
    assert asked(call, *[HIGH - 1] * 6) == bpf.ALLOW


@pytest.mark.parametrize("call", known(ISSUE))
def test_what_would_reach_or_tell_of_others_is_refused(call: str) -> None:
    assert asked(call, *[1] * 6) in (DENIED, NO_SUCH_CALL)


def test_nothing_else_is_allowed() -> None:
    """Every number that there is or may be: who adds a call to the kernel adds none to a worker."""
    named = {
        number(call) for call in (*FREE, *[only.call for only in syscalls.LIMITED], "sendto", "prlimit64", "clone")
    }
    passed = {call for call in range(1024) if any(asked(call, *arguments) in (bpf.ALLOW, bpf.NOTIFY) for arguments in (
        [0] * 6, [1] * 6, [syscalls.CLONE_THREAD] * 6,
    ))}  # fmt: skip
    assert passed <= named


@pytest.mark.parametrize("call", syscalls.PRETENDED)
def test_a_flush_is_said_to_have_happened(call: str) -> None:
    assert asked(call) == bpf.ERRNO


@pytest.mark.parametrize("call", known(syscalls.UNKNOWN))
def test_what_others_do_without_is_unknown(call: str) -> None:
    assert asked(call) == NO_SUCH_CALL


@pytest.mark.parametrize("only", syscalls.LIMITED, ids=lambda only: only.call)
def test_an_argument_is_compared_as_the_kernel_reads_it(only: syscalls.Only) -> None:
    for value in range(2048):
        wanted = bpf.ALLOW if value in only.values else DENIED
        for more in (0, HIGH, 1 << 63):
            arguments = [0] * 6
            arguments[only.argument] = value + more
            if (only.call, value) != ("fcntl", 4):  # F_SETFL: below
                assert (value, asked(only.call, *arguments)) == (value, wanted)


@pytest.mark.parametrize("more", [0, HIGH, 1 << 63])
def test_no_signal_on_input(more: int) -> None:
    set_flags = 4 + more
    assert asked("fcntl", 0, set_flags, 0x800) == bpf.ALLOW
    assert asked("fcntl", 0, set_flags, 0x800 + syscalls.O_ASYNC + more) == DENIED


@pytest.mark.parametrize("pointer", [1, HIGH, 1 << 63, 0x7FFF_0000_0000])
def test_pointers_are_compared_whole(pointer: int) -> None:
    assert asked("sendto", 3, 1, 1, 0, 0, 0) == bpf.ALLOW
    assert asked("sendto", 3, 1, 1, 0, pointer, 16) == DENIED
    assert asked("prlimit64", 0, 7, 0, 1) == bpf.ALLOW
    assert asked("prlimit64", 0, 7, pointer, 1) == DENIED


@pytest.mark.parametrize("other", [1, 4242, HIGH + 4242])
def test_limits_of_others_are_not_told(other: int) -> None:
    assert asked("prlimit64", other, 7, 0, 1) == DENIED
    assert asked("prlimit64", HIGH, 7, 0, 1) == bpf.ALLOW  # the kernel reads 0: oneself


@pytest.mark.parametrize("more", [0, HIGH, 1 << 63])
def test_only_threads_are_started_and_they_wait(more: int) -> None:
    for flags in (0, 17, 0x4111, 0xF00):
        assert asked("clone", flags + more) == asked("clone", flags + more, program=PLAIN) == DENIED
    assert asked("clone", 0x10F00 + more) == bpf.NOTIFY
    assert asked("clone", 0x10F00 + more, program=PLAIN) == bpf.ALLOW


@given(st.integers(0, 600), st.lists(st.integers(0, 2**64 - 1), min_size=6, max_size=6))
def test_other_interfaces_of_the_kernel_are_shut(call: int, arguments: list[int]) -> None:
    """Calls by the numbers of another architecture, or of x32, would not be those that the rules speak of."""
    for arch, shifted in ((bpf.I386, call), (0xC0000016, call), (ARCH, call | bpf.X32)):
        assert bpf.answer(PROGRAM, arch, shifted, arguments) not in (bpf.ALLOW, bpf.NOTIFY)


@given(st.integers(0, 600), st.lists(st.integers(0, 2**64 - 1), min_size=6, max_size=6))
def test_bits_that_the_kernel_does_not_read_change_nothing(call: int, arguments: list[int]) -> None:
    if call in (number("sendto"), number("prlimit64")):  # whose pointers are read whole
        return
    low = [argument & (HIGH - 1) for argument in arguments]
    assert asked(call, *arguments) == asked(call, *low)
