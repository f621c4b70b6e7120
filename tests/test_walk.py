"""The morning's walk of docs/instructors.md: every command in it, in its order, as it stands."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from autograder.basics.kit import KIT
from autograder.lesson.manifest import Lesson
from tests import download
from tests.sample_class import Maker, load

pytestmark = pytest.mark.slow

ELSEWHERE = {  # commands that do not end or are tried there: by which test
    "make install": "test_install",
    ".venv/bin/autograder doctor": "test_doctor",
    ".venv/bin/jupyter lab": "test_formgrader",
}
WALK = (KIT / "docs" / "instructors.md").read_text("utf-8")
IDS = ("ada", "bea", "chidi", "dunja")


def commands() -> list[str]:
    """The lines of all blocks that are for a shell."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", WALK, re.MULTILINE | re.DOTALL)
    return [line for language, block in blocks if not language for line in block.splitlines()]


def test_commands_are_found() -> None:
    assert len(commands()) == 12 and set(ELSEWHERE) <= set(commands())


def test_the_walk_as_it_stands(course: Path, lesson: Lesson, tmp_path: Path) -> None:
    samples, maker = load(lesson), Maker(lesson)
    books = {id: maker.of(sample) for id, sample in zip(IDS, samples[7:], strict=False)}
    download.write(tmp_path / "Downloads", lesson, books, absent=["emile"])
    (course / "course").mkdir(exist_ok=True)
    (tmp_path / "Downloads" / "students.csv").rename(course / "course" / "students.csv")
    (course / ".venv").symlink_to(KIT / ".venv")
    for command in commands():
        if command not in ELSEWHERE:
            done = subprocess.run(
                command,
                shell=True,
                cwd=course,
                env={**os.environ, "HOME": str(tmp_path)},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert sorted(path.name for path in (course / "course" / "class").iterdir()) == [
        "sgd-anonymous.html", "sgd-criteria.csv", "sgd.csv", "sgd.html"
    ]  # fmt: skip
    with (course / "course" / "export" / "sgd-moodle.csv").open(encoding="utf-8-sig", newline="") as file:
        marks = {row["Full name"]: row["Grade"] for row in csv.DictReader(file)}
    assert marks == {
        "Ada Ångström": "51",
        "Béa Ångström": "47",
        "Chidi Ångström": "43",
        "Dunja Ångström": "41",
        "Émile Ångström": "",
    }
    with zipfile.ZipFile(course / "course" / "export" / "sgd-moodle-pages.zip") as pages:
        assert sorted(pages.namelist())[0] == "Ada Ångström_1000001_assignsubmission_file/sgd.html"
        assert len(pages.namelist()) == 4
