"""What some tests need on the machine: they skip loudly without it, but where CI runs they fail."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")


def demand(found: T | None, missing: str) -> T:
    """What was found; if nothing was, the test that asks is skipped with `missing`, and fails in CI."""
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return found
