"""Whatever files are called, each belongs to one attempt or to nobody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.roster import Roster
from autograder.intake.choice import Dated, latest
from autograder.intake.dating import date, signed
from autograder.intake.identity import Class
from autograder.intake.reading import File, Kind
from autograder.intake.recognition import Recogniser
from autograder.intake.times import zone_of
from tests.intake import lms

WORDS = st.sampled_from([
    "ada", "Béa", "李", "sgd", "sgd.ipynb", "LATE", "12", "345", "anon_x", "_", " - ", "Nov 3, 2026 1021 AM", "x.zip", "(1)",
    "_assignsubmission_file", "_assignsubmission_onlinetext", "_attempt_2026-11-03-10-21-00", ".txt", "\u202e", "\n",
])  # fmt: skip
NAMES = st.lists(WORDS, min_size=1, max_size=5).map("".join) | st.text(min_size=1, max_size=9)
FILES = st.lists(
    st.builds(
        lambda path, kind: File(tuple(path), kind, digest=str(hash(tuple(path)))),
        st.lists(NAMES, min_size=1, max_size=4),
        st.sampled_from([kind for kind in Kind if kind is not Kind.CLONE]),
    ),
    max_size=8,
)
PEOPLE = [lms.Pupil("ada", "Ada", "L", 12), lms.Pupil("bea", "Béa", "345", 345)]


@given(FILES, st.booleans())
def test_each_file_is_in_one_attempt_or_nobodys(files: list[File], known: bool) -> None:
    people = Class(Roster(lms.persons(PEOPLE)) if known else Roster())
    attempts, left = Recogniser("sgd", people.knows).attempts(files)
    found = [piece.file for attempt in attempts for piece in attempt.pieces] + left
    assert sorted(map(id, found)) == sorted(map(id, files))
    for attempt in attempts:
        students = people.students(signed(attempt))
        assert students and all(student.id or student.note for student in students)
        assert not any(set(student.id) & set("/\\\n") for student in students)
        dated = Dated(attempt, date(attempt, zone_of("UTC")), "sgd")
        assert latest([dated]) is dated
        assert bool(dated.counting) == any(piece.file.counts for piece in attempt.pieces)
