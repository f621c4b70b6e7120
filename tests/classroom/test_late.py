"""Hand-ins that are late: what the gradebook, plain nbgrader and pages say of them, and what makes it be said anew."""

from __future__ import annotations

import hashlib
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.classroom import timestamp
from autograder.classroom.batch import Batch
from autograder.classroom.course import Course
from autograder.classroom.release import register
from autograder.lesson.report import Report
from autograder.sandbox import probe
from tests.conftest import hand_in, make_course, run
from tests.sample_class import Maker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own, in this process too
]
DUE = {"sgd": "2026-11-05 23:59 Europe/Berlin"}
RULE = "penalty_method = 'percent'"
GRADED = re.compile(r"graded [-0-9: ]+ UTC")
GRADE = ("autograder", "grade", "--jobs", "1")
ADDRESS = "sqlite:///{}/course/gradebook.db"


def set_up(course: Path, *lines: str, put_off: str | None = None) -> None:
    """Write settings of the course anew, and its extensions."""
    config = course / "nbgrader_config.py"
    own = config.read_text("utf-8").partition("# deadlines\n")[0]
    config.write_text(own + "# deadlines\n" + "".join(f"c.Deadlines.{line}\n" for line in lines), "utf-8")
    table = course / "course" / "extensions.csv"
    table.unlink(missing_ok=True)
    if put_off is not None:
        table.write_text(put_off, "utf-8")


def handed_in(course: Path, student: str, text: str, when: str) -> None:
    path = hand_in(course, student, text)
    if when:
        path.with_name("timestamp.txt").write_text(when, "utf-8")


@pytest.fixture(scope="module")
def a_class(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> Path:
    """Somebody in time, somebody 33 hours late, and somebody who handed in no notebook, late, graded by these rules."""
    course = make_course(tmp_path_factory.mktemp("late") / "course-folder")
    handed_in(course, "ada", maker.text(bare=True), "2026-11-05 20:00:00 UTC")
    handed_in(course, "bob", maker.text(bare=True), "2026-11-07 08:00:00 UTC")
    handed_in(course, "ugo", "no notebook", "2026-11-06 08:00:00 UTC")
    set_up(course, f"due = {DUE}", RULE)
    done = run(course, *GRADE)
    assert done.returncode == 0, done.stderr
    assert "42.4 in the gradebook: a penalty of 10.6" in " ".join(done.stdout.split())
    assert "\ndue:      2026-11-05 23:59 CET; 2 late\n" in done.stdout
    return course


def times(course: Path) -> dict[str, tuple[datetime | None, float]]:
    """When each is due by the gradebook, and the penalty there."""
    with Gradebook(ADDRESS.format(course), "sgd-from-scratch") as gradebook:
        found = gradebook.assignment_submissions("sgd")
        return {one.student.id: (one.duedate, one.late_submission_penalty) for one in found}


def page(course: Path, student: str) -> str:
    text = (course / "course" / "feedback" / student / "sgd" / "sgd.html").read_text("utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main>")[2]).split())


def why(course: Path) -> dict[str, list[str] | None]:
    batch = Batch(Course(course), "sgd", probe.best())
    batch.prepare()
    known = batch.entries()
    return {
        student: batch._again(student, known.get(student), batch.basis, batch.deadlines)
        for student in ("ada", "bob", "ugo")
    }


@pytest.fixture
def course(a_class: Path, tmp_path: Path) -> Path:
    return shutil.copytree(a_class, tmp_path / "another-folder")


def test_gradebook_and_pages_say_what_the_settings_say(a_class: Path) -> None:
    due = datetime(2026, 11, 5, 22, 59)
    assert times(a_class) == {"ada": (due, 0), "bob": (due, 10.6), "ugo": (due, 0)}
    assert "Handed in 2026-11-05 21:00 CET, in time: due 2026-11-05 23:59 CET." in page(a_class, "ada")
    assert (
        "42.4 of 53 points Handed in 2026-11-07 09:00 CET, 1 day and 9 hours late: it was due 2026-11-05 23:59 CET. "
        "For each day begun, 10 % of the marks are taken off: 2 days. "
        "A penalty of 10.6 points for handing in late is taken off." in page(a_class, "bob")
    )


