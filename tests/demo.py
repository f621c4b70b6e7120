"""`make demo`: the sample class of each lesson goes from a download of Moodle to one page, marks and pages to hand back.

``python -m tests.demo COURSE`` runs the commands of docs/instructors.md, and says each before it does.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.basics.exits import Exit
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from tests import download
from tests.sample_class import Maker, load, refuse_others

PROGRAM = Path(sys.executable).with_name("autograder")
FAIR = {"collect": (Exit.DONE, Exit.NOT_DONE)}  # a student of the sample class has handed in something else


def show(root: Path, lesson: Lesson) -> None:
    """Take the class in, grade it, put it on one page, and hand marks and pages back."""
    refuse_others(root, lesson)
    samples, maker, name = load(lesson), Maker(lesson), lesson.assignment
    folder = Path("build") / "demo" / name
    download.write(root / folder, lesson, {one.name: maker.of(one) for one in samples}, absent=["student-99"])
    (root / "course").mkdir(exist_ok=True)
    shutil.copyfile(root / folder / "students.csv", root / "course" / "students.csv")
    _run(root, "collect", str(folder / "submissions.zip"), "--lesson", name)
    _run(root, "grade", name)
    _run(root, "export", name, "--to", "moodle", "--sheet", str(folder / "worksheet.csv"), "--pages")
    _run(root, "report", name)


def _run(root: Path, command: str, *arguments: str) -> None:
    sys.stdout.write(f"\n$ autograder {shlex.join([command, *arguments])}\n")
    sys.stdout.flush()
    status = subprocess.run([PROGRAM, command, *arguments], cwd=root).returncode
    if status not in FAIR.get(command, (Exit.DONE,)):
        raise SystemExit(status)


if __name__ == "__main__":
    for one in shelf.names():
        show(Path(sys.argv[1]), Lesson.load(one))
