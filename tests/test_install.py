"""`make install`: it says what it does, and stops before gigabytes are fetched that nobody needs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.basics.kit import KIT

SCRIPT = KIT / "tools" / "install.py"
LARGE = (
    "pip would fetch torch 2.14.1 with CUDA: several gigabytes that are not needed here. Set PIP_EXTRA_INDEX_URL to the "
    "address that PyTorch's installation page gives for builds for the CPU, and say this again; or say it with CUDA=1."
)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module, whose environment is this one."""
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PYTHON", sys.executable)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PIP", [sys.executable, "-m", "pip"])
    return module


def test_python_that_is_too_old_is_told_in_one_line() -> None:
    program = f"import sys; sys.version_info = (3, 10, 4); exec(open({str(SCRIPT)!r}).read())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    said = "The kit needs Python 3.11 or newer, and this is 3.10: name another one, as in PYTHON=python3.13.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_machine_without_python_is_told_what_to_get(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(KIT / name, tmp_path)
    apart = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # of `make test`
    done = subprocess.run(["make", "install", "PYTHON="], cwd=tmp_path, env=apart, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == (
        "The kit needs Python 3.11 or newer, and there is none here: get one, and name it if it is not called python3, "
        "as in make install PYTHON=/path/to/python.\n"
    )


@pytest.mark.parametrize(
    "needs",
    [
        ["filelock", 'nvidia-cudnn-cu13==9.24; platform_system == "%s"'],
        ['cuda-toolkit==13.0; platform_system == "%s" and python_version >= "3.11"', "sympy"],
    ],
)
def test_torch_with_cuda_is_refused_before_it_is_fetched(install: ModuleType, needs: list[str]) -> None:
    import platform

    here = [need.replace("%s", platform.system()) for need in needs]
    with pytest.raises(SystemExit, match=r"^pip would fetch torch 2\.14\.1 with CUDA") as refused:
        install.refuse_cuda({"version": "2.14.1", "requires_dist": here})
    assert str(refused.value) == LARGE


def test_torch_for_the_cpu_is_taken_and_what_another_system_needs_is_no_matter(install: ModuleType) -> None:
    elsewhere = 'nvidia-cudnn-cu13==9.24; platform_system == "Plan 9"'
    install.refuse_cuda({"version": "2.14.1", "requires_dist": ["filelock", elsewhere, 'opt-einsum; extra == "opt"']})
    install.refuse_cuda({"version": "2.14.1"})


@pytest.mark.parametrize(
    ("report", "metadata"),
    [(b'{"install": []}', {}), (b'{"install": [{"metadata": {"version": "2.13.0"}}]}', {"version": "2.13.0"})],
    ids=["there already", "to be fetched"],
)
def test_what_pip_would_fetch_is_read_from_its_report(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, report: bytes, metadata: dict[str, str]
) -> None:
    monkeypatch.setattr(install, "pip", lambda *_: report)
    assert install.torch() == metadata
    install.refuse_cuda(install.torch())


def test_it_begins_anew_says_each_step_and_leaves_developers_tools_out(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        report = b'{"install": [{"metadata": {"version": "2.13.0"}}]}'
        return subprocess.CompletedProcess(command, 0, report if "--report" in command else b"")

    monkeypatch.delenv("CUDA", raising=False)
    monkeypatch.setattr(install, "refuse_cuda", lambda metadata: commands.append([metadata["version"]]))
    monkeypatch.setattr(install.subprocess, "run", run)
    install.main("postgresql")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["Making", "Asking", "Fetching", "Compiling", "Done:"]
    venv, _, torch, pip, _ = commands
    assert venv == [sys.executable, "-m", "venv", "--clear", str(install.VENV)]
    assert torch == ["2.13.0"]
    assert pip[-2:] == ["--editable", f"{KIT}[postgresql]"]


@pytest.mark.parametrize(
    ("version", "whole"), [("this", True), ("3.10.4", False), (None, False)], ids=["whole", "other Python", "failed"]
)
def test_it_adds_to_what_an_attempt_that_did_not_fail_has_left(
    install: ModuleType, version: str | None, whole: bool
) -> None:
    install.VENV.mkdir()
    known = install.VERSION if version == "this" else version
    (install.VENV / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {known}\n")
    if version is not None:
        (install.VENV / "installed").touch()
    assert (install.taken_up(), (install.VENV / "installed").exists()) == (whole, False)


def test_environment_that_cannot_be_made_is_told_what_is_missing(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: subprocess.CompletedProcess[bytes] = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(install.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(
        SystemExit, match=r"^This Python makes no environment\. On Debian and Ubuntu, `apt install python3-venv`"
    ):
        install.main("dev")
