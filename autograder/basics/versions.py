"""What grades: the versions of Python, torch and this kit."""

from __future__ import annotations

import functools
import platform
from importlib.metadata import PackageNotFoundError, version

KIT = "sgd-autograder"  # what pip calls it


def versions() -> dict[str, str]:
    """By name; without torch or the kit, if pip knows nothing of them."""
    return dict(_versions())


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    named = {"torch": "torch", "kit": KIT}
    found = {name: known for name, package in named.items() if (known := _version(package))}
    return tuple({"python": platform.python_version(), **found}.items())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
