"""Another Python process, which finds the same packages as this one, wherever they lie."""

from __future__ import annotations

import json
import os
import site
import sys

from autograder.basics.kit import PACKAGE

BOOT = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def command(module: str, *arguments: str) -> list[str]:
    """What runs a module as ``python -m`` does, but knows nothing of the folder that it is started in."""
    user = [] if site.ENABLE_USER_SITE else ["-s"]
    return [sys.executable, "-P", *user, "-c", BOOT, json.dumps(_path()), module, *arguments]


def _path() -> list[str]:
    """Where packages are looked for, but for the current folder, in which anybody's files may lie."""
    here, ours = os.getcwd(), str(PACKAGE.parent)
    return [path for path in sys.path if os.path.isabs(path) and (path != here or path == ours)]
