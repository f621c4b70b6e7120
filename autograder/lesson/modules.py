"""A lesson's own Python, its graders and misconceptions: imported from wherever the lesson lies."""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType


def load(folder: Path, name: str) -> ModuleType:
    """The module `name`, such as ``graders.test_double``, of the lesson in this folder.

    Raises:
        ImportError: there is none, or it cannot be imported.
    """
    return importlib.import_module(f"{_package(folder)}.{name}")


def find(folder: Path, name: str) -> ModuleType | None:
    """Likewise; None if there is none.

    Raises:
        ImportError: it cannot be imported.
    """
    return load(folder, name) if folder.joinpath(*name.split(".")).with_suffix(".py").is_file() else None


@functools.cache
def _package(folder: Path) -> str:
    """The folder as a package, under a name that no other has: two courses may each have a lesson of the same name."""
    place = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    name = f"{__package__}._{re.sub(r'[^a-z0-9]', '_', folder.name)}_{place}"
    spec = importlib.util.spec_from_loader(name, loader=None, is_package=True)
    assert spec is not None
    spec.submodule_search_locations = [str(folder)]
    sys.modules[name] = importlib.util.module_from_spec(spec)
    return name
