"""Is a hidden grader weaker than the checks that students see? What has all marks must pass those, too."""

from __future__ import annotations

from autograder.grading.verdicts import uses
from autograder.handin.handin import HandIn
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Report
from autograder.sandbox.launch import Workers
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission, errors


def audit(lesson: Lesson, handin: HandIn, report: Report, workers: Workers, limits: Limits) -> dict[str, str]:
    """What the visible checks say against exercises with full marks, run behind the last cell in a fresh worker.

    Left out are exercises that use one without full marks: with the lesson's in its place they were right.
    """
    full = {exercise.id for exercise in report.exercises if exercise.score == exercise.max_score}
    looked_at = [one.id for one in lesson.tasks if {one.id, *uses(lesson, one.id)} <= full]
    checks = [lesson.cells[task.checks_id]["source"] for task in lesson.tasks if task.id in looked_at]
    cells = [cell["source"] for cell in handin.code]
    with Submission(workers, [*cells, *checks], limits, names=[task.id for task in lesson.tasks]) as submission:
        outputs = submission.run()[len(cells) :]
    raised = {name: errors(cell) for name, cell in zip(looked_at, outputs, strict=True)}
    return {name: f"{found[0]['ename']}: {found[0]['evalue']}" for name, found in raised.items() if found}
