"""A course to collect into, and small notebooks of its lesson."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder import cli
from autograder.basics.kit import KIT
from autograder.lesson.manifest import Lesson
from tests.intake import lms
from tests.sample_class import Maker

STUB_LINE = "raise NotImplementedError"


@dataclass(frozen=True)
class Course:
    """A course folder, and what the command says there."""

    root: Path
    run: Callable[..., tuple[int, str, str]]

    def files(self) -> dict[str, str]:
        """All that lies in `course/submitted/` and `course/collected/`, by its place there."""
        top = self.root / "course"
        found = [path for name in ("submitted", "collected") for path in (top / name).rglob("*") if path.is_file()]
        return {str(path.relative_to(top)): path.read_text("utf-8", "replace") for path in sorted(found)}

    def submitted(self) -> dict[str, str]:
        """Whose notebook says what, by student."""
        top = self.root / "course" / "submitted"
        return {
            path.parent.parent.name: path.read_text("utf-8", "replace") for path in sorted(top.glob("*/sgd/sgd.ipynb"))
        }

    def time(self, student: str) -> str | None:
        """What stands in a student's timestamp."""
        path = self.root / "course" / "submitted" / student / "sgd" / "timestamp.txt"
        return path.read_text() if path.exists() else None

    def class_of(self, *people: lms.Pupil) -> None:
        """Put these into the class."""
        (self.root / "course" / "students.csv").write_text(lms.roster(people), "utf-8")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Course:
    root = tmp_path / "course-folder"
    (root / "course").mkdir(parents=True)
    shutil.copy(KIT / "nbgrader_config.py", root)
    shutil.copytree(KIT / "exercises", root / "exercises")
    shutil.copytree(KIT / "solutions", root / "solutions")
    monkeypatch.chdir(root)

    def run(*arguments: object, zone: str = "Europe/Berlin") -> tuple[int, str, str]:
        capsys.readouterr()
        status = cli.main(["collect", "--zone", zone, *map(str, arguments)])
        said = capsys.readouterr()
        return status, re.sub(r" +$", "", said.out, flags=re.MULTILINE), said.err

    return Course(root, run)


@pytest.fixture(scope="session")
def books(maker: Maker, lesson: Lesson) -> Callable[[str], str]:
    """A small notebook with an answer, that says what it is told to."""

    def book(says: str) -> str:
        return maker.text(bare=True, append=(f"# {says}",))

    return book


@pytest.fixture(scope="session")
def stub(maker: Maker) -> str:
    return maker.text("blank")
