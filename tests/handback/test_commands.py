"""`autograder export`: what an LMS reads from it are the gradebook's marks, and whoever gets none is named."""

from __future__ import annotations

import csv
import io
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.handback.cohort import CLASS, MARKS, Student, collected
from tests.handback.conftest import Export
from tests.handback.lms import LMS, STRANGER, canvas_reads, canvas_sheet, moodle_reads, moodle_sheet, rows_of, written

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # about nbgrader's own tables

LEFT = [
    "a person has still to look, so no mark is written: hal (Hal Older); joe (Joe Again), 52",
    "not graded yet: ivy (Ivy Ungraded)",
]
OLD = {"eve": 41.0, STRANGER.id: 41.0}  # marks that stood in a sheet before, of those who have not handed in here


def given(course: Path, content: bytes, name: str = "sheet.csv") -> str:
    (course / name).write_bytes(content)
    return name


@pytest.mark.parametrize("to", LMS)
def test_an_lms_reads_the_gradebooks_marks_from_its_own_sheet(to: str, export: Export, graded: Path) -> None:
    """Penalties, marks by hand and halves in them; who has not handed in keeps what was there."""
    done = export("--to", to, "--sheet", given(graded, LMS[to].sheet()))
    content = (graded / "course" / "export" / f"sgd-{to}.csv").read_bytes()
    assert LMS[to].reads(content) == {**MARKS, **OLD}
    rest = len(rows_of(content, *LMS[to].way)) - 1 - len(MARKS)
    said = f"6 marks in the column {LMS[to].column!r}, {rest} rows as they were: course/export/sgd-{to}.csv"
    assert (done.status, done.out, done.errors) == (2, [said], LEFT)


@pytest.mark.parametrize("to", LMS)
def test_nothing_else_of_its_sheet_changes(to: str, export: Export, graded: Path) -> None:
    before = LMS[to].sheet()
    export("--to", to, "--sheet", given(graded, before), "--output", "back.csv")
    after = (graded / "back.csv").read_bytes()
    old, new = (rows_of(content, *LMS[to].way) for content in (before, after))
    place = old[0].index(LMS[to].column)
    without = [[[*row[:place], *row[place + 1 :]] for row in rows] for rows in (old, new)]
    assert without[0] == without[1] and old != new
    assert (before[:3], before.count(b'"'), before.count(b"\r\n")) == (
        after[:3],
        after.count(b'"'),
        after.count(b"\r\n"),
    )


def cut(content: bytes, *places: int) -> bytes:
    """The sheet without some of its columns."""
    rows = rows_of(content)
    return written([[cell for place, cell in enumerate(row) if place not in places] for row in rows])


def apart(content: bytes) -> bytes:
    """Canvas' sheet with names in two columns."""
    rows = [[*(*row[0].split(", ", 1), "")[:2], *row[1:]] for row in rows_of(content)]
    rows[0][:2] = "LastName", "FirstName"
    return written(rows)


def test_an_lms_has_other_ways_to_say_who_somebody_is(export: Export, graded: Path) -> None:
    """Moodle where work is graded without names, Brightspace with one id of two, Canvas with names in two columns."""
    collected(graded, "moodle", {one.id: f"Participant_{one.number}_assignsubmission_file/x" for one in CLASS})
    sheets: dict[str, tuple[bytes, str, Callable[[Student], str]]] = {
        "moodle": (cut(moodle_sheet(), 1, 2), "Identifier", lambda one: f"Participant {one.number}"),
        "brightspace": (cut(LMS["brightspace"].sheet(), 0, 4), "Username", lambda one: f"#{one.id}"),
        "canvas": (apart(canvas_sheet()), "SIS Login ID", lambda one: one.id),
    }
    for to, (content, title, key) in sheets.items():
        done = export("--to", to, "--sheet", given(graded, content), "--output", "back.csv")
        header, *rows = rows_of((graded / "back.csv").read_bytes())
        found = {row[header.index(title)]: row[header.index(LMS[to].column)] for row in rows}
        assert {one.id: found[key(one)] for one in CLASS if one.id in MARKS} == {id: f"{MARKS[id]:g}" for id in MARKS}
        assert (done.out[0].split(" in ")[0], done.errors) == ("6 marks", LEFT)


@pytest.mark.parametrize("to", ["canvas", "blackboard", "brightspace"])
def test_an_lms_reads_the_same_from_a_sheet_that_is_made(to: str, export: Export, graded: Path) -> None:
    """Only those with marks are in it, so it takes no mark away."""
    done = export("--to", to)
    written = next((graded / "course" / "export").iterdir())
    assert LMS[to].reads(written.read_bytes()) == MARKS
    assert (done.status, done.errors) == (2, LEFT)


