"""What `grade --audit` has found is kept for as long as it is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.basics.refused import Refused
from autograder.classroom.audits import Audits
from autograder.classroom.course import Course


@pytest.fixture
def ann(course: Path) -> Path:
    """A student's Report."""
    path = course / "course" / "reports" / "sgd" / "ann.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    return path


def audits(report: Path) -> Audits:
    return Audits(Course(report.parents[3]), "sgd")


def test_a_finding_is_kept_until_the_hand_in_is_graded_anew(ann: Path) -> None:
    first = audits(ann)
    first.keep("ann", {"mse": "TypeError: ünlikely \ud800"})
    first.save()
    assert audits(ann).of("ann") == {"mse": "TypeError: ünlikely ?"}
    ann.write_text('{"other": 1}')
    assert audits(ann).of("ann") is None


def test_another_audit_leaves_those_alone_whom_it_has_not_looked_at(ann: Path) -> None:
    for student in ("ann", "bob"):
        one = audits(ann)
        one.keep(student, {"mse": student})
        one.save()
    assert [audits(ann).of(student) for student in ("ann", "bob", "cyd")] == [{"mse": "ann"}, {"mse": "bob"}, None]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"ann": 3}', '{"ann": {"report": 1}}', "\udcff"])
def test_a_file_that_is_none_of_ours_says_nothing(ann: Path, text: str) -> None:
    path = ann.parents[2] / "class" / "sgd-audit.json"
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert audits(ann).of("ann") is None


def test_a_file_that_cannot_be_written_is_named(ann: Path) -> None:
    path = ann.parents[2] / "class" / "sgd-audit.json"
    path.mkdir(parents=True)
    with pytest.raises(Refused, match=r"^/.*/course/class/sgd-audit\.json cannot be written: Is a directory$"):
        audits(ann).save()
