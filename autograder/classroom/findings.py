"""What a class tells about the kit: answers that have all marks, and fail the checks that students see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autograder.basics import memory
from autograder.classroom.batch import Batch
from autograder.grading.audit import audit
from autograder.handin.delivery import Delivery
from autograder.handin.handin import read
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report
from autograder.sandbox.launch import shared


def findings(batch: Batch, lesson: Lesson, students: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each student who was graded, and why visible checks fail, by exercise.

    It takes about as long as grading in one process does.
    """
    workers = shared(batch.isolation, str(batch.course.root.resolve()))
    with memory.limited():  # as for whoever reads hand-ins
        for student in students:
            report = Report.from_json(batch.course.report(batch.assignment, student).read_text("utf-8"))
            submitted = batch.course.hand_in(batch.assignment, student)
            path = Delivery(submitted.parent, submitted.name).choose(lesson).path
            if report.exercises and path is not None:
                yield student, audit(lesson, read(path, lesson), report, workers, batch.limits())
