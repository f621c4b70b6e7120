"""Whether cost grows linearly: the rate and the main process's memory, for a class of 100 and one of 1,000.

``python -m benchmarks.scaling [SMALL] [LARGE]``. The start of the command (the time of a class of one) is taken off.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.courses import ours, run

MAIN = """
import pathlib, resource, sys
from autograder.cli import main
status = main(["grade"])
pathlib.Path("peak").write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))  # KiB
sys.exit(status)
"""


def main(small: int = 100, large: int = 1000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rates = {}
        start = run(ours(Path(folder, "one"), 1), "python", "-c", MAIN)
        for size in (small, large):
            root = ours(Path(folder, str(size)), size)
            rates[size] = size / (run(root, "python", "-c", MAIN) - start)
            peak = int((root / "peak").read_text()) / 1024
            print(f"{size:5} students: {rates[size]:6.2f} a second, main process at most {peak:.0f} MiB", flush=True)
    print(f"the rate at {large} is {rates[large] / rates[small]:.3f} of that at {small}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
