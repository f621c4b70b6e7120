"""The first sentence that each wrong answer is told, in `tests/lessons/NAME/sentences.json`.

A change in the catalogue shows there whom an entry takes a sentence from. Run as a module, it writes the files anew, to
be read before they are kept: ``python -m tests.sentences``.
"""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

from autograder.graders.student import Student
from autograder.grading.diagnosis import diagnose
from autograder.grading.verdicts import Verdicts, judge
from autograder.handin.handin import read
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import Verdict
from autograder.sandbox import probe
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.submission import Submission
from tests.answers import Answer, load
from tests.conftest import QUICK, maker_of


def first_sentence(found: Verdicts) -> str | None:
    """What stands first on the page of what seems to be the matter."""
    return next((one.diagnosis for one in found.criteria if one.status is not Verdict.PASSED), None)


@functools.cache
def recorded(lesson: Lesson) -> dict[str, str | None]:
    """The sentences by answer; none for a lesson that has no such file."""
    path = _place(lesson)
    found: dict[str, str | None] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _place(lesson: Lesson) -> Path:
    return Path(__file__).parent / "lessons" / lesson.assignment / "sentences.json"


def _told(answer: Answer, warm: WarmProcess, folder: Path) -> str | None:
    path = folder / f"{answer.lesson.assignment}.ipynb"
    path.write_text(maker_of(answer.lesson).text(answers={answer.exercise: answer.code}, bare=True), "utf-8")
    with Submission(warm, [cell["source"] for cell in read(path, answer.lesson).code], QUICK) as submission:
        submission.run()
        student = Student(submission)
        found = judge(answer.lesson, answer.exercise, student)
        diagnose(answer.lesson, answer.exercise, student, found)
    return first_sentence(found)


if __name__ == "__main__":
    sentences: dict[Lesson, dict[str, str | None]] = {}
    with WarmProcess(probe.best()) as warm, tempfile.TemporaryDirectory() as folder:
        for answer in load():
            if not answer.right and not answer.status:
                sentences.setdefault(answer.lesson, {})[str(answer)] = _told(answer, warm, Path(folder))
    for lesson, told in sentences.items():
        _place(lesson).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
