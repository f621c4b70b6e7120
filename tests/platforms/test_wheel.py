"""The kit's wheel, made of the files that run: pip takes it, and it holds what hatchling's would."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from autograder.basics.refused import Refused
from autograder.platforms import wheel


def test_same_kit_gives_the_same_wheel() -> None:
    name, content = wheel.build()
    assert name == f"sgd_autograder-{metadata.version('sgd-autograder')}-py3-none-any.whl"
    assert wheel.build() == (name, content)


def test_wheel_carries_lessons_and_nothing_that_only_tests_use() -> None:
    names = zipfile.ZipFile(io.BytesIO(wheel.build()[1])).namelist()
    assert {
        "autograder/cli.py", "autograder/kit/solutions/sgd.py", "autograder/kit/exercises/sgd/sgd.ipynb",
        "autograder/kit/lessons/sgd/graders/test_mse.py", "autograder/platforms/gradescope_zip/setup.sh",
    } <= set(names)  # fmt: skip
    assert [name for name in names if "/answers/" in name or "/class/" in name or "__pycache__" in name] == []


def test_kit_that_nobody_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "distribution", lambda: None)
    with pytest.raises(Refused, match=r"^pip does not know this kit: install it, and package that$"):
        wheel.build()


@pytest.mark.slow
def test_pip_takes_it(tmp_path: Path) -> None:
    name, content = wheel.build()
    (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path / "packages")]
    done = subprocess.run([*command, str(tmp_path / name)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "packages" / "bin" / "autograder").is_file()
