"""The zip for Gradescope: what it must have, and what its scripts do when Gradescope runs them."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from autograder import cli
from autograder.lesson.manifest import Lesson
from autograder.platforms.outlet import ENDED
from autograder.platforms.package import gradescope, pins
from tests.conftest import make_course
from tests.platforms.test_formats import SCHEMAS
from tests.sample_class import Maker

INDEX = "https://example.org/it's cpu"


@pytest.fixture(scope="module")
def archive(lesson: Lesson) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(gradescope(lesson, INDEX)))


def test_scripts_stand_at_the_root_and_can_be_run(archive: zipfile.ZipFile) -> None:
    modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert (modes["setup.sh"], modes["run_autograder"], modes["settings"]) == (0o755, 0o755, 0o644)
    assert {"constraints.txt", "fallback.json", "course/nbgrader_config.py"} < modes.keys()
    assert all(archive.read(name).startswith(b"#!/usr/bin/env bash\n") for name in ("setup.sh", "run_autograder"))


def test_settings_are_what_a_shell_reads_back(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    archive.extract("settings", tmp_path)
    said = subprocess.run(
        ["bash", "-c", '. ./settings; echo "$LESSON|$TORCH_INDEX|$KIT"'], cwd=tmp_path, capture_output=True, text=True
    )
    assert said.stdout == f"sgd|{INDEX}|/opt/autograder\n"


def test_results_before_there_are_any_are_results(archive: zipfile.ZipFile) -> None:
    found = json.loads(archive.read("fallback.json"))
    jsonschema.validate(found, SCHEMAS["gradescope"])
    assert (found["score"], found["output"], found["tests"][0]["max_score"]) == (0.0, ENDED, 53.0)


def test_versions_are_those_that_grade_here(archive: zipfile.ZipFile) -> None:
    lines = archive.read("constraints.txt").decode().splitlines()
    assert lines == pins() and all(re.fullmatch(r"[\w.-]+==[^+\s]+", line) for line in lines)
    assert any(line.startswith("torch==") for line in lines)


def test_lesson_is_the_courses_own(tmp_path: Path) -> None:
    course = make_course(tmp_path / "mine", fresh=True)
    for path in (course / "solutions" / "sgd.py", course / "exercises" / "sgd" / "sgd.ipynb"):
        path.write_text(path.read_text("utf-8").replace("# SGD from scratch", "# SGD my way"))
    found = zipfile.ZipFile(io.BytesIO(gradescope(Lesson.load("sgd", course))))
    assert b"# SGD my way" in found.read("course/solutions/sgd.py")
    assert b"# SGD my way" in found.read("course/exercises/sgd/sgd.ipynb")
    assert "course/lessons/sgd/graders/test_mse.py" in found.namelist()


def test_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["package", "gradescope"]) == 0
    assert zipfile.is_zipfile("sgd-gradescope.zip")
    assert capsys.readouterr().out == (
        "sgd-gradescope.zip is the autograder of sgd, worth 53 points: upload it.\n"
        "Its setup fetches torch with CUDA, several gigabytes more than is needed: see --torch-index.\n"
    )
    assert cli.main(["package", "gradescope", "--output", "sgd-gradescope.zip/x", "--torch-index", INDEX]) == 2
    assert capsys.readouterr().err == "autograder: sgd-gradescope.zip/x cannot be written: File exists\n"


@pytest.fixture
def place(archive: zipfile.ZipFile, tmp_path: Path) -> Path:
    """Gradescope's folder, with the kit of this environment in the place of the one that setup.sh would install."""
    top, kit = tmp_path / "autograder", tmp_path / "kit"
    archive.extractall(top / "source")
    (top / "submission").mkdir()
    shutil.copytree(top / "source" / "course", kit / "course")
    (kit / "venv" / "bin").mkdir(parents=True)
    settings = (top / "source" / "settings").read_text().replace("/opt/autograder", str(kit))
    (top / "source" / "settings").write_text(settings)
    script = (top / "source" / "run_autograder").read_text().replace("/autograder/", f"{top}/")
    (top / "run_autograder").write_text(script)
    return top


def run(place: Path, program: str) -> tuple[int, dict[str, object]]:
    """How `run_autograder` ends with this in the place of the command, and what Gradescope finds then."""
    command = place.parent / "kit" / "venv" / "bin" / "autograder"
    command.write_text(f"#!/bin/sh\n{program}\n")
    command.chmod(0o755)
    done = subprocess.run(["bash", str(place / "run_autograder")], cwd=place, capture_output=True, text=True)
    found: dict[str, object] = json.loads((place / "results" / "results.json").read_text("utf-8"))
    return done.returncode, found


REAL = f'exec "{sys.executable}" -m autograder "$@"'


@pytest.mark.slow
def test_submission_is_graded(place: Path, maker: Maker) -> None:
    (place / "submission" / "my homework.ipynb").write_text(maker.text(bare=True))
    status, found = run(place, REAL)
    assert (status, found["score"]) == (0, 53.0)
    assert oct((place / "results").stat().st_mode & 0o777) == oct((place / "source").stat().st_mode & 0o777) == "0o700"


@pytest.mark.slow
def test_empty_submission_has_results(place: Path) -> None:
    status, found = run(place, REAL)
    assert (status, found["output"]) == (0, "there is no sgd.ipynb in the hand-in: the folder is empty")


@pytest.mark.parametrize("program", ["exit 3", "kill -9 $$", "exec sleep 60"], ids=["crash", "killed", "hangs"])
def test_grader_that_ends_without_a_word_has_results(place: Path, program: str) -> None:
    settings = place / "source" / "settings"
    settings.write_text(settings.read_text().replace("MOST_SECONDS=570", "MOST_SECONDS=1"))
    status, found = run(place, program)
    assert (status, found["score"], found["output"]) == (0, 0.0, ENDED)
