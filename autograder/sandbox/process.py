"""The process that workers come from: which kind of it this machine has."""

from __future__ import annotations

import sys

from autograder.sandbox import levels
from autograder.sandbox.cold import ColdProcess
from autograder.sandbox.launch import CannotStart, WarmProcess, Workers


def process(isolation: str = levels.NONE, *, thorough: bool = True) -> Workers:
    """A warm process on Linux, and elsewhere what does without fork, and without walls.

    Raises:
        CannotStart: there are no such walls here.
    """
    if sys.platform == "linux":
        return WarmProcess(isolation, thorough=thorough)
    if isolation != levels.NONE:
        raise CannotStart(f"{isolation} needs Linux")
    return ColdProcess()
