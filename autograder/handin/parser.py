"""Whether Python can read a long source without taking more memory and time than there is for it.

Nobody can tell from outside: the names in 200 kB of ``import a.a.a...`` take ten gigabytes. So a process that may take
little does it first, and what it gets through, another gets through as well.
"""

from __future__ import annotations

import os
import subprocess
import sys

MEMORY = 512 << 20  # of address space
SECONDS = 2  # of computing
TOTAL = 10.0  # seconds of computing for all sources of one hand-in
PATIENCE = 20.0  # seconds by the clock, on a machine under load
CHILD = f"""
import ast, resource, symtable, sys, warnings
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
warnings.simplefilter("ignore")
source = sys.stdin.buffer.read().decode()
tree = ast.parse(source)
try:
    ast.unparse(tree)
except RecursionError:
    pass
symtable.symtable(source, "cell", "exec")
"""


class Parser:
    """Tries the long sources of one hand-in, until it has no time left for them."""

    def __init__(self, seconds: float = TOTAL) -> None:
        self._left = seconds

    def takes(self, source: str) -> bool:
        """Whether a process of its own reads it to the end."""
        before = _computed()
        found = self._left > 0 and _parsable(source)
        self._left -= _computed() - before
        return found


def _computed() -> float:
    """The seconds of computing of all processes that this one has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _parsable(source: str) -> bool:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", CHILD], input=source.encode(), capture_output=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
