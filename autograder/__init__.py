"""Grades exercise notebooks: hidden graders here, student code in another process.

In a notebook, `from autograder import check` grades what is defined there. A course's `nbgrader_config.py` says
`from autograder import configure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from autograder.classroom.course import configure as configure
    from autograder.learning.live import check as check


def __getattr__(name: str) -> Any:
    """Import what is public when it is asked for: `check` needs no nbgrader, and nothing here is needed by a worker."""
    if name == "check":
        from autograder.learning.live import check

        return check
    if name == "configure":
        from autograder.classroom.course import configure

        return configure
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
