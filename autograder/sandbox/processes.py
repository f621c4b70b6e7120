"""Other processes that a notebook starts from Python: a worker is one process, so threads of it stand for them."""

from __future__ import annotations

import concurrent.futures.process
import functools
import multiprocessing
import multiprocessing.context
import multiprocessing.pool
import os
import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import dummy, sharedctypes
from multiprocessing.pool import ThreadPool
from typing import Any

import torch.multiprocessing

POOL = "Process _setup_queues _get_sentinels _get_worker_sentinels _help_stuff_finish".split()  # a pool of threads' own
TYPES: dict[Any, Any] = sharedctypes.typecode_to_type  # type: ignore[attr-defined]
CONTEXTS = ("DefaultContext", "ForkContext", "SpawnContext", "ForkServerContext")  # Windows does not have all


def replace() -> None:
    """Stand in for what starts processes, and for what processes share."""
    modules: tuple[Any, ...] = (multiprocessing, torch.multiprocessing)
    for name, stand_in in STAND_INS.items():
        setattr(multiprocessing.context.BaseContext, name, staticmethod(stand_in))
        for module in modules:
            setattr(module, name, stand_in)
    for context in CONTEXTS:
        if hasattr(multiprocessing.context, context):
            getattr(multiprocessing.context, context).Process = Process
    everywhere: Any = concurrent.futures
    everywhere.ProcessPoolExecutor = everywhere.process.ProcessPoolExecutor = Executor
    pool: Any = multiprocessing.pool.Pool
    for name in POOL:
        setattr(pool, name, vars(ThreadPool)[name])
    pool.__init__ = _everlasting(pool.__init__)
    modules[1].spawn = _spawn
    torch.UntypedStorage.share_memory_ = lambda self, *_: self  # type: ignore[method-assign]


def _everlasting(init: Callable[..., None]) -> Callable[..., None]:
    """`Pool.__init__`, whose workers all live as long as it: a thread that ends is not replaced."""

    @functools.wraps(init)
    def instead(
        self: Any, processes: Any = None, initializer: Any = None, initargs: Any = (), *_: Any, **__: Any
    ) -> None:
        init(self, processes, initializer, initargs)

    return instead


class Process(threading.Thread):
    """Stands for a process."""

    authkey = b""

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        super().__init__(group, target, name, tuple(args), kwargs, daemon=daemon)

    @property
    def pid(self) -> int | None:
        return None if self.ident is None else os.getpid()

    @property
    def exitcode(self) -> int | None:
        return None if self.ident is None or self.is_alive() else 0

    def terminate(self) -> None:
        """A thread ends by itself."""

    kill = close = terminate


class Executor(ThreadPoolExecutor):
    """Stands for a `ProcessPoolExecutor`."""

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: Any = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        **_: Any,
    ) -> None:
        super().__init__(max_workers, initializer=initializer, initargs=initargs)


class Queue(queue.Queue[Any]):
    """Stands for a queue between processes."""

    def close(self) -> None:
        """Nothing has to be sent any more."""

    join_thread = cancel_join_thread = close


class Manager:
    """Stands for the process that keeps what others share."""

    Namespace = dummy.Namespace
    dict, list = dict, list

    def __getattr__(self, name: str) -> Any:
        return STAND_INS[name]

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing ends."""

    def start(self) -> None:
        """It runs."""

    shutdown = start


def _raw_value(kind: Any, *args: Any) -> Any:
    return TYPES.get(kind, kind)(*args)


def _raw_array(kind: Any, content: Any) -> Any:
    kind = TYPES.get(kind, kind)
    return (kind * content)() if isinstance(content, int) else (kind * len(content))(*content)


def _value(kind: Any, *args: Any, lock: Any = True) -> Any:
    return _shared(_raw_value(kind, *args), lock)


def _array(kind: Any, content: Any, *, lock: Any = True) -> Any:
    return _shared(_raw_array(kind, content), lock)


def _shared(value: Any, lock: Any) -> Any:
    if lock is False:
        return value
    own: Any = threading.RLock() if lock in (True, None) else lock
    return sharedctypes.synchronized(value, own)


def _spawn(function: Callable[..., object], args: tuple[Any, ...] = (), nprocs: int = 1, *_: Any, **__: Any) -> None:
    """Stands for `torch.multiprocessing.spawn`, which waits for all of them."""
    with ThreadPool(nprocs) as pool:
        pool.starmap(function, [(number, *args) for number in range(nprocs)])


STAND_INS: dict[str, Any] = {
    "Process": Process, "Manager": Manager, "Queue": Queue, "JoinableQueue": Queue, "Pipe": dummy.Pipe,
    "Lock": threading.Lock, "RLock": threading.RLock, "Semaphore": threading.Semaphore, "Event": threading.Event,
    "BoundedSemaphore": threading.BoundedSemaphore, "Condition": threading.Condition, "Barrier": threading.Barrier,
    "Value": _value, "Array": _array, "RawValue": _raw_value, "RawArray": _raw_array,
}  # fmt: skip
