"""Makes this folder an nbgrader course. Settings of your own (due dates, a database) go below `configure`."""

from pathlib import Path

from autograder import configure

c = get_config()  # type: ignore[name-defined]  # noqa: F821
configure(c, Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "sgd-from-scratch"
