"""The checks that students see: nothing that the hidden graders give all marks fails them, and they find what is grave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.audit import audit
from autograder.handin.handin import read
from autograder.lesson.report import Exercise, Report, Status
from autograder.sandbox.launch import WarmProcess
from tests.answers import Answer, load
from tests.conftest import PATIENT, maker_of

Audit = Callable[[Answer], dict[str, str]]
SGD = next(answer.lesson for answer in load() if answer.lesson.assignment == "sgd")
LOOP = """
def fit(x, y, a, lr, epochs, batch_size):
    losses = []
    for _ in range(epochs):
        {order}
        for start in {starts}:
            rows, targets = {rows}, {targets}
            mse(predict(x[rows], a), y[targets]).backward()
            sgd_step(a, lr)
        losses.append(mse(predict(x, a), y).item())
    return losses
"""
DRAWN, ALL, BATCH = "order = torch.randperm(len(x))", "range(0, len(x), batch_size)", "order[start:start + batch_size]"


@pytest.fixture
def seen(warm: WarmProcess, tmp_path: Path) -> Audit:
    """What the visible checks say against a notebook with this answer, whatever its marks are."""

    def run(answer: Answer) -> dict[str, str]:
        lesson, path = answer.lesson, tmp_path / f"{answer.lesson.assignment}.ipynb"
        path.write_text(maker_of(lesson).text(answers={answer.exercise: answer.code}, bare=True), "utf-8")
        exercises = tuple(Exercise(task.id, task.points, task.points, Status.PASSED, None, ()) for task in lesson.tasks)
        report = Report.of(lesson.assignment, exercises, isolation="none")
        return audit(lesson, read(path, lesson), report, warm, PATIENT)

    return run


@pytest.mark.slow
@pytest.mark.parametrize("answer", [answer for answer in load() if answer.right], ids=str)
def test_what_has_all_marks_passes_the_checks_that_students_see(answer: Answer, seen: Audit) -> None:
    assert seen(answer) == {}


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        ({"targets": "torch.arange(len(x))[start:start + batch_size]"}, "together with its own target?"),
        ({"order": "order = torch.arange(len(x))"}, "for the last batch: [29]. Is a new random order drawn"),
        ({"order": "torch.manual_seed(0); order = torch.randperm(len(x))"}, "Is a new random order drawn"),
        ({"starts": "range(0, len(x) - 1, batch_size)"}, "(0 means that the row was never used.)"),
        ({"starts": "range(0, len(x) - batch_size + 1, batch_size)"}, "Does the last batch hold the rest?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_grave_mistakes_in_fit_are_seen(mistake: dict[str, str], says: str, seen: Audit) -> None:
    parts = {"order": DRAWN, "starts": ALL, "rows": BATCH, "targets": BATCH, **mistake}
    found = seen(Answer(SGD, "fit", "", LOOP.format(**parts), right=False))
    assert list(found) == ["fit"] and says in found["fit"], found


def test_the_right_loop_passes(seen: Audit) -> None:
    assert (
        seen(Answer(SGD, "fit", "", LOOP.format(order=DRAWN, starts=ALL, rows=BATCH, targets=BATCH), right=True)) == {}
    )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ("vocabulary['epoch'], vocabulary['SGD'] = 'G', 'F'", "not all of them have the right one yet."),
        ("vocabulary['epoch'] = 'G'", "Each letter from A to G belongs to exactly one word."),
        ("vocabulary.update({term: f' {letter.lower()} ' for term, letter in vocabulary.items()})", None),
    ],
)
def test_words_are_right_or_not_and_nobody_says_which(changed: str, says: str | None, seen: Audit) -> None:
    right = SGD.reference.vocabulary
    found = seen(Answer(SGD, "vocabulary", "", f"vocabulary = {right!r}\n{changed}", right=False))
    assert (says is None and found == {}) or (says or "") in found["vocabulary"]
    assert not any(letter in found.get("vocabulary", "") for letter in ("epoch", "'F'", "=F"))


def test_what_uses_a_wrong_answer_is_not_looked_at(seen: Audit, warm: WarmProcess, tmp_path: Path) -> None:
    path = tmp_path / "sgd.ipynb"
    path.write_text(maker_of(SGD).text(answers={"mse": "def mse(y_hat, y):\n    return (y_hat - y).sum()"}, bare=True))
    marks = {task.id: 0 if task.id == "mse" else task.points for task in SGD.tasks}
    exercises = tuple(Exercise(task.id, marks[task.id], task.points, Status.PASSED, None, ()) for task in SGD.tasks)
    report = Report.of("sgd", exercises, isolation="none")
    assert audit(SGD, read(path, SGD), report, warm, PATIENT) == {}