def test_plain_nbgrader_takes_the_same_penalty(course: Path) -> None:
    with Gradebook(ADDRESS.format(course), "sgd-from-scratch") as gradebook:
        gradebook.find_assignment("sgd").duedate = None
        gradebook.db.commit()
    set_up(course, f"due = {DUE}", RULE, "percent = 20", put_off="id,days\nbob,1\n")
    done = run(course, "nbgrader", "autograde", "sgd", "--student", "bob", "--force")
    assert done.returncode == 0, done.stderr
    assert times(course)["bob"] == (datetime(2026, 11, 6, 22, 59), 10.6)


@pytest.mark.parametrize(
    ("lines", "put_off", "expected"),
    [
        ((f"due = {DUE}", RULE), None, [[], [], []]),
        ((f"due = {DUE}", RULE), "id,days\n", [[], [], []]),
        ((f"due = {DUE}", RULE), "id,days\nbob,1\n", [[], ["the due date changed"], []]),
        ((f"due = {DUE}", "penalty_method = 'zero'"), None, [[], *[["the late policy changed"]] * 2]),
        (
            (f"due = {DUE}", RULE, "free_days = 1"), None,
            [[], *[["the free days that were left changed"]] * 2],
        ),
        (("due = {'sgd': '2026-11-06 23:59 Europe/Berlin'}", RULE), None, [["the due date changed"]] * 3),
        (("due = {'sgd': None}", RULE), None, [["the due date changed"]] * 3),
        ((RULE,), None, [["the due date changed"]] * 3),  # to the gradebook's, in UTC
    ],
)  # fmt: skip
def test_what_is_changed_concerns_only_whom_it_touches(
    lines: tuple[str, ...], put_off: str | None, expected: list[list[str]], course: Path
) -> None:
    set_up(course, *lines, put_off=put_off)
    assert list(why(course).values()) == expected


def test_extension_is_kept_when_all_else_is_put_off_up_to_it(course: Path) -> None:
    set_up(course, f"due = {DUE}", RULE, put_off="id,due\nbob,2026-11-06 23:59\n")
    done = run(course, *GRADE)
    assert "1 graded again: the due date changed\n" in done.stdout
    assert "\ndue:      2026-11-05 23:59 CET; 2 late, 1 with an extension\n" in done.stdout
    assert "Handed in 2026-11-07 09:00 CET, 9 hours and 1 minute late: it was due 2026-11-06 23:59 CET, with your exten" in (
        page(course, "bob")
    )  # fmt: skip
    assert times(course)["bob"] == (datetime(2026, 11, 6, 22, 59), 5.3)
    set_up(course, "due = {'sgd': '2026-11-06 12:00 Europe/Berlin'}", RULE, put_off="id,due\nbob,2026-11-06 23:59\n")
    assert why(course) == {"ada": ["the due date changed"], "bob": [], "ugo": ["the due date changed"]}
    assert times(course)["bob"][0] == datetime(2026, 11, 6, 22, 59)


def test_penalty_of_other_marks_is_made_anew(course: Path) -> None:
    with Gradebook(ADDRESS.format(course), "sgd-from-scratch") as gradebook:
        for student in ("ada", "bob"):
            gradebook.find_grade("mse-checks", "sgd", "sgd", student).manual_score = 3
        gradebook.db.commit()
    assert why(course) == {"ada": [], "bob": ["the gradebook's penalty was not that of their marks"], "ugo": []}
    done = run(course, *GRADE)
    assert "1 graded again: the gradebook's penalty was not that of their marks\n" in done.stdout
    assert times(course)["bob"][1] == 9.6 and list(why(course).values()) == [[], [], []]


