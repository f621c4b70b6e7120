"""Makes a course folder: settings, a lesson of its own, and where hand-ins go. Nothing is ever overwritten."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from autograder.basics.refused import Refused
from autograder.basics.text import slug
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.release import fresh

SETTINGS = """\
\"\"\"Makes this folder an nbgrader course. Settings of your own (due dates, a database) go below `configure`.\"\"\"

from pathlib import Path

from autograder import configure

c = get_config()
configure(c, Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "{course_id}"
"""
README = """\
# {title}

1. Give students `exercises/{name}/{name}.ipynb`.
2. Put each hand-in at `course/submitted/STUDENT/{name}/{name}.ipynb`.
3. Run `autograder grade {name}` in this folder: marks go into `course/gradebook.db`, pages into `course/feedback/`.

`solutions/` is the lesson with its answers, `lessons/` its hidden graders: keep both to yourself. They are this
course's own, as they were when it was made, and no upgrade changes them. Without `lessons/{name}/`, the graders of the
installed kit are used. After a change in `solutions/`, `autograder release` makes `exercises/` anew.
"""
IGNORED = "course/\nsolutions/*/\n__pycache__/\n"  # by git: hand-ins, marks, and what is built


def make(folder: Path, lesson: Lesson) -> None:
    """Make `folder` a course with this lesson.

    Raises:
        Refused: there is something in the way, or the folder cannot be written to.
    """
    name = lesson.assignment
    files = {
        shelf.CONFIG: SETTINGS.format(course_id=slug(folder.resolve().name)),
        "README.md": README.format(title=lesson.title, name=name),
        ".gitignore": IGNORED,
    }
    trees = [shelf.release(name, folder).parent, folder / "lessons" / name]
    for path in (*(folder / file for file in files), shelf.source(name, folder), *trees):
        if path.exists():
            raise Refused(f"{path} is there already, and stays as it is: name another folder")
    try:
        for path in (folder / "course" / "submitted", folder / "solutions"):
            path.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shelf.source(name, lesson.root), shelf.source(name, folder))
        trees[0].mkdir(parents=True)
        with tempfile.TemporaryDirectory() as temporary:
            shutil.copyfile(fresh(lesson, Path(temporary)), shelf.release(name, folder))
        shutil.copytree(lesson.folder, trees[1], ignore=shutil.ignore_patterns(*shelf.NOT_NEEDED))
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
    except OSError as error:
        raise Refused(f"no course can be made in {folder}: {error.strerror}") from None
