"""Makes a course folder: settings, a lesson of its own, and where hand-ins go. Nothing is ever overwritten."""

from __future__ import annotations

SETTINGS = """\
\"\"\"Makes this folder an nbgrader course. Settings of your own (a database, other limits) go below `configure`.\"\"\"

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
NOT_NEEDED = ("answers", "class", "mutants.toml", "stock.toml", "__pycache__")  # of a lesson: what tests use
