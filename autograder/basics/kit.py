"""Where this kit lies: in a clone, or among the packages that pip has installed."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.basics.files import digests

if TYPE_CHECKING:
    from importlib import metadata

PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED = PACKAGE / "kit"  # what a wheel carries of the clone's folders beside the package
# What has `solutions`, `exercises` and `lessons`; and all of the kit, with nothing that is not its own.
KIT, OURS = (INSTALLED, PACKAGE) if INSTALLED.is_dir() else (PACKAGE.parent, PACKAGE.parent)


def distribution() -> metadata.Distribution | None:
    """What pip knows of this kit: whose command `autograder` is."""
    from importlib import metadata  # which takes as long to load as all else here together

    scripts = metadata.entry_points(group="console_scripts", name="autograder")
    return next((one.dist for one in scripts if one.value == "autograder.cli:main" and one.dist), None)


@functools.cache
def code() -> str:
    """What tells this kit, whose own files may be worked on, from another: a digest, as it is when first asked for."""
    return digests(PACKAGE, (path for kind in ("*.py", "*.j2", "*.css") for path in PACKAGE.rglob(kind)))
