"""A gradebook in PostgreSQL: the same marks, pages and Reports as in SQLite, from a real server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader import api
from nbgrader.apps.api import NbGraderAPI

from autograder import cli
from autograder.classroom.course import Course
from tests import postgresql
from tests.conftest import WHEN, hand_in, make_course, run, use_database
from tests.postgresql import PASSWORD, Server
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

Done = subprocess.CompletedProcess[str]
Refusal = Callable[[str], str]
COURSE = "sgd-from-scratch"
SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
CLASS: dict[str, dict[str, Any]] = {
    "ada": {},
    "bob": {"answers": {"mse": SUM}},
    "cyd": {"start": "blank"},
    "dan": {"text": "not a notebook"},
}
LESSON = ["Student", "Assignment", "Notebook", "GradeCell", "SolutionCell", "SourceCell"]
HANDED_IN = ["SubmittedAssignment", "SubmittedNotebook", "Grade", "Comment"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="module")
def graded(server: Server, tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> tuple[Path, Path, Done]:
    """The same class twice, with SQLite and with PostgreSQL, and what the command said about the second."""
    folder = tmp_path_factory.mktemp("graded")
    ours, theirs = make_course(folder / "sqlite"), make_course(folder / "postgresql")
    use_database(theirs, server.database("graded"))
    (theirs / "course" / "gradebook.db").unlink()  # one that lies ready for SQLite
    for course in (ours, theirs):
        for student, how in CLASS.items():
            hand_in(course, student, maker.text(**{"bare": True, **how}))
        hand_in(course, "eve", maker.text(bare=True), name="homework.ipynb")
    grade(ours)
    return ours, theirs, grade(theirs, jobs=2)


def grade(course: Path, *arguments: str, jobs: int = 1) -> Done:
    """Grade the class; each process more takes a while to start."""
    done = run(course, "autograder", "grade", "--jobs", str(jobs), *arguments)
    assert done.returncode == 0, done.stderr
    return done


def gradebook(course: Path) -> Any:
    return api.Gradebook(Course(course).directory().db_url, COURSE)


def rows(course: Path) -> dict[str, list[dict[str, Any]]]:
    """All that is in the gradebook, but for the ids, which are random."""
    with gradebook(course) as book:
        return {
            kind: ordered(row.to_dict() for row in book.db.query(getattr(api, kind))) for kind in LESSON + HANDED_IN
        }


def ordered(records: Any) -> list[dict[str, Any]]:
    return sorted(({key: value for key, value in record.items() if key != "id"} for record in records), key=str)


def files(course: Path, kind: str) -> dict[str, bytes]:
    """What is in the files of this kind, but for when they were made, by their place in the course."""
    top = course / "course"
    return {str(path.relative_to(top)): WHEN.sub(b"", path.read_bytes()) for path in top.rglob(kind)}


def shown(server: Server, database: str) -> str:
    """A database's address as people may read it."""
    return f"postgresql://teacher:***@/{database}?host={str(server.folder).replace('/', '%2F')}"


@pytest.fixture
def refusal(course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Refusal:
    """Ask for the one line on stderr of `grade` with a database that it cannot use."""

    def ask(db_url: str) -> str:
        use_database(course, db_url)
        (course / "course" / "submitted" / "ada" / "sgd").mkdir(parents=True)
        monkeypatch.chdir(course)
        assert cli.main(["grade"]) == 2
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.count("\n") == 1
        return captured.err.strip()

    return ask


def test_without_postgresql_tests_are_skipped_but_fail_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "find", lambda: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NO POSTGRESQL ON THIS MACHINE: install Debian's package"):
        postgresql.demand()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="NO POSTGRESQL ON THIS MACHINE: install Debian's package"):
        postgresql.demand()


def test_gradebook_holds_the_same_as_sqlites(graded: tuple[Path, Path, Done]) -> None:
    ours, theirs, _ = graded
    found = rows(theirs)
    assert found == rows(ours)
    totals = {submission["student"]: submission["score"] for submission in found["SubmittedAssignment"]}
    assert totals == {"ada": 53, "bob": 51, "cyd": 0, "dan": 0, "eve": 53}
    assert len(found["Grade"]) == 5 * 7 and not any(one["needs_manual_grade"] for one in found["Grade"])
    assert not (theirs / "course" / "gradebook.db").exists()