def test_moodles_numbers_come_from_the_archive_that_was_collected(export: Export, graded: Path) -> None:
    entries = {one.id: f"{one.first}_{one.number}_assignsubmission_file_/sgd.ipynb" for one in CLASS}
    collected(graded, "moodle", entries)
    assert export("--to", "moodle").errors == LEFT
    assert moodle_reads((graded / "course" / "export" / "sgd-moodle.csv").read_bytes()) == MARKS


def test_without_them_moodle_knows_nobody(export: Export, graded: Path) -> None:
    done = export("--to", "moodle")
    who = 'ada (Ada Lovelace), 53; bea (Béa Ångström), 47.5; cyd (Cyd =HYPERLINK("http://x.org","Ada")), 52; '
    who += 'dan (Dan, Jr. O"Neill;), 0; fay (小龍 李), 47.25; gus (Gus 🎉 van der Berg), 50.5'
    assert (done.status, done.out) == (2, [])
    assert done.errors == [f"not known by an id of Moodle: {who}: give its own sheet with --sheet"]
    assert not (graded / "course" / "export").exists()


def test_a_roster_of_the_same_lms_says_who_somebody_is_and_no_old_mark(export: Export, graded: Path) -> None:
    (graded / "course" / "students.csv").write_bytes(canvas_sheet())
    export("--to", "canvas")
    content = (graded / "course" / "export" / "sgd-canvas.csv").read_bytes()
    header, possible, *rows = rows_of(content)
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "SGD from scratch (42)"]
    assert possible == ["    Points Possible", "", "", "", "", "53"]
    assert sorted(rows)[0] == ['=HYPERLINK("http://x.org","Ada"), Cyd', "003", "s1000003", "cyd", "A, and B", "52"]
    assert canvas_reads(content) == MARKS


def test_marks_that_a_person_has_to_look_at_are_written_if_that_is_said(export: Export, graded: Path) -> None:
    done = export("--to", "moodle", "--sheet", given(graded, moodle_sheet()), "--unreviewed")
    marks = moodle_reads((graded / "course" / "export" / "sgd-moodle.csv").read_bytes())
    assert marks == {**MARKS, **OLD, "joe": 52.0}
    assert done.errors == ["a person has still to look, so no mark is written: hal (Hal Older)", LEFT[1]]


def test_a_mark_that_the_lms_would_pass_over_is_named(export: Export, graded: Path) -> None:
    done = export("--to", "moodle", "--sheet", given(graded, moodle_sheet(locked="bea")))
    marks = moodle_reads((graded / "course" / "export" / "sgd-moodle.csv").read_bytes())
    assert "bea" not in marks and len(marks) == len(MARKS) + len(OLD) - 1
    assert "the sheet says that the mark cannot be changed: bea (Béa Ångström), 47.5" in done.errors


def test_who_has_a_mark_and_no_row_is_named(export: Export, graded: Path) -> None:
    rows = [row for row in moodle_sheet().splitlines(keepends=True) if b"1000002" not in row]
    done = export("--to", "moodle", "--sheet", given(graded, b"".join(rows), "worksheet.csv"))
    assert "no row in worksheet.csv: bea (Béa Ångström), 47.5" in done.errors and done.status == 2


def test_a_sheet_of_another_class_is_refused(export: Export, graded: Path) -> None:
    rows = [*moodle_sheet().split(b"\r\n")[:1], b"Participant 7,No Body,no@x.org,,,53,Yes,-,-,"]
    done = export("--to", "moodle", "--sheet", given(graded, b"\r\n".join(rows)))
    assert done.errors[0].startswith("no row in sheet.csv: ada (Ada Lovelace), 53; bea")
    assert done.errors[0].endswith(": is it this class's?") and (done.status, done.out) == (2, [])


def test_a_sheet_that_is_out_of_other_marks_is_refused(export: Export, graded: Path) -> None:
    done = export("--to", "moodle", "--sheet", given(graded, moodle_sheet("100.00")))
    assert done.errors == [
        "sheet.csv: 'Grade' is out of 100 there, and the lesson's marks are out of 53: "
        "change that in the LMS, and download the sheet again"
    ]
    assert (done.status, (graded / "course" / "export").exists()) == (2, False)


