"""Where this kit lies: in a clone, or among the packages that pip has installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED = PACKAGE / "kit"  # what a wheel carries of the clone's folders beside the package
# What has `solutions`, `exercises` and `lessons`; and all of the kit, with nothing that is not its own.
KIT, OURS = (INSTALLED, PACKAGE) if INSTALLED.is_dir() else (PACKAGE.parent, PACKAGE.parent)
