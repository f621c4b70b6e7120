"""The kit as pip installs it, far from any clone: its commands work, and its walls hide it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.basics.kit import KIT
from autograder.lesson.report import Report
from autograder.platforms.wheel import build
from autograder.sandbox import levels, probe
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

PACKAGES = Path(sysconfig.get_path("purelib"))  # of this environment: its packages stand in those ones too, by links
OWN = ("autograder", "sgd_autograder", "__editable__", "_sgd_autograder", "__pycache__")
BASE = Path(sys.base_prefix, "bin", "python3")
# Tries, from inside a worker, to read every file of the kit, and to import what nobody has imported before.
THIEF = """
import sys
from autograder.basics.kit import PACKAGE
from autograder.sandbox import probe
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission
files = [str(path) for path in PACKAGE.rglob("*") if path.is_file()]
assert sum("kit/lessons/sgd/graders/test_" in path for path in files) == 7 and len(files) > 150
CELL = f'''
found = []
for path in {files!r}:
    try:
        found.append(open(path, "rb").read(1) and path)
    except OSError:
        pass
try:
    import sympy, tomllib, matplotlib.animation, torch.fx, wave, IPython.lib.pretty
except ImportError as error:
    found.append(str(error))
print(found)
'''
level = sys.argv[1]
with WarmProcess(level, thorough=False) as warm, Submission(warm, [CELL], Limits()) as submission:
    print(probe.holds(level), submission.run()[0])
"""
NOTHING_STOLEN = "True [{'output_type': 'stream', 'name': 'stdout', 'text': '[]\\n'}]\n"
SYSTEM = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
Python = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit as a wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(KIT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


def furnish(packages: Path, wheel: Path) -> None:
    """Put the wheel into a folder of packages, and all that it needs beside it."""
    packages.mkdir(parents=True, exist_ok=True)
    for entry in PACKAGES.iterdir():
        if not entry.name.startswith(OWN) and not entry.name.endswith(".pth") and not (packages / entry.name).exists():
            (packages / entry.name).symlink_to(entry)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages), str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", params=["environment", "system packages", "user site", "elsewhere"])
def python(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Runs a Python that has the kit installed in one of the places where pip puts it."""
    root = tmp_path_factory.mktemp("installed")
    below = Path("lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
    more: dict[str, str] = {}
    (root / "share").symlink_to(Path(sys.prefix, "share"))  # where pip puts nbconvert's templates
    program = root / "bin" / "python"
    if request.param == "environment":
        venv.create(root, symlinks=True)
        furnish(root / below, wheel)
    elif request.param == "system packages":  # the kit in the environment, what it needs in the system
        venv.create(root, symlinks=True, system_site_packages=True)
        furnish(root / "system", wheel)
        (root / below / "system.pth").write_text(str(root / "system"))
    elif request.param == "user site":
        program, more = BASE, {"PYTHONUSERBASE": str(root)}
        furnish(root / below, wheel)
    else:
        program, more = BASE, {"PYTHONPATH": str(root / "target"), "JUPYTER_PATH": str(root / "share" / "jupyter")}
        furnish(root / "target", wheel)

    def run(*arguments: str, cwd: Path = root) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(root), "LANG": "C.UTF-8", **more}
        if cache := os.environ.get("XDG_CACHE_HOME"):
            environment["XDG_CACHE_HOME"] = cache
        return subprocess.run(
            [str(program), *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600
        )

    return run


def test_wheel_that_the_kit_makes_of_itself_is_pips(wheel: Path) -> None:
    def files(archive: zipfile.ZipFile) -> dict[str, bytes]:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}

    assert files(zipfile.ZipFile(io.BytesIO(build()[1]))) == files(zipfile.ZipFile(wheel))


@pytest.mark.skipif(probe.best() == levels.NONE, reason="NO ISOLATION ON THIS MACHINE: nothing to test")
def test_no_hand_in_reads_what_is_hidden_and_all_else_is_there(python: Python) -> None:
    done = python("-c", THIEF, levels.BEST)
    assert done.stdout == NOTHING_STOLEN, done.stdout + done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or not SYSTEM.exists(), reason="needs root, and a Python that all may read")
def test_another_user_reads_nothing_that_is_closed_either(wheel: Path, maker: Maker) -> None:
    """As where there is no Landlock: refused as long as the kit lies open, as pip puts it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        packages, hand_in = Path(folder, "packages"), Path(folder, "sgd.ipynb")
        furnish(packages, wheel)
        hand_in.write_text(maker.text(bare=True))

        def say(*arguments: str) -> str:
            environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "PYTHONPATH": str(packages)}
            done = subprocess.run(
                [SYSTEM, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
            )
            return done.stdout + done.stderr

        graded = ("-m", "autograder", "check", str(hand_in), "--format", "gradescope", "--isolation", levels.APART)
        assert json.loads(say(*graded).rpartition("autograder: ")[0])["output"].startswith(
            "This could not be graded: student code cannot be shut in on this machine"
        )
        subprocess.run(["chmod", "-R", "go=", packages / "autograder"], check=True)
        assert say("-c", THIEF, levels.APART) == NOTHING_STOLEN
        found = json.loads(say(*graded))
        assert (found["score"], found["extra_data"]["isolation"]) == (53.0, levels.APART)


@pytest.mark.parametrize("python", ["environment", "user site"], indirect=True)
def test_reader_finds_all_commands(python: Python, maker: Maker, tmp_path: Path) -> None:
    def say(*arguments: str) -> tuple[int, str]:
        done = python("-m", "autograder", *arguments, cwd=tmp_path)
        return done.returncode, done.stdout + done.stderr

    assert say("start")[1].startswith("Your copy is sgd/sgd.ipynb.\n")
    assert "Exercise 1 of 7, in section “2. Predict, then measure” of the notebook." in say("next", "sgd")[1]
    (tmp_path / "sgd" / "sgd.ipynb").write_text(maker.text(bare=True))
    status, text = say("check", "sgd/sgd.ipynb", "--json")
    report = Report.from_json(text)
    assert (status, report.score, report.isolation) == (0, 53.0, probe.best())
    assert say("solution", "predict", "--spoil") == (
        0,
        "def predict(x: torch.Tensor, a: torch.Tensor) -> torch.Tensor:\n    return x @ a\n",
    )


@pytest.mark.parametrize("python", ["user site"], indirect=True)
def test_instructor_makes_a_course_anywhere_and_grades_it(python: Python, maker: Maker, tmp_path: Path) -> None:
    def say(*arguments: str, cwd: Path = tmp_path) -> tuple[int, str]:
        done = python("-m", "autograder", *arguments, cwd=cwd)
        return done.returncode, done.stdout + done.stderr

    assert say("grade") == (
        2,
        "autograder: this folder is no course: `autograder init DIR` makes one, and all else is done in there\n",
    )
    assert say("init", "mine") == (0, "mine is a course now: its README.md says what to do with it.\n")
    assert say("init", "mine") == (
        2,
        "autograder: mine/nbgrader_config.py is there already, and stays as it is: name another folder\n",
    )
    course = tmp_path / "mine"
    hand_in = course / "course" / "submitted" / "ada" / "sgd" / "sgd.ipynb"
    hand_in.parent.mkdir(parents=True)
    hand_in.write_text(maker.text(bare=True))
    status, text = say("grade", cwd=course)
    assert status == 0 and "1 graded, 0 unchanged, 0 unreadable" in text
    assert json.loads((course / "course" / "reports" / "sgd" / "ada.json").read_text())["score"] == 53.0
    assert (course / "course" / "feedback" / "ada" / "sgd" / "sgd.html").is_file()
