"""What a worker may ask of the kernel: one table, with a reason a group. Whatever is not in it is refused.

It was found by tracing (`strace -ff`) the workers of the whole sample class and of the sandbox's tests, and widened by
what Python's own library does for threads, timers, pipes and files in a folder; the workers of another thousand right
and wrong answers asked for nothing else, but for one `setsid`. None of it reaches another process,
tells of one, or leaves a trace behind that a later hand-in could read.
"""

from __future__ import annotations

from dataclasses import dataclass

# Each line is a group and why it is there. A call that an architecture does not have is passed over.
ALLOWED = {
    "memory, which RLIMIT_AS bounds": "brk mmap munmap mremap mprotect",
    "files: Landlock says which": "open openat creat access faccessat readlink readlinkat getcwd chdir fchdir umask",
    "files of the own folder come and go": """
        mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
    """,
    "what a file is: cannot be denied to a Python that starts": "stat fstat lstat newfstatat fstatat64 getdents64",
    "reading, writing": "read write readv writev pread64 pwrite64 preadv pwritev lseek ftruncate close dup dup2 dup3",
    "pipes within the process, and waiting for them": """
        pipe pipe2 eventfd2 poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait
    """,
    "the line to the grader, the only socket there is": "recvfrom sendmsg",
    "signals to oneself: timers, handlers": """
        rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause alarm
        getitimer setitimer restart_syscall
    """,
    "threads, which wait at the gate": "futex set_robust_list rseq set_tid_address sched_yield exit exit_group",
    "clocks": "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage",
    "who and what one is": """
        getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getresuid getresgid getgroups uname
        getrlimit sched_getaffinity
    """,
    "random numbers": "getrandom",
}

# What happens to it is lost when the folder is removed; a real flush would keep others waiting for the disk.
PRETENDED = "fsync fdatasync msync".split()

# glibc and Python try these first, and do without if they hear that there is no such call.
UNKNOWN = """
    clone3 openat2 faccessat2 statx close_range membarrier get_mempolicy copy_file_range sendfile preadv2 pwritev2
    futex_waitv io_uring_setup arch_prctl
""".split()
FIRST_UNKNOWN, LAST_UNKNOWN = 451, 600  # newer than libseccomp's tables: cachestat, fchmodat2, mseal, …

CLONE_THREAD = 0x10000
O_ASYNC = 0x2000


@dataclass(frozen=True)
class Only:
    """A call that is allowed with some values of one argument, which the kernel reads as 32 bits."""

    call: str
    argument: int
    values: tuple[int, ...]


LIMITED = (
    # F_DUPFD F_GETFD F_SETFD F_GETFL F_DUPFD_CLOEXEC; no locks, leases, owners or signals: others can see those
    Only("fcntl", 1, (0, 1, 2, 3, 1030)),
    Only("ioctl", 1, (0x5450, 0x5451, 0x5421, 0x541B)),  # FIONCLEX FIOCLEX FIONBIO FIONREAD
    Only("prctl", 0, (15, 16)),  # PR_SET_NAME PR_GET_NAME: of threads
    # NORMAL RANDOM SEQUENTIAL DONTNEED FREE HUGEPAGE NOHUGEPAGE DONTDUMP DODUMP: nothing that moves pages of files
    Only("madvise", 2, (0, 1, 2, 4, 8, 14, 15, 16, 17)),
)
