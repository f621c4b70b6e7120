"""Grades exercise notebooks: hidden graders here, student code in another process.

In a notebook, `from autograder import check` grades what is defined there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.learning.live import check as check


def __getattr__(name: str) -> Any:
    if name != "check":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from autograder.learning.live import check

    return check
