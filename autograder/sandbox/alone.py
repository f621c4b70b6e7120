"""A worker that nobody forks: imports all that it needs, then waits until there is a hand-in for it.

It reads two lines of JSON from its standard input: ``{"port": n, "token": text}``, whom to call once it is ready, and
``{"workdir": path, "limits": {…}}``, which makes it a worker. When standard input ends, the grader is gone: whatever it
does at that moment, it removes its folder and ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import threading
from typing import Any

from autograder.sandbox import folder
from autograder.sandbox.limits import Limits, restrict

Orders = queue.SimpleQueue[dict[str, Any]]


def main() -> None:
    """``python -m autograder.sandbox.alone``, in a folder of its own, which goes with it."""
    orders: Orders = queue.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(os.dup(0), orders, folder.own()), daemon=True)
    _mute(0)
    listener.start()
    with contextlib.suppress(ConnectionError):  # the grader is gone, or has hung up
        _serve(orders)
    listener.join()  # the grader ends this process, or is gone


def _serve(orders: Orders) -> None:
    import torch  # this takes seconds, in which the grader may be gone

    from autograder.sandbox import worker
    from autograder.sandbox.shell import Shell

    torch.set_num_threads(1)  # and no thread pool of BLAS: see launch.environment
    shell = Shell.start(Limits())
    connection = _call(**orders.get())
    limits = _settle(**orders.get())
    worker.main(connection, shell, limits)


def _listen(stdin: int, orders: Orders, home: str) -> None:
    """Pass on what the grader says; leave nothing behind when it is gone, even if the hand-in never ends."""
    try:
        for line in os.fdopen(stdin, "rb"):
            orders.put(json.loads(line))
        os.chdir(os.path.dirname(home))  # on Windows a folder that somebody works in cannot be removed
        folder.remove(home)
    finally:
        os._exit(0)


def _call(port: int, token: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # frames are small, and each is waited for
    connection.sendall(token.encode())
    return connection


def _settle(workdir: str, limits: dict[str, Any]) -> Limits:
    folder.settle(workdir)
    _mute(1, 2)
    own = Limits(**limits)
    restrict(own)
    return own


def _mute(*fds: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for fd in fds:
        os.dup2(null, fd)
    os.close(null)


if __name__ == "__main__":
    main()
