"""Shuts a worker in, without any privilege: Landlock for files, seccomp for what files do not cover.

Landlock (Linux 5.13, `man 7 landlock`) leaves the process the Python installation to read and its own folder to write.
It knows nothing of sockets beyond TCP, of processes, or of metadata such as times and modes: seccomp denies those.
Syscall numbers 444 to 446 are the same on every architecture.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import struct
import sys
import tempfile
from pathlib import Path

from autograder.sandbox.levels import NONE

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
ON_FILES = EXECUTE | 1 << 1 | READ_FILE | 1 << 14 | 1 << 15
RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15}  # how many of the file rights each version knows; 16 since 5
ABI_NETWORK, ABI_SCOPES = 4, 6
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 24, 38, 47
CLEAR_ALL, LAST_CAPABILITY = 4, 63
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER = 1, 8
CLONE_THREAD = 0x10000
FIRST_UNKNOWN, LAST_UNKNOWN = 451, 600  # system calls newer than libseccomp's tables

READABLE = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/zero", "/dev/urandom",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu",
)  # fmt: skip
DENIED = """
    fork vfork execve execveat setsid setpgid kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo socket
    socketpair connect bind listen accept accept4 chmod fchmod fchmodat chown fchown lchown fchownat utime
    utimes futimesat utimensat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr ptrace
    process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd pidfd_open pidfd_send_signal mount
    umount2 pivot_root move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr chroot unshare setns
    bpf perf_event_open userfaultfd keyctl add_key request_key io_uring_setup io_uring_enter io_uring_register
    kexec_load kexec_file_load init_module finit_module delete_module open_by_handle_at name_to_handle_at swapon
    swapoff reboot sethostname setdomainname quotactl acct syslog personality memfd_create memfd_secret shmget
    shmat shmctl msgget semget mq_open vmsplice fanotify_init clock_settime clock_adjtime settimeofday adjtimex
    iopl ioperm modify_ldt mbind set_mempolicy migrate_pages move_pages setpriority sched_setscheduler
    sched_setattr ioprio_set sched_setaffinity sched_setparam inotify_init inotify_init1 inotify_add_watch truncate
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr msgctl msgsnd msgrcv semctl semop semtimedop shmctl
    shmdt mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr fallocate
""".split()
F_SETSIG, F_SETOWN, F_SETOWN_EX = 10, 8, 15  # a signal of one's choice to any process of the same user
F_SETLEASE, F_NOTIFY = 1024, 1026  # whoever opens a leased file waits; who changes a folder is told of
FIOSETOWN, SIOCSPGRP = 0x8901, 0x8902  # the same for sockets


class Unavailable(Exception):
    """This kernel, or this container, does not have what the level needs."""


class Cell:
    """What a worker is shut in with; made once, before any fork.

    Raises:
        Unavailable: the level cannot be had here.
    """

    def __init__(self, level: str) -> None:
        self._filters = None if level == NONE else (_Filter(gated=True), _Filter(gated=False))

    def enter(self, workdir: str) -> int | None:
        """Shut this process in for good; `workdir` is all that it may write to.

        Returns:
            The grader's end of the gate where new threads wait (see `gate`), to be sent there before any student code
            runs. None where there is none: without walls, and in a container that has such a gate itself (LXD's).

        Raises:
            OSError: the kernel refuses.
        """
        if self._filters is None:
            return None
        _drop_capabilities()
        _check(_libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _landlock((sys.prefix, sys.base_prefix, *READABLE), workdir)
        gated, plain = self._filters
        try:
            return gated.load()
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
        plain.load()
        return None


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends. Only Linux does that."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _landlock(readable: tuple[str, ...], workdir: str) -> None:
    abi = _libc().syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if abi < 1:
        raise Unavailable("this kernel has no Landlock")
    rights = (1 << RIGHTS_BY_ABI.get(abi, 16)) - 1
    ruleset = struct.pack("Q", rights)
    ruleset += struct.pack("Q", 3) if abi >= ABI_NETWORK else b""  # no TCP port may be bound or connected to
    ruleset += struct.pack("Q", 3) if abi >= ABI_SCOPES else b""  # no abstract sockets of, no signals to, others
    fd = _check(_libc().syscall(LANDLOCK_CREATE_RULESET, ruleset, ctypes.c_size_t(len(ruleset)), ctypes.c_uint(0)))
    for path in readable:
        with contextlib.suppress(FileNotFoundError):
            _allow(fd, path, EXECUTE | READ_FILE | READ_DIR)
    _allow(fd, workdir, rights)
    _check(_libc().syscall(LANDLOCK_RESTRICT_SELF, ctypes.c_int(fd), ctypes.c_uint(0)))
    os.close(fd)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow these rights below `path`, or on it if it is a file."""
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", rights if Path(path).is_dir() else rights & ON_FILES, beneath)
    _check(_libc().syscall(LANDLOCK_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0)))
    os.close(beneath)


