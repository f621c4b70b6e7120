"""Whether cost grows linearly: the rate and the main process's memory, for a class of 100 and one of 1,000.

``python -m benchmarks.scaling [SMALL] [LARGE]``. The start of the command (the time of a class of one) is taken off.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.courses import BIN, ours, run

MAIN = """
import resource, sys
from autograder.cli import main
status = main(["grade", "sgd", "--force"])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


def main(small: int = 100, large: int = 1000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rates, peaks = {}, {}
        start = run(ours(Path(folder, "one"), 1), "autograder", "grade", "sgd")
        for size in (small, large):
            root = ours(Path(folder, str(size)), size)
            rates[size] = size / (run(root, "autograder", "grade", "sgd") - start)
            peaks[size] = _peak(root)
            print(
                f"{size:5} students: {rates[size]:6.2f} a second, main process at most {peaks[size]:.0f} MiB",
                flush=True,
            )
    print(f"the rate at {large} is {rates[large] / rates[small]:.3f} of that at {small}")


def _peak(root: Path) -> float:
    """MiB that the main process itself uses at most."""
    done = subprocess.run([BIN / "python", "-c", MAIN], cwd=root, capture_output=True, text=True, check=True)
    return int(done.stderr.split()[-1]) / 1024


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
