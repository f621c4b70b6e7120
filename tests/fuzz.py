"""Every fuzz test, each for so long that its silence means something: ``python -m tests.fuzz [SECONDS]``, 600 by default.

A fuzz test is one that hypothesis feeds. Two run at a time, a fuzzer in a process of its own, round after round under
new seeds. Ends with 1 if one has found something; how to see that again is printed.
"""

from __future__ import annotations

import itertools
import random
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

AT_ONCE = 2
PYTEST = [sys.executable, "-m", "pytest", "-q", "--hypothesis-profile", "long"]
EXAMPLES = re.compile(r"(\d+) passing")


@dataclass(frozen=True)
class Found:
    """What came of one fuzzer: how many examples it has tried, and the round that failed, if one did."""

    fuzzer: str
    seconds: float
    examples: int
    failure: str | None


def fuzzers() -> list[str]:
    """The tests that hypothesis feeds, by their pytest id."""
    done = subprocess.run([*PYTEST, "--collect-only", "-m", "hypothesis"], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if "::" in line]


def fuzz(fuzzer: str, seconds: float) -> Found:
    """Try one fuzzer under one seed after another until its time is over, or it finds something."""
    begin, examples = time.monotonic(), 0
    for seed in itertools.count(random.getrandbits(31)):
        command = [*PYTEST, fuzzer, "--hypothesis-seed", str(seed), "--hypothesis-show-statistics"]
        done = subprocess.run(command, capture_output=True, text=True)
        spent = time.monotonic() - begin
        examples += sum(map(int, EXAMPLES.findall(done.stdout)))
        if done.returncode or spent > seconds:
            return Found(fuzzer, spent, examples, f"{' '.join(command)}\n{done.stdout}" if done.returncode else None)
    raise AssertionError("there is always another seed")


def main(seconds: float = 600) -> int:
    """Fuzz all, and print a line each as it is done; the exit status."""
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(lambda fuzzer: fuzz(fuzzer, seconds), fuzzers()):
            result = "nothing found" if found.failure is None else f"FOUND\n{found.failure}"
            print(f"{found.fuzzer}: {found.examples} examples in {found.seconds:.0f} s: {result}", flush=True)
            failed += found.failure is not None
    print(f"{failed} of the fuzzers found something")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