def test_sections_penalties_and_states_are_in_the_table_for_people(export: Export, graded: Path) -> None:
    done = export("--to", "csv")
    assert (done.status, done.out, done.errors) == (0, ["10 students, 7 with marks: course/export/sgd-csv.csv"], [])
    text = (graded / "course" / "export" / "sgd-csv.csv").read_bytes().decode("utf-8-sig")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    told = {
        id: (row["section"], row["status"], row["raw_score"], row["penalty"], row["score"]) for id, row in rows.items()
    }
    assert told == {
        "ada": ("A", "graded", "53", "0", "53"),
        "bea": ("B", "graded", "47.5", "0", "47.5"),
        "cyd": ("A", "graded", "52", "0", "52"),
        "dan": ("A", "unreadable", "0", "0", "0"),
        "eve": ("B", "not handed in", "", "", ""),
        "fay": ("B", "graded, late", "52.5", "5.25", "47.25"),
        "gus": ("A", "graded", "50.5", "0", "50.5"),
        "hal": ("A", "needs a person", "", "", ""),
        "ivy": ("B", "not graded", "", "", ""),
        "joe": ("A", "needs a person", "52", "0", "52"),
    }
    assert (rows["bea"]["fit"], rows["gus"]["fit"], rows["eve"]["fit"], rows["dan"]["fit"]) == ("4.5", "7.5", "", "0")
    assert (rows["gus"]["note"], rows["fay"]["handed_in_utc"]) == ("marks by hand", "2026-11-06 13:00:05")


def test_names_come_from_a_sheet_for_people_too(export: Export, graded: Path) -> None:
    (graded / "course" / "students.csv").unlink()
    export("--to", "csv", "--sheet", given(graded, moodle_sheet()))
    text = (graded / "course" / "export" / "sgd-csv.csv").read_text("utf-8-sig")
    assert "\nada@x.org,Lovelace,Ada,ada@x.org,,not handed in," in text  # its id is an address, which no folder has


def test_without_a_roster_there_are_those_who_handed_in(export: Export, graded: Path) -> None:
    (graded / "course" / "students.csv").unlink()
    assert export("--to", "gradescope").out == ["9 students, 7 with marks: course/export/sgd-gradescope.csv"]


def test_mistakes_are_one_line_each(export: Export, graded: Path) -> None:
    formats = "csv, xlsx, canvas, moodle, blackboard, brightspace, gradescope"
    zipfile.ZipFile(graded / "x.xlsx", "w").close()
    (graded / "students.xml").write_text("<x>")
    os.mkfifo(graded / "pipe")
    expected = {
        (): f"say where the marks are to go: --to and one of {formats}; or --pages",
        ("--to", "sakai"): f"unknown format 'sakai': choose from {formats}",
        ("--pages", "--sheet", "x"): "--sheet needs --to: whose sheet it is",
        ("--to", "moodle", "--sheet", "nowhere.csv"): "nowhere.csv: No such file or directory",
        (
            "--to",
            "moodle",
            "--sheet",
            "x.xlsx",
        ): "x.xlsx: a workbook of a spreadsheet: give the file as it was downloaded",
        ("--to", "moodle", "--sheet", "students.xml"): "students.xml: its first row is none that is known here: <x>",
        (
            "--to",
            "canvas",
            "--sheet",
            given(graded, moodle_sheet()),
        ): "sheet.csv: its first row is that of Moodle's worksheet, not of Canvas",
        ("--to", "csv", "--output", "x.xlsx/a.csv"): "x.xlsx/a.csv: cannot be written: File exists",
        ("--to", "csv", "--output", "course"): "course: cannot be written: it is there, and is no file",
        ("--pages", "--output", "pipe"): "pipe: cannot be written: it is there, and is no file",
    }
    for arguments, line in expected.items():
        done = export(*arguments)
        assert (done.status, done.out, done.errors) == (2, [], [line])


def test_nothing_is_handed_back_before_it_was_graded(export: Export, graded: Path) -> None:
    for report in (graded / "course" / "reports" / "sgd").iterdir():
        report.unlink()
    assert export("--to", "csv").errors == ["nothing has been graded yet: `autograder grade sgd` comes first"]


def test_who_has_no_mark_is_named_also_where_there_are_no_pages(export: Export, graded: Path) -> None:
    shutil.rmtree(graded / "course" / "feedback")
    done = export("--to", "canvas", "--pages")
    assert (done.status, len(done.out), done.errors[:2]) == (2, 1, LEFT)
    assert done.errors[2].startswith("no page has been made: ada (Ada Lovelace), 53; bea")


def test_the_same_again_gives_the_same_bytes(export: Export, graded: Path) -> None:
    def files() -> dict[str, bytes]:
        export("--to", "canvas", "--pages")
        export("--to", "csv", "--pages")
        return {path.name: path.read_bytes() for path in (graded / "course" / "export").iterdir()}

    collected(graded, "canvas", {"ada": "lovelaceada_1_2_sgd.ipynb"})
    assert files() == files()
