"""What grades: the versions of Python, torch and this kit."""

from __future__ import annotations

import functools
import platform
from importlib.metadata import PackageNotFoundError, version

from autograder import __version__


def versions() -> dict[str, str]:
    """By name; without torch, if pip knows nothing of it."""
    return dict(_versions())


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    known = {"python": platform.python_version(), "torch": _version("torch"), "kit": __version__}
    return tuple((name, found) for name, found in known.items() if found)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
