"""Programs that a notebook starts: what is done with files is done in Python, all else has ended at once and is well.

What is not run says so in one line of output, as a shell command that fails does in Jupyter: the rest of its cell runs.
"""

from __future__ import annotations

import asyncio
import glob
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

WIDTH = 70  # characters of what is passed over
MOST = 1 << 15  # bytes of output that a pipe takes at once, wherever this runs
SPECIAL = set("|&()`$<>{}")  # of the shell's signs those that change what a plain command means
BLOCKS = set("for while until if case function { (".split())
Words = list[str]


def replace() -> None:
    """Stand in for what starts programs."""
    os.system = _system
    if os.name == "posix":
        subprocess.Popen._execute_child = _execute_child  # type: ignore[attr-defined]
        asyncio.create_subprocess_exec = _create_exec  # type: ignore[assignment]
        asyncio.create_subprocess_shell = _create_shell  # type: ignore[assignment]


def pass_over(what: str) -> None:
    """Say that something is not done here."""
    print(f"{shorten(what, WIDTH, placeholder=' …')}: not run when grading")  # noqa: T201  # into the cell's output


def run(command: str | Sequence[Any], shown: str = "") -> tuple[str, int]:
    """What a command, as the shell takes it or in words, puts out, and its exit code; `shown` is what it is called."""
    plain = isinstance(command, str)
    parts = _parts(command if isinstance(command, str) else shlex.join(map(os.fsdecode, command)))
    if parts is None:
        pass_over(shown or (str(command) if plain else " ".join(map(os.fsdecode, command))))
        return "", 0
    said, code = "", 0
    for words in parts:
        more, code = _do(words)
        said += more
        if code:
            break
    return said, code


def run_script(script: str, shown: str) -> str:
    """What the lines of a script put out, each on its own; none of them is run if it has loops or branches."""
    lines = [line for line in map(str.strip, script.splitlines()) if line and not line.startswith("#")]
    if any(line.split()[0] in BLOCKS for line in lines):
        pass_over(shown)
        return ""
    return "".join(run(line)[0] for line in lines)


def _parts(line: str) -> list[Words] | None:
    """The plain commands of a line, if all of them are known and nothing in it is more than plain."""
    found: list[Words] = [[]]
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        for token in lexer:
            if token in ("&&", ";"):
                found.append([])
            else:
                found[-1].append(token)
    except ValueError:  # a quote that does not end
        return None
    known = all(words and words[0] in COMMANDS and not _special(words) for words in found)
    return found if known else None


def _special(words: Words) -> bool:
    """Whether the shell would make something else of these words than what they say; `> file` at the end is known."""
    plain = words[:-2] if words[-2:-1] in ([">"], [">>"]) else words
    return any(set(word) & SPECIAL for word in plain)


def _do(words: Words) -> tuple[str, int]:
    target, mode = None, "w"
    if words[-2:-1] in ([">"], [">>"]):
        target, mode = words[-1], "a" if words[-2] == ">>" else "w"
        words = words[:-2]
    options = "".join(word[1:] for word in words[1:] if word.startswith("-"))
    names = [name for word in words[1:] if not word.startswith("-") for name in sorted(glob.glob(word)) or [word]]
    try:
        said = "".join(COMMANDS[words[0]](options, names))
        if target is None:
            return said, 0
        with open(os.path.expanduser(target), mode) as file:
            file.write(said)
    except OSError as error:
        return f"{words[0]}: {error.filename}: {error.strerror}\n", 1
    return "", 0


def _mkdir(options: str, names: Words) -> Iterator[str]:
    for name in names:
        Path(name).mkdir(parents="p" in options, exist_ok="p" in options)
    yield ""


def _touch(_: str, names: Words) -> Iterator[str]:
    for name in names:
        Path(name).open("a").close()
    yield ""


def _rm(options: str, names: Words) -> Iterator[str]:
    for path in map(Path, names):
        if path.is_dir() and "r" in options.lower():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok="f" in options)
    yield ""


