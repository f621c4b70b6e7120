"""`autograder doctor`: every line says that all is well, or what to do."""

from __future__ import annotations

import ctypes.util
import json
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom import doctor
from autograder.classroom.doctor import Finding, examine
from autograder.sandbox import landlock, levels, probe
from tests.conftest import run, use_database

ABOUT = [
    "python", "package", "torch", "seccomp", "landlock", "cores", "memory", "disk", "gradebook", "lesson sgd",
    "a hand-in of sgd",
]  # fmt: skip


def found(root: Path, about: str) -> Finding:
    return next(one for one in examine(root) if one.about == about)


@pytest.mark.slow
def test_healthy_machine_is_told_so_line_by_line(course: Path) -> None:
    done = run(course, "autograder", "doctor")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(":")[0] for line in lines] == [f"ok {about}" for about in ABOUT]
    assert lines[0].startswith(f"ok python: {sys.version.split()[0]}, {Path(sys.executable).parent}/python")
    assert lines[-2] == f"ok lesson sgd: 7 exercises, 53 points, in {course}"
    timed = (
        rf"ok a hand-in of sgd: 53 of 53 points in [\d.]+ s, after \d+ s to start; isolation: {re.escape(probe.best())}"
    )
    assert re.fullmatch(timed, lines[-1])


@pytest.mark.slow
def test_what_is_wrong_is_named_with_what_to_do_and_the_status_says_so(course: Path) -> None:
    use_database(course, "postgresql://localhost:1/none")
    done = run(course, "autograder", "doctor", "--json")
    data = {one["about"]: one for one in json.loads(done.stdout)}
    assert (done.returncode, list(data)) == (1, ABOUT)
    assert {about for about, one in data.items() if one["remedy"]} == {"gradebook"}
    assert data["gradebook"]["remedy"] == "mend c.CourseDirectory.db_url, or start its server"


@pytest.fixture(autouse=True)
def _no_hand_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is asked of single lines here needs no hand-in graded."""
    monkeypatch.setattr(doctor, "_hand_in", lambda _: lambda __: ("",))
    yield


@pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")
def test_library_that_is_missing_is_named(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    assert found(course, "seccomp") == (
        "seccomp",
        "there is no libseccomp 2",
        "install it: on Debian and Ubuntu `apt install libseccomp2`",
    )


@pytest.mark.parametrize(
    ("version", "lacks"),
    [
        (3, ", without rules for TCP and rules for signals and abstract sockets, which seccomp denies"),
        (5, ", without rules for signals and abstract sockets, which seccomp denies"),
        (7, ""),
    ],
)
def test_landlock_is_told_by_what_it_lacks(
    course: Path, monkeypatch: pytest.MonkeyPatch, version: int, lacks: str
) -> None:
    monkeypatch.setattr(landlock, "version", lambda: version)
    monkeypatch.setattr(probe, "best", lambda: levels.BEST)
    assert found(course, "landlock").found.endswith(f", version {version}{lacks}")


def test_another_package_of_this_name_is_recognised(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both: Any = {"autograder": ["sgd-autograder", "autograder"]}
    monkeypatch.setattr(metadata, "packages_distributions", lambda: both)
    assert found(course, "package").remedy == (
        "pip uninstall autograder, which has a module of the same name, and install this again"
    )


def test_full_disk_is_named(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(course)._replace(free=5 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert found(course, "disk").remedy.endswith(": 1.0 GiB at least")


def test_lesson_whose_parts_do_not_fit_is_named(course: Path) -> None:
    path = course / "exercises" / "sgd" / "sgd.ipynb"
    path.write_text(path.read_text("utf-8").replace('"points": 8,', '"points": 9,', 1), "utf-8")
    assert found(course, "lesson sgd").remedy.startswith("mse has criteria worth 8 points, and a cell in the notebook ")


def test_what_no_one_thought_of_is_a_line_too(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> tuple[str, ...]:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(doctor, "_cores", broken)
    assert found(course, "broken") == (
        "broken",
        "RuntimeError: on purpose",
        "this should not be: report it, with this line",
    )
