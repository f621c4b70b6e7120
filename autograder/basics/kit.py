"""Where this kit lies: in a clone, or among the packages that pip has installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED = PACKAGE / "kit"  # what a wheel carries of the clone's folders beside the package
KIT = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent  # has `solutions`, `exercises` and `lessons`
OURS = PACKAGE if INSTALLED.is_dir() else PACKAGE.parent  # all of the kit, and nothing that is not its own