@pytest.mark.parametrize(
    ("lines", "put_off", "message"),
    [
        (("due = {'sdg': '2026-11-05 23:59 UTC'}",), None, "c.Deadlines.due names the assignment 'sdg': choose from sgd"),
        (("percent = 'ten'",), None, "c.Deadlines in nbgrader_config.py: The 'percent' trait of a Deadlines instance "
         "expected a float, not the str 'ten'."),
        ((f"due = {DUE}",), "id,days\nada,soon\n",
         "course/extensions.csv: 'soon' for 'ada' is no number of days from 1 to 999"),
    ],
)  # fmt: skip
def test_nothing_is_graded_by_rules_that_cannot_be_read(
    lines: tuple[str, ...], put_off: str | None, message: str, course: Path
) -> None:
    before = (course / "course" / "gradebook.db").read_bytes()
    set_up(course, *lines, put_off=put_off)
    done = run(course, *GRADE, "--force")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"autograder: {message}\n")
    assert (course / "course" / "gradebook.db").read_bytes() == before


def test_id_that_nobody_has_is_named_and_all_else_is_done(course: Path) -> None:
    set_up(course, f"due = {DUE}", RULE, put_off="id,days\nbobb,1\neve,1\n")
    (course / "course" / "students.csv").write_text("id\nada\nbob\neve\n")
    done = run(course, *GRADE)
    assert (done.returncode, done.stderr) == (
        0, "autograder: course/extensions.csv: nobody in the class has the id 'bobb', nor has handed in\n",
    )  # fmt: skip
    assert "0 graded, 2 unchanged, 1 unreadable\n" in done.stdout


def test_extension_of_what_is_never_due_is_no_error(course: Path) -> None:
    set_up(course, "due = {'sgd': None}", put_off="id,days\nbob,1\n")
    with Gradebook(ADDRESS.format(course), "sgd-from-scratch") as gradebook:
        gradebook.find_submission("sgd", "bob").extension = timedelta(days=1)
        gradebook.db.commit()
    done = run(course, "nbgrader", "autograde", "sgd", "--student", "bob", "--force")
    assert done.returncode == 0, done.stderr
    assert times(course)["bob"] == (None, 0)


@pytest.mark.parametrize("student", ["bob", "ugo"])
def test_receipt_says_which_file_was_graded_when_and_with_what(student: str, a_class: Path) -> None:
    found = Report.from_json((a_class / "course" / "reports" / "sgd" / f"{student}.json").read_text("utf-8"))
    file = hashlib.sha256((a_class / "course/submitted" / student / "sgd/sgd.ipynb").read_bytes()).hexdigest()
    handed_in = (a_class / "course/submitted" / student / "sgd/timestamp.txt").read_text()
    assert found.receipt is not None and (found.receipt.file, found.receipt.handed_in) == (file, handed_in)
    assert abs(timestamp.moment(found.receipt.graded) - datetime.now(UTC).replace(tzinfo=None)) < timedelta(hours=1)
    with_ = f"Python {found.versions['python']}, torch {found.versions['torch']}, autograder {found.versions['kit']}"
    assert page(a_class, student).endswith(
        "Is something not right? Write to your instructor and quote this line: "
        f"sgd, {student}: handed in {handed_in}, file {file[:12]}, graded {found.receipt.graded} with {with_}"
    )


def test_receipt_stays_as_it_is_until_it_is_graded_again(course: Path) -> None:
    before = page(course, "bob")
    assert run(course, "nbgrader", "generate_feedback", "sgd", "--student", "bob", "--force").returncode == 0
    assert page(course, "bob") == before
    assert "0 graded, 2 unchanged, 1 unreadable\n" in run(course, *GRADE).stdout and page(course, "bob") == before
    assert "1 graded again: --force\n" in run(course, *GRADE, "--force", "--student", "bob").stdout
    after = page(course, "bob")
    assert after != before and GRADED.sub("", after) == GRADED.sub("", before)


def test_released_assignment_has_its_due_date_before_anything_is_handed_in(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course-folder")
    set_up(course, f"due = {DUE}")
    register(Course(course), "sgd")
    with Gradebook(ADDRESS.format(course), "sgd-from-scratch") as gradebook:
        assert gradebook.find_assignment("sgd").duedate == datetime(2026, 11, 5, 22, 59)
