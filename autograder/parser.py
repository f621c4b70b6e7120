"""Whether Python can read a long source without taking more memory and time than there is for it.

Nobody can tell from outside: the names in 200 kB of ``import a.a.a...`` take ten gigabytes. So a process that may take
little does it first, and what it gets through, another gets through as well.
"""

from __future__ import annotations

import subprocess
import sys

MEMORY = 512 << 20  # of address space
SECONDS = 2  # of computing
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


def parsable(source: str) -> bool:
    """Whether a process of its own reads it to the end."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", CHILD], input=source.encode(), capture_output=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
