"""What a worker may read: all of Python and its packages, and nothing that is hidden, wherever it lies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.sandbox import reach
from autograder.sandbox.reach import places

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python that lies in a folder of its own, with two packages, and a system beside it."""
    for name in ("env/bin", "env/lib/site-packages/torch/lib", "env/lib/site-packages/kit/lessons", "system", "home"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "env/lib/site-packages/one.py").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "env/lib/site-packages")])
    monkeypatch.setattr(reach, "SYSTEM", (str(tmp_path / "system"),))
    return tmp_path


def readable(root: Path, hidden: list[Path]) -> dict[str, bool]:
    """The places below `root`, and whether all that is in them may be read."""
    found = places(map(str, hidden))
    return {str(Path(one.path).relative_to(root)): one.whole for one in found if one.path.startswith(str(root))}


def test_with_nothing_hidden_in_it_python_is_one_place(python: Path) -> None:
    assert readable(python, [python / "home"]) == {"env": True, "system": True, "env/lib/site-packages": True}


def test_of_the_folders_around_something_hidden_only_the_names_are_seen(python: Path) -> None:
    assert readable(python, [python / "env/lib/site-packages/kit"]) == {
        "env": False,
        "env/bin": True,
        "env/lib": False,
        "env/lib/site-packages": False,
        "env/lib/site-packages/torch": True,
        "env/lib/site-packages/one.py": True,
        "system": True,
    }


def test_folder_on_the_path_may_be_read_if_pip_has_installed_something_there(
    python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script's own folder is on the path, too, and may be the home of whoever runs it."""
    (python / "target" / "numpy-2.0.dist-info").mkdir(parents=True)
    (python / "home" / "project.egg-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(python / name) for name in ("home", "nowhere", "target")])
    assert readable(python, []) == {"env": True, "system": True, "target": True}


def test_link_that_leads_to_what_is_hidden_or_around_it_is_left_out(python: Path) -> None:
    (python / "env/bin/kit").symlink_to(python / "env/lib/site-packages/kit")
    (python / "env/lib/all").symlink_to(python / "env")
    (python / "env/lib/torch").symlink_to(python / "env/lib/site-packages/torch")
    found = readable(python, [python / "env/lib/site-packages/kit"])
    assert found["env/bin"] is True  # Landlock goes by what a link leads to, and nothing allows that
    assert "env/lib/all" not in found
    assert found["env/lib/torch"] is True


def test_packages_that_lie_elsewhere_are_read_but_not_a_clone_on_the_path(
    python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (python / "home/clone").mkdir()
    (python / "home/packages/torch-2.6.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(python / "home/clone"), str(python / "home/packages"), "", "gone"])
    found = readable(python, [python / "home/clone"])
    assert "home/clone" not in found and found["home/packages"] is True


def test_environment_in_a_clone_is_read_though_the_clone_is_hidden(python: Path) -> None:
    found = readable(python, [python])
    assert found == {"env": True, "system": True, "env/lib/site-packages": True}


def test_what_lies_in_the_system_and_is_hidden_is_taken_out_of_it(python: Path) -> None:
    (python / "system/src/app/solutions").mkdir(parents=True)
    (python / "system/lib").mkdir()
    found = readable(python, [python / "system/src/app"])
    assert (found["system"], found["system/src"], found["system/lib"]) == (False, False, True)
    assert "system/src/app" not in found