def _cp(options: str, names: Words) -> Iterator[str]:
    *sources, target = names
    for source in sources:
        place = Path(target, Path(source).name) if Path(target).is_dir() else Path(target)
        if Path(source).is_dir() and "r" in options.lower():
            shutil.copytree(source, place, copy_function=shutil.copyfile, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, place)
    yield ""


def _mv(_: str, names: Words) -> Iterator[str]:
    *sources, target = names
    for source in sources:
        shutil.move(source, target)
    yield ""


def _echo(options: str, names: Words) -> Iterator[str]:
    yield " ".join(names) + ("" if options == "n" else "\n")


def _cat(_: str, names: Words) -> Iterator[str]:
    yield from (Path(name).read_text("utf-8", "replace") for name in names)


def _ls(options: str, names: Words) -> Iterator[str]:
    for name in names or ["."]:
        os.stat(name)
        found = sorted(os.listdir(name)) if Path(name).is_dir() else [name]
        yield from (f"{one}\n" for one in found if "a" in options or not one.startswith("."))


COMMANDS: dict[str, Callable[[str, Words], Iterator[str]]] = {
    "mkdir": _mkdir, "touch": _touch, "rm": _rm, "cp": _cp, "mv": _mv, "echo": _echo, "cat": _cat, "ls": _ls,
    "pwd": lambda *_: iter([f"{os.getcwd()}\n"]), "true": lambda *_: iter(()),
}  # fmt: skip


def _system(command: Any) -> int:
    """Stands for `os.system`."""
    said, code = run(os.fsdecode(command))
    sys.stdout.write(said)
    return code << 8


def _execute_child(self: Any, args: Any, *rest: Any) -> None:
    """Stands for what starts a program: it has ended at once.

    The child's ends of its pipes are closed, so that whoever reads finds what it has said and whoever waits need not.
    """
    shell = rest[8]
    plain = isinstance(args, str | bytes | os.PathLike)
    said, code = run(os.fsdecode(args) if plain else (os.fsdecode(args[0]) if shell else args))
    self.pid, self.returncode = os.getpid(), code
    pipe = rest[12]
    if pipe not in (-1, None):
        os.write(pipe, said.encode()[:MOST])
    elif said:
        sys.stdout.write(said)
    self._close_pipe_fds(*rest[9:15])


class _Program:
    """Stands for a program that asyncio has started."""

    def __init__(self, args: Any, shell: bool, options: dict[str, Any]) -> None:
        said: dict[str, Any] = {name: options.get(name) for name in ("stdin", "stdout", "stderr")}
        self._done = subprocess.Popen(args, shell=shell, **said)
        self.pid, self.returncode = self._done.pid, self._done.returncode
        streams = {name: getattr(self._done, name) for name in said}
        self.stdin = streams["stdin"] and _Sink()
        self.stdout, self.stderr = (_read(streams[name]) for name in ("stdout", "stderr"))

    async def wait(self) -> int:
        return int(self.returncode)

    async def communicate(self, input: bytes | None = None) -> tuple[bytes | None, bytes | None]:
        return tuple([await stream.read() if stream else None for stream in (self.stdout, self.stderr)])  # type: ignore[return-value]

    def kill(self) -> None:
        """It has ended."""

    terminate = send_signal = lambda self, *_: None


class _Sink:
    """Takes whatever is written to a program."""

    def write(self, data: bytes) -> None:
        """Take it."""

    def close(self) -> None:
        """Take no more."""

    async def drain(self) -> None:
        """Wait for nothing."""

    wait_closed = drain


def _read(pipe: Any) -> asyncio.StreamReader | None:
    """All that there is to read."""
    if pipe is None:
        return None
    reader = asyncio.StreamReader()
    reader.feed_data(pipe.read())
    reader.feed_eof()
    return reader


async def _create_exec(*args: Any, **options: Any) -> _Program:
    return _Program(args, False, options)


async def _create_shell(command: Any, **options: Any) -> _Program:
    return _Program(command, True, options)
