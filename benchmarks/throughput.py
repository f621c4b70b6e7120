"""Submissions a second, marks and feedback pages together: this kit against stock nbgrader, in turn, in one run.

``python -m benchmarks.throughput [ROUNDS] [OURS] [STOCK]``: rounds, and students in each class. Whole commands are
timed, with their start. The start is a larger share of a smaller class, so the last line takes it off both sides: it
compares what one more student costs, from a class of one and the whole class.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook

from benchmarks.courses import ours, run, stock, subject


def main(rounds: int = 3, kit_class: int = 200, stock_class: int = 8) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kits = {size: ours(Path(folder, f"kit-{size}"), size) for size in (1, kit_class)}
        stocks = {size: stock(Path(folder, f"stock-{size}"), size) for size in (1, stock_class)}
        times: dict[tuple[str, int], list[float]] = {}
        name = subject().assignment
        for _ in range(rounds):
            for size, root in stocks.items():
                seconds = run(root, "nbgrader", "autograde", name, "--force")
                seconds += run(root, "nbgrader", "generate_feedback", name, "--force")
                times.setdefault(("stock", size), []).append(seconds)
            for size, root in kits.items():
                times.setdefault(("kit", size), []).append(run(root, "autograder", "grade", name, "--force"))
        _demand_full_marks(f"sqlite:///{stocks[stock_class]}/gradebook.db", stock_class)
        _demand_full_marks(f"sqlite:///{kits[kit_class]}/course/gradebook.db", kit_class)
    _report({key: statistics.median(found) for key, found in times.items()}, kit_class, stock_class)


def _demand_full_marks(db_url: str, students: int) -> None:
    with Gradebook(db_url) as gradebook:
        submissions = gradebook.assignment_submissions(subject().assignment)
        found = [submission.score / submission.max_score for submission in submissions]
    if found != [1.0] * students:
        raise SystemExit(f"not all have full marks: {found}")


def _report(median: dict[tuple[str, int], float], kit_class: int, stock_class: int) -> None:
    whole = {"stock": median["stock", stock_class] / stock_class, "kit": median["kit", kit_class] / kit_class}
    more = {
        name: (median[name, size] - median[name, 1]) / (size - 1)
        for name, size in (("stock", stock_class), ("kit", kit_class))
    }
    print(f"{'':24}{'stock nbgrader':>16}{'autograder':>12}{'ratio':>8}")
    for label, found in (("s a submission, whole", whole), ("s for one more", more)):
        print(f"{label:24}{found['stock']:16.3f}{found['kit']:12.3f}{found['stock'] / found['kit']:8.1f}")
    print(f"classes of {stock_class} and {kit_class}")
    print(f"a class of one: {median['stock', 1]:.1f} s and {median['kit', 1]:.1f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
