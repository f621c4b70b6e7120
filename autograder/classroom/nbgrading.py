"""Our place in nbgrader's pipeline: read any hand-in, and put the hidden graders' marks where its output would be.

nbgrader changes into the course's folder while it works, so that is where the lesson is read from.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from nbconvert.exporters import Exporter, HTMLExporter, NotebookExporter
from nbformat import NotebookNode, from_dict, v4
from nbgrader.converters import autograde
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Dict, Unicode

from autograder.basics.advice import Advice
from autograder.basics.files import write
from autograder.classroom import basis, timestamp
from autograder.classroom.course import Course
from autograder.classroom.deadlines import Deadlines, ours
from autograder.classroom.exhibit import seal
from autograder.classroom.lateness import Lateness
from autograder.classroom.marks import times
from autograder.grading.grader import Grader, Grading
from autograder.handin.delivery import Delivery, take
from autograder.handin.handin import HandIn
from autograder.handin.notebook import KEY, grade_id, is_checks
from autograder.lesson.manifest import CHECKS, Lesson
from autograder.lesson.report import Exercise, Receipt
from autograder.render import words
from autograder.render.html import render_exercise, render_plain, render_unreadable
from autograder.sandbox import levels
from autograder.sandbox.launch import shared
from autograder.sandbox.limits import Limits


class _InPlace(Exporter):
    """Preprocesses the notebook itself, which has just been read from its file; nbconvert would copy it three times."""

    def _preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        for preprocessor in self._preprocessors:
            nb, resources = preprocessor(nb, resources)
        return nb, resources


class HandInExporter(_InPlace, NotebookExporter):
    """Reads hand-ins as `autograder.handin.handin` does, so that a damaged one does not stop nbgrader.

    nbgrader converts a notebook twice: its own preprocessors sanitize it, then others grade it. The second pass goes on
    with what the first one has in memory, though the file is there as well.
    """

    _sanitized: NotebookNode | None = None

    def from_filename(self, filename: str, resources: Any = None, **more: Any) -> tuple[Any, Any]:
        """Repair a submitted notebook, or go on with it. It is read from the file that counts in its folder."""
        if getattr(self.parent, "_sanitizing", True) or self._sanitized is None:
            self._sanitized = self._repaired(Path(filename), resources["nbgrader"]["assignment"])
        self._sanitized, resources = self._preprocess(self._sanitized, self._init_resources(resources))
        return _json(self._sanitized), resources

    def _repaired(self, path: Path, assignment: str) -> NotebookNode:
        state = Delivery(path.parent, path.name).digest()  # before it is read: what changes meanwhile is graded again
        handin = take(path.parent, Lesson.load(assignment, Path.cwd()))
        notebook: NotebookNode = from_dict(handin.notebook)
        about = {
            "unreadable": handin.unreadable,
            "notes": handin.notes,
            "note": handin.note,
            "file": handin.digest,
            "python": list(handin.python),
        }
        notebook.metadata[KEY] = {**about, "digest": state}
        return notebook


def take_in(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before a hand-in: whatever its files are called, it stands for the assignment's one notebook."""
    notebooks[:] = [str(Path(notebooks[0]).with_name(f"{assignment}.ipynb"))]


class FeedbackExporter(_InPlace, HTMLExporter):
    """nbconvert's, without what takes most of its time here: copying, validating, and parsing the finished page again.

    That is a search for pictures without a description; our template gives them one.
    """

    def from_file(self, file_stream: TextIO, resources: Any = None, **more: Any) -> tuple[Any, Any]:
        """One feedback page, from an autograded notebook."""
        notebook, resources = self._preprocess(v4.reads(file_stream.read()), self._init_resources(resources))
        return self.template.render(nb=notebook, resources=resources), resources


def _json(notebook: NotebookNode) -> str:
    """The notebook's file. nbformat would copy and validate it first, and write it with an encoder in pure Python."""
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n"


