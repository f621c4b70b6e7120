"""`autograder check` from cold, against the imports that no grader can do without; and the next one in a warm process.

``python -m benchmarks.checking [ROUNDS]``
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from autograder.grading.grader import Grader
from autograder.handin.handin import read
from autograder.lesson.manifest import Lesson
from autograder.sandbox import probe
from autograder.sandbox.launch import WarmProcess
from benchmarks.courses import run
from tests.sample_class import Maker


def main(rounds: int = 7) -> None:
    lesson = Lesson.load()
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder, f"{lesson.assignment}.ipynb")
        notebook.write_text(Maker(lesson).text(), "utf-8")
        imports, checks = [], []
        for _ in range(rounds):
            imports.append(run(Path(folder), "python", "-c", "import torch, matplotlib.pyplot, IPython"))
            checks.append(run(Path(folder), "autograder", "check", str(notebook)))
        warm = list(_warm(notebook, lesson, rounds))
    cold = statistics.median(checks) / statistics.median(imports)
    print(f"imports alone        {statistics.median(imports):7.3f} s")
    print(f"check, cold          {statistics.median(checks):7.3f} s  {cold:.2f} times the imports")
    share = statistics.median(warm) / statistics.median(imports)
    print(f"the next one, warm   {statistics.median(warm):7.3f} s  {share:.2f} times the imports")


def _warm(notebook: Path, lesson: Lesson, rounds: int) -> list[float]:
    """Seconds of each grading after the first, in one grader with its warm process."""
    seconds = []
    with WarmProcess(probe.best()) as warm:
        grader = Grader(lesson, warm)
        for _ in range(rounds + 1):
            begin = time.perf_counter()
            grader.grade(read(notebook, lesson))
            seconds.append(time.perf_counter() - begin)
    return seconds[1:]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