def test_reports_and_pages_are_the_same_as_with_sqlite(graded: tuple[Path, Path, Done]) -> None:
    ours, theirs, _ = graded
    assert files(theirs, "*.json") == files(ours, "*.json") and len(files(theirs, "*.json")) == 5
    assert files(theirs, "*.html") == files(ours, "*.html") and len(files(theirs, "*.html")) == 5


def test_formgrader_shows_the_same_as_with_sqlite(graded: tuple[Path, Path, Done]) -> None:
    ours, theirs = (NbGraderAPI(config=Course(course).config) for course in graded[:2])
    assert ordered(theirs.get_students()) == ordered(ours.get_students())
    assert ordered(theirs.get_notebooks("sgd")) == ordered(ours.get_notebooks("sgd"))
    assert ordered(theirs.get_submissions("sgd")) == ordered(ours.get_submissions("sgd"))
    assert len(theirs.get_submissions("sgd")) == 5


def test_summary_names_the_database_without_its_password(graded: tuple[Path, Path, Done], server: Server) -> None:
    ours, _, done = graded
    assert Course(ours).gradebook() == f"{ours}/course/gradebook.db"
    assert f"marks:    {shown(server, 'graded')} (nbgrader's)\n" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr and "gradebook.db" not in done.stdout


def test_grading_again_keeps_what_a_person_entered(graded: tuple[Path, Path, Done], maker: Maker) -> None:
    ours, theirs, _ = graded
    assert "0 graded, 3 unchanged, 1 unreadable\n" in grade(theirs, "--student", "[a-d]*").stdout
    for course in (ours, theirs):
        hand_in(course, "cyd", maker.text(bare=True))
        with gradebook(course) as book:  # as formgrader does
            mark = book.find_grade("mse-checks", "sgd", "sgd", "bob")
            mark.manual_score, mark.extra_credit, mark.needs_manual_grade = 7.5, 0.25, False
            book.find_comment("mse", "sgd", "sgd", "bob").manual_comment = "Almost: the mean – ‘∑ / n’ ✓"
            book.db.commit()
    assert "1 graded, 1 unchanged, 0 unreadable\n" in grade(theirs, "--student", "[bc]*").stdout
    for course in (ours, theirs):
        assert "2 graded, 0 unchanged, 0 unreadable\n" in grade(course, "--student", "[bc]*", "--force").stdout
    assert rows(theirs) == rows(ours)
    with gradebook(theirs) as book:
        mark = book.find_grade("mse-checks", "sgd", "sgd", "bob")
        assert (mark.auto_score, mark.manual_score, mark.score, mark.needs_manual_grade) == (6, 7.5, 7.75, True)
        assert book.find_comment("mse", "sgd", "sgd", "bob").comment == "Almost: the mean – ‘∑ / n’ ✓"
        assert book.find_submission("sgd", "cyd").score == 53
    assert "Almost: the mean – ‘∑ / n’ ✓" in files(theirs, "*.html")["feedback/bob/sgd/sgd.html"].decode()


def test_wrong_password(server: Server, refusal: Refusal) -> None:
    assert refusal(server.address("postgres", password="guessed")) == (
        f"autograder: the gradebook cannot be opened: {shown(server, 'postgres')}: connection failed: connection to "
        f'server on socket "{server.folder}/.s.PGSQL.5432" failed: FATAL: password authentication failed for user '
        '"teacher"'
    )


def test_no_such_database(server: Server, refusal: Refusal) -> None:
    assert refusal(server.address("nowhere")).endswith('failed: FATAL: database "nowhere" does not exist')


def test_database_of_another_program(server: Server, refusal: Refusal) -> None:
    address = server.database("post")
    server.do("CREATE TABLE parcels (weight integer)", "post")
    assert refusal(address) == (
        f"autograder: the gradebook cannot be opened: {shown(server, 'post')}: "
        "it is another program's, with a table 'parcels': name a new one"
    )


def test_server_that_does_not_answer(refusal: Refusal) -> None:
    assert refusal("postgresql://teacher:open-sesame@127.0.0.1:1/marks?password=again") == (
        "autograder: the gradebook cannot be opened: postgresql://teacher:***@127.0.0.1:1/marks: connection failed: "
        'connection to server at "127.0.0.1", port 1 failed: Connection refused Is the server running on that host and '
        "accepting TCP/IP connections?"
    )
