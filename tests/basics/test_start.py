"""What the environment says, to Python or to its libraries, changes no result."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.basics import start
from autograder.basics.kit import PACKAGE
from tests.conftest import WHEN, hand_in, make_course
from tests.sample_class import Maker

SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
DRAWN = "plt.plot([1, 2])\nplt.show()\nprint(torch.get_num_threads(), torch.rand(1), hash('a'))"
MODULES = ("random", "tempfile", "json", "logging", "torch", "numpy", "matplotlib", "pytest", "nbgrader", "rich")
HOSTILE = {  # GAMES stands for a folder full of settings and modules that would spoil everything
    "IPYTHONDIR": "GAMES", "JUPYTER_CONFIG_DIR": "GAMES", "JUPYTER_CONFIG_PATH": "GAMES", "JUPYTER_DATA_DIR": "GAMES",
    "JUPYTER_PATH": "GAMES", "JUPYTER_PREFER_ENV_PATH": "0", "KMP_AFFINITY": "verbose", "MATPLOTLIBRC": "GAMES/matplotlibrc",
    "MKL_NUM_THREADS": "nonsense", "MPLBACKEND": "nonsense", "MPLCONFIGDIR": "GAMES", "NBGRADER_CONFIG_DIR": "GAMES",
    "NPY_PROMOTION_STATE": "legacy", "OMP_DISPLAY_ENV": "true", "OMP_NUM_THREADS": "nonsense",
    "OPENBLAS_NUM_THREADS": "nonsense", "PYTEST_ADDOPTS": "-k nothing", "PYTEST_DEBUG": "1", "PYTEST_PLUGINS": "nonsense",
    "PYTHONASYNCIODEBUG": "1", "PYTHONBREAKPOINT": "nonsense", "PYTHONDEVMODE": "1", "PYTHONHASHSEED": "7",
    "PYTHONINSPECT": "1", "PYTHONINTMAXSTRDIGITS": "640", "PYTHONOPTIMIZE": "2", "PYTHONPATH": "GAMES",
    "PYTHONPROFILEIMPORTTIME": "1", "PYTHONSTARTUP": "GAMES/random.py", "PYTHONTRACEMALLOC": "5", "PYTHONVERBOSE": "1",
    "PYTHONWARNINGS": "error", "PYTORCH_JIT": "0", "SQLALCHEMY_WARN_20": "1", "TORCH_LOGS": "+dynamo",
    "COLUMNS": "20", "DISPLAY": ":99", "FORCE_COLOR": "1", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1",
    "TERM": "dumb", "TZ": "Asia/Tokyo", "XDG_CONFIG_HOME": "GAMES",
}  # fmt: skip


@pytest.fixture
def games(tmp_path: Path) -> Path:
    folder = tmp_path / "games"
    (folder / "matplotlib").mkdir(parents=True)
    for name in MODULES:
        (folder / f"{name}.py").write_text("raise RuntimeError('game')")
    for path in (folder / "matplotlibrc", folder / "matplotlib" / "matplotlibrc"):
        path.write_text("axes.facecolor: black\nfigure.figsize: 2, 2\nlines.color: red\n")
    for name in ("nbgrader_config.py", "jupyter_nbconvert_config.py", "jupyter_config.py", "ipython_config.py"):
        (folder / name).write_text("raise RuntimeError('game')")
    page = folder / "nbconvert" / "templates" / "feedback" / "index.html.j2"
    page.parent.mkdir(parents=True)
    page.write_text("another page")
    return folder


@pytest.mark.slow
def test_nothing_that_the_environment_says_changes_a_result(tmp_path: Path, maker: Maker, games: Path) -> None:
    course = make_course(tmp_path / "course-folder")
    hand_in(course, "ada", maker.text(bare=True, answers={"mse": SUM}, append=[DRAWN]))
    hostile = {name: value.replace("GAMES", str(games)) for name, value in HOSTILE.items()}
    plain, odd = graded(course, {}), graded(course, hostile)
    assert odd == plain


def graded(course: Path, environment: dict[str, str]) -> dict[str, bytes]:
    """All that grading a class leaves, but for the gradebook; grading it again finds that nothing has changed."""
    places = [course / "course" / name for name in ("autograded", "feedback", "reports")]
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    for said in ("1 graded, 0 unchanged, 0 unreadable", "0 graded, 1 unchanged, 0 unreadable"):
        done = subprocess.run(
            [Path(sys.executable).parent / "autograder", "grade", "--jobs", "1"], cwd=course, text=True,
            env={"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], **environment}, capture_output=True, timeout=300,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        shown = " ".join(done.stdout.split())
        assert (done.returncode, said in shown) == (0, True), done.stdout + done.stderr
    return {path.name: WHEN.sub(b"", path.read_bytes()) for place in places for path in place.rglob("*.*")}


@pytest.mark.parametrize("name", [f"{prefix}X" for prefix in start.FOREIGN if prefix != "PYTHON"])
def test_no_library_is_told_anything(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {name: "1", "HOME": "/home"})
    start.clean()
    assert os.environ == {"HOME": "/home", "MATPLOTLIBRC": os.devnull}


def test_folders_of_pythonpath_are_not_searched_but_for_the_kits_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = str(PACKAGE.parent)
    monkeypatch.setattr(os, "environ", {"PYTHONPATH": f"{tmp_path}:{ours}::"})
    monkeypatch.setattr(sys, "path", [str(tmp_path), ours, "/usr/lib/python"])
    start.clean()
    assert sys.path == [ours, "/usr/lib/python"]


@pytest.mark.parametrize(
    ("environment", "then"),
    [
        ({"HOME": "/home", "PYTHONUTF8": "1"}, None),
        ({"PYTHONPATH": str(PACKAGE.parent)}, None),
        ({"HOME": "/home", "PYTHONOPTIMIZE": "2"}, {"HOME": "/home"}),
        ({"PYTHONPATH": f"/games:{PACKAGE.parent}"}, {"PYTHONPATH": str(PACKAGE.parent)}),
        ({"PYTHONPATH": "/games", "PYTHONUNBUFFERED": "1"}, {"PYTHONUNBUFFERED": "1"}),
    ],
)
def test_what_python_was_told_is_untold_by_beginning_once_more(
    environment: dict[str, str], then: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[dict[str, str]] = []
    monkeypatch.setattr(os, "environ", environment)
    monkeypatch.setattr(os, "execve", lambda program, arguments, told: began.append(told))
    start.again()
    assert began == ([] if then is None else [then])