class HiddenGraders(NbGraderPreprocessor):
    """Runs the hand-in in a worker and writes its marks and feedback into the graded cells.

    The Report also goes to `reports_directory`, below the course's root.
    """

    isolation = Unicode(levels.BEST, help="How student code is shut in: one of autograder.sandbox.levels").tag(
        config=True
    )
    limits = Dict(help="Limits of a hand-in that differ from the defaults, by name").tag(config=True)
    basis = Dict(help="What all results of a batch depend on; without it, it is found out for each hand-in").tag(
        config=True
    )
    reports_directory = Unicode("course/reports", help="Where the Reports go").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade one sanitized notebook."""
        names = resources["nbgrader"]
        about = nb.metadata[KEY]
        more = {"note": about["note"], "digest": about["file"], "python": tuple(about["python"])}
        handin = HandIn(nb, about["unreadable"], about["notes"], **more)
        lesson = Lesson.load(names["assignment"], Path.cwd())
        grader = Grader(lesson, shared(self.isolation, str(Path.cwd())), Limits.of(self.limits))
        policy = Deadlines.of(self.config)
        late = _lateness(policy, names)
        grading = _with_receipt(grader.grade(handin, student=names["student"]), late, about["file"])
        write_outputs(handin, grading, lesson)
        about["basis"] = self._basis(lesson, grading.report.isolation) | basis.own(about["digest"], late, policy)
        about |= {
            "time": late.sentence(),
            "late": bool(late.days),
            "rule": policy.rule(late) if ours(self.config) else "",
        }
        path = Path(self.reports_directory) / names["assignment"] / f"{names['student']}.json"
        write(path, grading.report.to_json())
        return nb, resources

    def _basis(self, lesson: Lesson, isolation: str) -> dict[str, str]:
        return dict(self.basis) or basis.common(Course(Path.cwd()), lesson, isolation)


def _lateness(policy: Deadlines, names: Any) -> Lateness:
    """By the times in the gradebook, which the penalty will be made of."""
    with autograde.Gradebook(names["db_url"]) as gradebook:
        return policy.lateness(times(gradebook.db, names["student"]), names["assignment"])


def _with_receipt(grading: Grading, late: Lateness, file: str) -> Grading:
    handed_in = timestamp.written(late.handed_in) if late.handed_in else None
    receipt = Receipt(handed_in, file, timestamp.written(datetime.now(UTC)))
    return replace(grading, report=replace(grading.report, receipt=receipt))


class SaveGrades(SaveAutoGrades):
    """nbgrader's own, but an exercise that could not be judged has no mark yet: it waits for a person."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        self._open = nb.metadata[KEY]["open"]
        saved: tuple[NotebookNode, Any] = super().preprocess(nb, resources)
        return saved

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(cell, resources)
        if grade_id(cell) in self._open:
            about = (grade_id(cell), self.notebook_id, self.assignment_id, self.student_id)
            grade = self.gradebook.find_grade(*about)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()


def write_outputs(handin: HandIn, grading: Grading, lesson: Lesson) -> None:
    """Put into the notebook what its cells have put out, and into each graded cell the marks and our feedback.

    nbgrader takes a graded cell's marks from its one execute_result; nothing that student code printed may stay there.
    """
    exercise, sentence, receipt = "", "", ""
    with Advice("where to begin"):
        exercise, sentence = words.first(grading.report)
    with Advice("the receipt"):
        receipt = words.receipt(grading.report)
    statuses = {one.id: words.STATUS[one.status] for one in grading.report.exercises}
    about = {
        "isolation": grading.report.isolation,
        "receipt": receipt,
        "statuses": statuses,
        "first": exercise,
        "sentence": sentence,
    }
    seals = {}
    for cell, outputs in zip(handin.code, grading.outputs, strict=False):
        cell["outputs"] = [NotebookNode(from_dict(output)) for output in outputs]
    for cell in filter(is_checks, handin.notebook["cells"]):
        score, page = _verdict(grade_id(cell) or "", grading, lesson)
        seals[grade_id(cell)] = seal(page)
        cell["outputs"] = [
            _output("display_data", {"text/html": page}),
            _output("execute_result", {"text/plain": repr(float(score))}, execution_count=None),
        ]
    doubtful = [one.id + CHECKS for one in grading.report.exercises if one.outdated]
    handin.notebook["metadata"][KEY].update({**about, "reports": seals, "open": doubtful})


def _verdict(checks: str, grading: Grading, lesson: Lesson) -> tuple[float, str]:
    report = grading.report
    for task, exercise in zip(lesson.tasks, report.exercises, strict=False):
        if task.checks_id == checks:
            return exercise.score, _page(exercise, grading)
    return 0.0, render_unreadable(report)


def _page(exercise: Exercise, grading: Grading) -> str:
    """What there is to say about an exercise, without whatever cannot be made; its marks in any case."""
    page, pictures = render_plain(exercise), list[bytes]()
    with Advice(f"the pictures of {exercise.id!r}"):
        pictures = [make() for make in grading.pictures.get(exercise.id, ())]
    with Advice(f"the feedback on {exercise.id!r}"):
        page = render_exercise(exercise, pictures, grading.losses.get(exercise.id))
    return page


def _output(kind: str, data: dict[str, str], **more: Any) -> NotebookNode:
    output: NotebookNode = from_dict({"output_type": kind, "data": data, "metadata": {}, **more})
    return output
