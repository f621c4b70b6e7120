"""How a command begins: what the environment tells Python and its libraries is to change no result.

It is imported before all else, and imports only what Python itself has loaded: a folder in `PYTHONPATH` may hold files
named as modules are.
"""

from __future__ import annotations

import os
import sys

FOREIGN = (  # what begins the names of variables that Python, or a library that grades, is told something by
    "ATEN_", "BLIS_", "GOMP_", "IPYTHON", "IPY_", "JUPYTER_", "KMP_", "MATPLOTLIB", "MKL_", "MPL", "NBGRADER_", "NPY_",
    "NUMEXPR_", "NUMPY_", "OMP_", "OPENBLAS_", "PYTEST_", "PYTHON", "PYTORCH_", "SQLALCHEMY_", "TORCH", "VECLIB_",
)  # fmt: skip
KEPT = (  # where Python lies, where it puts its own files, and what a terminal can show
    "PYTHONCOERCECLOCALE", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONIOENCODING", "PYTHONNOUSERSITE",
    "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED", "PYTHONUSERBASE", "PYTHONUTF8",
)  # fmt: skip
HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # what the package lies in


def clean() -> None:
    """Take out of this process what libraries would read, and the folders of PYTHONPATH but for where this kit lies."""
    for name in [name for name in os.environ if _foreign(name) and not name.startswith("PYTHON")]:
        del os.environ[name]
    if sys.platform == "linux":
        os.environ["MATPLOTLIBRC"] = os.devnull  # or pictures would look as this user likes them
    for folder in set(map(os.path.abspath, _folders())) - {HERE}:
        sys.path[:] = [path for path in sys.path if path != folder]


def again() -> None:
    """Begin once more where Python itself was told something, such as to leave out assertions: it cannot be untold."""
    told = {name: os.environ[name] for name in os.environ if name.startswith("PYTHON") and _foreign(name)}
    kept = {"PYTHONPATH": HERE} if HERE in map(os.path.abspath, _folders()) else {}
    if told != kept and sys.platform == "linux":
        environment = {name: value for name, value in os.environ.items() if name not in told}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**environment, **kept})


def _folders() -> list[str]:
    return [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]


def _foreign(name: str) -> bool:
    return name.startswith(FOREIGN) and name not in KEPT
