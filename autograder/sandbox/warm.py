"""The warm process: imports torch, matplotlib and IPython once, then forks a worker for each hand-in.

It runs no student code, holds no secret, and speaks to the grader through one socket of JSON datagrams:
``{"fork": workdir, "limits": {…}}`` with the worker's connection attached answers ``{"pid": n}`` with its pidfd, and
``{"reap": n}`` kills that worker and answers ``{"ended": [exit code, seconds of computing time, the most of those]}``.
When the grader is gone it kills what is left and ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import resource
import signal
import socket
import sys
from typing import Any

import torch

from autograder.sandbox import folder, isolation, worker
from autograder.sandbox.levels import APART
from autograder.sandbox.limits import DATAGRAM, Limits, restrict
from autograder.sandbox.shell import Shell

# In a process's limits; of another user's process, which a worker may be, root in a container cannot ask the kernel.
MOST_TIME = re.compile(r"^Max cpu time +\S+ +(\d+)", re.MULTILINE)


class Warm:
    """Forks and reaps workers on request."""

    def __init__(self, control: socket.socket, shell: Shell, cell: isolation.Cell) -> None:
        self._control = control
        self._shell = shell
        self._cell = cell
        self._alive: set[int] = set()

    def serve(self) -> None:
        """Answer until the grader hangs up."""
        while True:
            try:
                message, fds, _, _ = socket.recv_fds(self._control, DATAGRAM, 1)
            except ConnectionError:
                message = b""
            if not message:
                break
            request = json.loads(message)
            if "fork" in request:
                self._introduce(self._fork(request, fds[0]))
            else:
                self._control.send(json.dumps({"ended": self._reap(request["reap"])}).encode())
        for pid in list(self._alive):
            self._reap(pid)

    def _introduce(self, pid: int) -> None:
        """Give the grader the worker's number, and a hold of it that is the grader's own."""
        try:
            pidfds = [os.pidfd_open(pid)]
        except OSError:  # a container's own filter may know nothing of it
            pidfds = []
        socket.send_fds(self._control, [json.dumps({"pid": pid}).encode()], pidfds)
        for pidfd in pidfds:
            os.close(pidfd)

    def _fork(self, request: dict[str, Any], connection: int) -> int:
        pid = os.fork()
        if pid == 0:
            try:
                self._become_worker(request, connection)
            finally:  # whatever happened, a worker never returns into the warm process's loop
                os._exit(70)
        os.close(connection)
        self._alive.add(pid)
        return pid

    def _become_worker(self, request: dict[str, Any], connection: int) -> None:
        os.setsid()
        isolation.die_with_parent()
        workdir = request["fork"]
        folder.settle(workdir)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        if connection != 3:
            os.dup2(connection, 3, inheritable=False)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        limits = Limits(**request["limits"])
        restrict(limits)
        grader = socket.socket(fileno=3)
        self._hand_over(grader, self._cell.enter(workdir))
        worker.main(grader, self._shell, limits)
        os._exit(0)

    def _hand_over(self, grader: socket.socket, gate: int | None) -> None:
        """Only the grader may open the gate: not even a descriptor of it stays here."""
        socket.send_fds(grader, [b"g"], [] if gate is None else [gate])
        if gate is not None:
            os.close(gate)

    def _reap(self, pid: int) -> list[float]:
        """Its exit code and computing times; nothing if there is no such worker."""
        if pid not in self._alive:
            return []
        os.kill(pid, signal.SIGKILL)
        self._alive.remove(pid)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with open(f"/proc/{pid}/limits") as limits:  # which it has as long as it has not been waited for
            most = MOST_TIME.search(limits.read())
        _, status, used = os.wait4(pid, 0)
        return [
            os.waitstatus_to_exitcode(status),
            used.ru_utime + used.ru_stime,
            *(map(int, most.groups()) if most else ()),
        ]


def main() -> None:
    """``python -m autograder.sandbox.warm ORDERS``, in a folder of its own, which goes with it.

    The orders are ``{"control": fd, "level": name, "thorough": bool, "hidden": [folder, …]}``.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (resource.getrlimit(resource.RLIMIT_DATA)[1],) * 2)  # not the grader's own
    home, orders = folder.own(), json.loads(sys.argv[1])
    del sys.argv[1:], sys.orig_argv[1:]  # where things lie is no hand-in's business
    try:
        with contextlib.suppress(BrokenPipeError):  # the grader may be gone by the time that all is imported
            _serve(**orders)
    finally:
        folder.remove(home)  # with the folders of all workers, should the grader have been killed
    os._exit(0)  # IPython would look for its folder


def _serve(control: int, level: str, *, thorough: bool, hidden: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which then hangs up
    torch.set_num_threads(1)  # and no thread pool of BLAS: see launch.environment
    limits = Limits()
    shell = Shell.start(limits)
    if thorough:
        worker.preload(shell, limits)
        gc.collect()
    gc.freeze()
    if level == APART:
        os.chmod(".", 0o711)  # workers of other users have their folders in here
    cell, line = isolation.Cell(level, hidden), socket.socket(fileno=control)
    line.send(json.dumps({"ready": os.getpid()}).encode())
    Warm(line, shell, cell).serve()


if __name__ == "__main__":
    main()
