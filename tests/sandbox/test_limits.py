"""What a student reads when a limit is reached: one plain sentence with the number."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import MIB, Limits, UnknownLimit, size
from autograder.sandbox.submission import Submission

SMALL = Limits(cell=20, call=20, submission=40, grace=1, memory=2048 * MIB, file=1 * MIB, disk=8 * MIB, open_files=64)
WRITE = "open(f'file-{number}', 'wb').write(bytes(1 << 20))"
REACHED = {
    "memory": ("x = '0'\nwhile True: x += x", "used more than 2 GiB of memory"),
    "memory of tensors": ("x = __import__('torch').zeros(1 << 33)", "used more than 2 GiB of memory"),
    "memory of arrays": ("x = __import__('numpy').ones(1 << 33)", "used more than 2 GiB of memory"),
    "file": ("open('large', 'wb').write(bytes(2 << 20))", "wrote a file larger than 1 MiB"),
    "open files": ("x = [open('one', 'w') for _ in range(100)]", "had more than 64 files open"),
    "disk": (f"for number in range(100):\n    {WRITE}\nwhile True: pass", "used more than 8 MiB of disk"),
    "disk, and ends": (f"for number in range(20):\n    {WRITE}", "used more than 8 MiB of disk"),
    "disk of deleted files": (
        "import os\nkept = []\nfor number in range(50):\n    kept.append(open('one', 'wb'))\n    kept[-1].write(bytes(1 << 20))\n    kept[-1].flush()\n    os.remove('one')\nwhile True: pass",
        "used more than 8 MiB of disk",
    ),
    "disk of deleted files in memory": (
        "import ctypes, os\nmap = ctypes.CDLL(None).mmap\nfor number in range(50):\n    file = os.open('one', os.O_CREAT | os.O_RDWR)\n    os.write(file, bytes(1 << 20))\n    map(None, ctypes.c_size_t(4096), 1, 2, file, ctypes.c_long(0))\n    os.close(file)\n    os.remove('one')\nwhile True: pass",
        "used more than 8 MiB of disk",
    ),
    "disk of empty files": ("for number in range(9000):\n    open(f'{number}', 'w')\nwhile True: pass", "used more than 8 MiB of disk"),
    "disk in deep folders": (
        "import os\nwhile True:\n    os.mkdir('deeper-and-deeper' * 12)\n    os.chdir('deeper-and-deeper' * 12)",
        "used more than 8 MiB of disk",
    ),
}  # fmt: skip


def outputs_of(warm: WarmProcess, cells: list[str], limits: Limits = SMALL) -> list[list[dict[str, Any]]]:
    with Submission(warm, cells, limits) as submission:
        return submission.run()


@pytest.mark.parametrize(("source", "sentence"), REACHED.values(), ids=REACHED)
def test_limit_is_named_in_one_sentence(source: str, sentence: str, warm: WarmProcess) -> None:
    reached, after = outputs_of(warm, [source, "print('goes on')"])
    assert (reached[-1]["evalue"], after[0].get("text")) == (sentence, "goes on\n")
    assert len(reached[-1]["traceback"]) == 1


@pytest.mark.parametrize("inner", ["pass", "try:\n        while True: pass\n    except BaseException: pass"])
def test_time_is_named_in_one_sentence(inner: str, warm: WarmProcess) -> None:
    reached, after = outputs_of(warm, [f"while True:\n    {inner}", "print('goes on')"], Limits(cell=2, grace=1))
    assert (reached[-1]["evalue"], after[0].get("text")) == ("stopped after 2 s", "goes on\n")


def test_whole_notebook_has_a_limit(warm: WarmProcess) -> None:
    found = outputs_of(warm, ["while True: pass"] * 3, Limits(cell=2, submission=3, grace=1))
    assert [cell[0]["evalue"] for cell in found] == [
        "stopped after 2 s",
        "the whole notebook was stopped after 3 s",
        "the whole notebook was stopped after 3 s",
    ]


def test_answer_that_drips_is_stopped_all_the_same(warm: WarmProcess) -> None:
    drip = "import os, time\nos.write(3, bytes([255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))\nwhile True:\n    os.write(3, b' ')\n    time.sleep(0.1)"
    assert outputs_of(warm, [drip], Limits(cell=2, grace=1))[0][0]["evalue"] == "stopped after 2 s"


def test_answer_that_is_too_large_is_named_in_one_sentence(warm: WarmProcess) -> None:
    cells = ["def predict(): return {str(number) + 'x' * 500_000: number for number in range(100)}"]
    with Submission(warm, cells, SMALL) as submission:
        submission.run()
        answer, _ = submission.call({"op": "call", "name": "predict", "args": []}, b"")
    assert answer["raised"]["message"] == "its answer is too large"


def test_misspelt_limit_is_refused() -> None:
    with pytest.raises(UnknownLimit, match=r"^there is no limit 'cel': the limits are cell, call, submission, grace, "):
        Limits.of({"cel": 3})


@pytest.mark.parametrize(
    ("number", "text"), [(4 << 30, "4 GiB"), (3 << 29, "1.5 GiB"), (64 << 20, "64 MiB"), (9, "9 bytes")]
)
def test_sizes_read_well(number: int, text: str) -> None:
    assert size(number) == text