class _Filter:
    """The seccomp filter as BPF: what is denied answers EPERM, what is unknown answers ENOSYS."""

    def __init__(self, *, gated: bool) -> None:
        """`gated` has each new thread wait for the grader's word."""
        try:
            import pyseccomp
        except (ImportError, RuntimeError) as error:
            raise Unavailable(f"libseccomp cannot be loaded: {error}") from None
        self._flags = SECCOMP_FILTER_FLAG_NEW_LISTENER if gated else 0
        self._load = pyseccomp.resolve_syscall(pyseccomp.system_arch(), "seccomp")
        program = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        for name in DENIED:
            with contextlib.suppress(OSError, ValueError):  # unknown on this architecture
                program.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
        for number in range(FIRST_UNKNOWN, LAST_UNKNOWN):
            program.add_rule(pyseccomp.ERRNO(errno.ENOSYS), number)
        no_thread, thread = (pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, flag) for flag in (0, CLONE_THREAD))
        program.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", no_thread)
        if gated:
            program.add_rule(pyseccomp.NOTIFY, "clone", thread)
        program.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be read; glibc falls back to clone
        for command in (F_SETSIG, F_SETOWN, F_SETOWN_EX, F_SETLEASE, F_NOTIFY):
            program.add_rule(pyseccomp.ERRNO(errno.EPERM), "fcntl", pyseccomp.Arg(1, pyseccomp.EQ, command))
        for command in (FIOSETOWN, SIOCSPGRP):
            program.add_rule(pyseccomp.ERRNO(errno.EPERM), "ioctl", pyseccomp.Arg(1, pyseccomp.EQ, command))
        program.add_rule(pyseccomp.ERRNO(errno.EPERM), "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))  # of others
        with tempfile.TemporaryFile() as file:
            program.export_bpf(file)
            file.seek(0)
            self._program = file.read()

    def load(self) -> int | None:
        """Put it on this process, for good; the grader's end of its gate, if it has one.

        Raises:
            OSError: the kernel refuses; EBUSY if this process is behind another gate.
        """

        class Program(ctypes.Structure):
            _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

        buffer = ctypes.create_string_buffer(self._program, len(self._program))
        argument = Program(len(self._program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
        flags = ctypes.c_ulong(self._flags)
        fd: int = _check(
            _libc().syscall(self._load, ctypes.c_ulong(SECCOMP_SET_MODE_FILTER), flags, ctypes.byref(argument))
        )
        return fd if self._flags else None


def _drop_capabilities() -> None:
    """Take from root what Landlock does not take. Without privilege there is nothing to drop."""
    libc = _libc()
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
    libc.prctl(PR_CAP_AMBIENT, CLEAR_ALL, 0, 0, 0)
    version_3 = struct.pack("Ii", 0x20080522, 0)
    _check(libc.capset(version_3, bytes(24)))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
