"""What a notebook finds where it was written and cannot have in a worker: given in another way, or passed over.

What is passed over does nothing and says so in one line of output, as a shell command that fails does in Jupyter: the
rest of its cell runs.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import functools
import inspect
import logging
import os
import pdb
import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import matplotlib
import torch
from IPython.core import debugger
from torch.utils.data import DataLoader

from autograder.sandbox import files, processes, programs
from autograder.sandbox.programs import pass_over as pass_over

Block = TypeVar("Block", ast.Try, ast.With)
LINES = "pip conda mamba micromamba uv edit ed debug pdb man pastebin".split()  # magics that there is no use for here
CELLS = "script python python2 python3 perl ruby pypy js cmd debug".split()
SHELLS = ("bash", "sh", "shell")  # … and the shell's
PLATFORMS = ("google.colab", "kaggle_secrets", "kaggle_datasets")  # which no answer needs
WORKERS = ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout")  # of a DataLoader with some
CATCHING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
ABSENT = "__absent__"  # the name under which cells find `absent`


def settle(shell: Any) -> None:
    """Give a shell what a kernel's has: a name, a memory, and magics."""
    type(shell).__name__ = "ZMQInteractiveShell"  # … by which libraries know that they are in a notebook
    shell.config.IPKernelApp.parent_appname = ""
    shell.kernel = Kernel("get_ipython().kernel")
    shell.db = Database()
    shell.extension_manager.load_extension("storemagic")
    for kind, names in (("line", LINES), ("cell", CELLS)):
        for name in names:
            if name in shell.magics_manager.magics[kind]:
                sign = "%" if kind == "line" else "%%"
                shell.register_magic_function(_magic(f"{sign}{name}"), kind, name)
    for name in SHELLS:
        shell.register_magic_function(_script(f"%%{name}"), "cell", name)
    shell.ast_transformers.append(Imports())
    setattr(builtins, ABSENT, absent)


def replace() -> None:
    """Stand in for what a worker cannot have or is not to do: in a worker, for the process that forks it needs some."""
    sys.breakpointhook = pdb.set_trace = debugger.set_trace = _unasked("breakpoint()")
    programs.replace()
    processes.replace()
    if os.name == "posix":
        loop: Any = asyncio.SelectorEventLoop
        loop._make_self_pipe = _make_self_pipe
    asyncio.run = _run
    files.replace()
    matplotlib.use = _unless(ImportError, matplotlib.use, "matplotlib.use")
    DataLoader.__init__ = _without_workers(DataLoader.__init__)  # type: ignore[method-assign]
    logging.getLogger("autoreload").disabled = True  # it complains of the kit's modules, which no worker may read
    torch.compile = _compile
    torch.set_default_device = _set_default_device


def _magic(name: str) -> Callable[..., None]:
    return lambda line="", cell=None: pass_over(f"{name} {line}".strip())


def _script(name: str) -> Callable[[str, str], None]:
    def instead(line: str, cell: str) -> None:
        sys.stdout.write(programs.run_script(cell, f"{name} {line}".strip()))

    return instead


def _unasked(what: str) -> Callable[..., None]:
    """Stands for a function that is not to be run."""
    return lambda *_, **__: pass_over(what)


