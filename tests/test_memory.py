"""A process that grades has a limit of memory, which costs the hand-in that reaches it, and nobody else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder import memory

CHILD = """
import resource, subprocess, sys
import torch
from autograder import memory
before = resource.getrlimit(resource.RLIMIT_DATA)
with memory.limited():
    kinds = []
    for make in (lambda: bytes(2 * memory.ROOM), lambda: torch.eye(30_000), lambda: ["a"] * memory.ROOM):
        try:
            make()
        except Exception as error:
            kinds.append(memory.reached(error))
    print(kinds, len(bytes(memory.ROOM // 2)) == memory.ROOM // 2)
print(resource.getrlimit(resource.RLIMIT_DATA) == before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit")
def test_limit_is_an_exception_whatever_asks_for_memory_and_ends_with_the_grading() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[True, True, True] True\nTrue\n", "")


def test_other_exceptions_do_not_count() -> None:
    assert not memory.reached(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
