"""The course: where hand-ins, marks, pages and reports lie, and how nbgrader is told to use our graders."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.basics.text import slug
from autograder.classroom import formgrader, stock
from autograder.classroom.root import find_root as find_root
from autograder.classroom.submitted import Submitted
from autograder.lesson import shelf
from autograder.lesson.manifest import STUBS, Lesson
from autograder.lesson.report import Report
from autograder.lesson.shelf import CONFIG
from autograder.render.html import TEMPLATES


def configure(c: Config, root: Path) -> None:
    """nbgrader's settings for a course at `root`: our folders, our preprocessors in the place of stock execution."""
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = _course_id(root)
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "exercises"
    for step in ("submitted", "autograded", "feedback"):
        setattr(c.CourseDirectory, f"{step}_directory", f"course/{step}")
    c.CourseDirectory.db_url = _address(root / "course" / "gradebook.db")
    c.ClearSolutions.code_stub = STUBS
    c.Autograde.exporter_class = "autograder.classroom.nbgrading.HandInExporter"
    c.Autograde.pre_convert_hook = "autograder.classroom.nbgrading.take_in"
    c.Autograde.sanitize_preprocessors = []  # HandInExporter has put back all that is the lesson's
    c.Autograde.autograde_preprocessors = [
        "autograder.classroom.nbgrading.HiddenGraders",
        "autograder.classroom.nbgrading.SaveGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    c.AssignLatePenalties.plugin_class = "autograder.classroom.deadlines.Deadlines"
    c.ExportApp.plugin_class = "autograder.classroom.sheet.Sheet"
    c.GenerateFeedback.exporter_class = "autograder.classroom.nbgrading.FeedbackExporter"
    c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
    c.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]  # of this one alone: formgrader has its own template
    c.FeedbackExporter.template_name = "feedback"
    c.FeedbackExporter.default_preprocessors = []
    c.HTMLExporter.default_preprocessors = ["nbconvert.preprocessors.CSSHTMLHeaderPreprocessor"]
    c.HTMLExporter.preprocessors = ["autograder.classroom.exhibit.Exhibit"]
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {  # whatever template shows it, what is not our own HTML goes through our cleaner
        "highlight_code": "autograder.classroom.exhibit.highlight_code",
        "markdown2html": "autograder.classroom.exhibit.markdown2html",
        "clean_html": "autograder.classroom.exhibit.clean_html",
    }
    formgrader.mend()
    stock.mend()


def _address(gradebook: Path) -> str:
    """A database's address, in which a path's `?`, `#` and `%` mean nothing; several processes wait for each other."""
    return URL.create("sqlite", database=str(gradebook), query={"timeout": "60"}).render_as_string()


def _course_id(root: Path) -> str:
    """What nbgrader calls the course, unless its settings say: the title of its only lesson, or its folder's name."""
    lessons = shelf.released(root)
    title = Lesson.load(lessons[0], root).title if len(lessons) == 1 else root.name
    return slug(title)


def load_config(root: Path) -> Config:
    """The course's own `nbgrader_config.py`, read as nbgrader reads it, but for a `$` in the course's path."""
    config: Config = PyFileConfigLoader(str(root.resolve() / CONFIG), path=str(root)).load_config()
    return config


class Course:
    """A course folder and its settings."""

    def __init__(self, root: Path, config: Config | None = None) -> None:
        self.root = root
        self.config = config if config is not None else load_config(root)

    def directory(self) -> CourseDirectory:
        """nbgrader's view of it; a fresh one each time, because nbgrader changes it while it works."""
        return CourseDirectory(config=self.config)

    def gradebook(self) -> str:
        """Where the marks are, as people may read it: the path of a file, or a server's address without passwords."""
        try:
            url = make_url(self.directory().db_url)
        except (ArgumentError, ValueError):  # no address, but it may hold a password: only the setting is named
            return "c.CourseDirectory.db_url"
        if url.get_backend_name() == "sqlite":
            return str(url.database)
        return url.difference_update_query(["password", "sslpassword"]).render_as_string(hide_password=True)

    def assignments(self) -> set[str]:
        """Those that have a lesson here, a release, or a source for nbgrader."""
        places = [*self.root.glob("exercises/*/"), *self.root.glob("solutions/*/")]
        return {*shelf.names(self.root), *(place.name for place in places)}

    def submitted(self, assignment: str) -> Submitted:
        """What was handed in."""
        others = frozenset(self.assignments() - {assignment})
        return Submitted(self.root / "course" / "submitted", assignment, others)

    def hand_in(self, assignment: str, student: str) -> Path:
        return self.root / "course" / "submitted" / student / assignment / f"{assignment}.ipynb"

    def autograded(self, assignment: str, student: str) -> Path:
        return self.root / "course" / "autograded" / student / assignment / f"{assignment}.ipynb"

    def feedback(self, assignment: str, student: str) -> Path:
        return self.root / "course" / "feedback" / student / assignment / f"{assignment}.html"

    def report(self, assignment: str, student: str) -> Path:
        return self.root / "course" / "reports" / assignment / f"{student}.json"

    def reports(self, assignment: str) -> dict[str, Report]:
        """By student, those that can be read: another kit's, or one that was cut off, is as good as none."""
        found = {}
        for path in self.report(assignment, "*").parent.glob("*.json"):
            with suppress(OSError, ValueError):
                found[path.stem] = Report.from_json(path.read_text("utf-8"))
        return found

    def overview(self, name: str) -> Path:
        """A file about the whole class."""
        return self.root / "course" / "class" / name
