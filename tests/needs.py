"""What some tests need on the machine: they skip loudly without it, but where CI runs they fail."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import TypeVar

import pytest

T = TypeVar("T")


def demand(found: T | None, missing: str) -> T:
    """What was found; if nothing was, the test that asks is skipped with `missing`, and fails in CI."""
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return found


def demand_module(name: str, missing: str) -> ModuleType:
    """A module; if it cannot be imported, the test file that asks is skipped with `missing`, and fails in CI."""
    try:
        return importlib.import_module(name)
    except (ImportError, RuntimeError):  # RuntimeError: it is there, and the library that it stands for is not
        if os.environ.get("CI"):
            raise
        pytest.skip(missing, allow_module_level=True)
