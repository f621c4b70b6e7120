"""What one worker tells another by how busy it keeps the processors: ``python -m benchmarks.channel [SECONDS] [BITS]``.

The sender computes in some windows of time and rests in others, as its bits say; the receiver counts how often it gets
round in each. Both run at the same time, as they do when a class is graded with more than one job.
"""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from autograder.sandbox import probe
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session

LATER = 1.0  # seconds until both have begun
SENDER = """
import threading, time, torch
table = torch.rand(200, 200)
def send():
    while (window := int((time.time() - {start}) // {seconds})) < len({bits}):
        table @ table if window >= 0 and {bits}[window] else time.sleep({seconds} / 20)
threads = [threading.Thread(target=send) for _ in range(6)]
for step in (threading.Thread.start, threading.Thread.join):
    for thread in threads:
        step(thread)
"""
RECEIVER = """
import time
rounds = [0] * {count}
while (window := int((time.time() - {start}) // {seconds})) < {count}:
    rounds[max(window, 0)] += 1
print(*rounds)
"""


def main(seconds: float = 1.0, count: int = 60) -> None:
    bits = [random.randrange(2) for _ in range(count)]
    limits = Limits(cell=count * seconds + 30)
    with WarmProcess(probe.best()) as warm, ThreadPoolExecutor(2) as pool:
        facts = {"bits": bits, "count": count, "seconds": seconds, "start": time.time() + LATER}
        sessions = [Session(warm, limits) for _ in range(2)]
        cells = (cell.format(**facts) for cell in (SENDER, RECEIVER))
        answers = list(pool.map(lambda session, cell: _run(session, cell, limits), sessions, cells))
        for session in sessions:
            session.close()
    rounds = list(map(int, answers[1].split()))
    wrong = min(sum((one < least) != bit for one, bit in zip(rounds, bits, strict=True)) for least in rounds)
    print(f"{wrong} of {count} bits arrive wrong, one every {seconds:g} s")


def _run(session: Session, cell: str, limits: Limits) -> str:
    reply, _ = session.ask(limits.cell, {"op": "run", "source": cell, "pictures": False})
    return "".join(output.get("text", "") for output in reply["outputs"])


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((float, int), sys.argv[1:], strict=False)))
