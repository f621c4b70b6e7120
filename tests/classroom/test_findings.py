"""`autograder grade --audit`: what a class tells about the kit."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom.audits import Audits
from autograder.classroom.course import Course
from tests.conftest import hand_in, run
from tests.sample_class import Maker

pytestmark = pytest.mark.slow


def test_what_has_all_marks_and_fails_its_visible_checks_is_named(course: Path, maker: Maker) -> None:
    hand_in(course, "ada", maker.text())
    hand_in(course, "bob", maker.text(append=["torch.eye = None"]))  # the checks of fit need it, the graders do not
    hand_in(course, "cyd", "no notebook")
    done = run(course, "autograder", "grade", "--audit")
    said = [line for line in done.stdout.splitlines() if line.startswith("audit:")]
    assert said == [
        "audit: bob: fit has all marks and fails its checks: TypeError: 'NoneType' object is not callable",
        "audit: 1 finding about the kit",
    ]
    assert done.returncode == 0
    audits = Audits(Course(course), "sgd")
    assert [audits.of(student) for student in ("ada", "bob", "cyd")] == [
        {}, {"fit": "TypeError: 'NoneType' object is not callable"}, None
    ]  # fmt: skip