def _unless(error: type[Exception], function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, which is passed over where it raises this error."""

    @functools.wraps(function)
    def instead(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except error:
            return pass_over(f"{name}({', '.join(map(repr, args))})")

    return instead


def _compile(model: Any = None, **_: Any) -> Any:
    """Stands for `torch.compile`: what it was given, or a decorator that gives that."""
    pass_over("torch.compile")
    return (lambda function: function) if model is None else model


def _without_workers(init: Callable[..., None]) -> Callable[..., None]:
    """`DataLoader.__init__`, for which `num_workers` is 0: it loads in this process."""
    signature = inspect.signature(init)

    @functools.wraps(init)
    def instead(*args: Any, **kwargs: Any) -> None:
        try:
            given = signature.bind(*args, **kwargs)
        except TypeError:
            return init(*args, **kwargs)  # which says what is wrong
        if given.arguments.get("num_workers"):
            given.arguments["num_workers"] = 0
            for name in WORKERS:
                given.arguments.pop(name, None)
        return init(*given.args, **given.kwargs)

    return instead


_own_default_device = torch.set_default_device


def _set_default_device(device: Any) -> None:
    """Stands for `torch.set_default_device`: a device that this machine does not have is passed over."""
    try:
        torch.zeros(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        return pass_over(f"torch.set_default_device({device!r})")
    return _own_default_device(device)


_own_run = asyncio.run


def _run(*args: Any, **kwargs: Any) -> Any:
    """Stands for `asyncio.run`, which a script may call: so may a cell, though it is run in a loop itself."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return _own_run(*args, **kwargs)
    finally:
        asyncio._set_running_loop(loop)


class _End:
    """One end of a pipe, as an event loop uses its pair of sockets to wake itself up."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def recv(self, most: int) -> bytes:
        return os.read(self._descriptor, most)

    def send(self, data: bytes) -> int:
        return os.write(self._descriptor, data)

    def close(self) -> None:
        os.close(self._descriptor)


def _make_self_pipe(self: Any) -> None:
    """Stands for the event loop's own: a worker may have pipes, but no sockets."""
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    self._ssock, self._csock = map(_End, ends)
    self._internal_fds += 1
    self._add_reader(self._ssock.fileno(), self._read_from_self)


class Database(dict[str, Any]):
    """IPython's memory of bookmarks, aliases and stored variables, which ends with the worker."""

    def keys(self, pattern: str | None = None) -> Any:
        """The keys, or those that match."""
        return super().keys() if pattern is None else [key for key in self if fnmatchcase(key, pattern)]


class Imports(ast.NodeTransformer):
    """Lets an import of a package that is not there go on: what uses it fails, and nothing else.

    An import that somebody is prepared to see fail is left as it is.
    """

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        """One import a name, so that each is on its own."""
        return [self._guarded(ast.Import([alias]), [alias], alias.name, node) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        """All names come from one module."""
        if node.level or node.module == "__future__":
            return node
        return self._guarded(node, node.names, node.module or "", node)

    def visit_Try(self, node: ast.Try) -> ast.Try:
        """What a handler waits for is to be raised."""
        return self._visited(node, any(_catches(handler.type) for handler in node.handlers))

    def visit_With(self, node: ast.With) -> ast.With:
        """As with `contextlib.suppress`."""
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        return self._visited(node, any(_catches(argument) for call in calls for argument in call.args))

    def _visited(self, node: Block, caught: bool) -> Block:
        """All of a block, or all but its body."""
        body = node.body
        if caught:
            node.body = []
        self.generic_visit(node)
        if caught:
            node.body = body
        return node

    def _guarded(self, plain: ast.stmt, names: list[ast.alias], module: str, where: ast.stmt) -> ast.stmt:
        bound = [(one.asname or one.name).partition(".")[0] for one in names if one.name != "*"]
        sets = " = ".join([*bound, f"{ABSENT}(__error__, {module!r})"])
        guard = ast.parse(f"try: pass\nexcept ModuleNotFoundError as __error__: {sets}").body[0]
        assert isinstance(guard, ast.Try)
        for part in ast.walk(guard):
            ast.copy_location(part, where)
        guard.body = [ast.copy_location(plain, where)]
        return guard


def _catches(kinds: ast.expr | None) -> bool:
    if kinds is None:
        return True
    return any(isinstance(one, ast.Name | ast.Attribute) and _last_name(one) in CATCHING for one in ast.walk(kinds))


def _last_name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def absent(error: ModuleNotFoundError, module: str) -> Any:
    """What an import gives whose package is not there."""
    if module == "google" or module.startswith(PLATFORMS):
        return Idle(module)
    print(f"{error}: what uses it will fail, the rest runs")  # noqa: T201  # into the cell's output
    return Absent(str(error), error.name)


class Absent:
    """Stands for what a package would have given. Whatever is done with it raises what its import raised."""

    def __init__(self, message: str, name: str | None) -> None:
        self.__dict__["_raise"] = lambda: ModuleNotFoundError(message, name=name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self.__dict__["_raise"]()


def _use(self: Absent, *_: Any, **__: Any) -> Any:
    raise self.__dict__["_raise"]()


for _name in "call iter next len getitem setitem contains enter mro_entries setattr add radd mul matmul".split():
    setattr(Absent, f"__{_name}__", _use)


class Idle:
    """Stands for a service of the place where a notebook was written: it may be called, and does nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Idle:
        if name.startswith("__"):
            raise AttributeError(name)
        return Idle(f"{self._name}.{name}")

    def __call__(self, *_: Any, **__: Any) -> Idle:
        pass_over(f"{self._name}()")
        return self


class Kernel(Idle):
    """Stands for the kernel that a shell is part of."""

    def get_parent(self, *_: Any) -> dict[str, Any]:
        """Widgets ask which message made a cell run; none did."""
        return {}
