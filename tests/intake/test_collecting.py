"""`autograder collect`, as an instructor uses it: every LMS's download, a class with hard names."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import cli
from autograder.basics import files
from autograder.classroom import origins
from tests.intake import lms
from tests.intake.conftest import Course
from tests.intake.lms import ABSENT, PEOPLE, Pupil

Books = Callable[[str], str]
ADA, BEA = PEOPLE[:2]
TIMES = {  # by the program: when all handed in
    "Blackboard": "2026-11-03 15:21:00 UTC\n", "Brightspace": "2026-11-03 09:21:00 UTC\n",
    "Brightspace with folders": "2026-11-03 09:21:00 UTC\n", "Gradescope": "2026-11-03 15:21:00 UTC\n",
}  # fmt: skip
NAMELESS = ("Brightspace", "Brightspace with folders")  # they say nothing but names
OLD_ID = {  # how each calls somebody whom the class does not have
    "Canvas": "1001", "Moodle": "1001", "Moodle before 4.1": "1001", "Moodle without folders": "1001",
    "Blackboard": "ada", "Brightspace": "1001", "Brightspace with folders": "1001", "Gradescope": "ada",
    "a folder a student": "ada", "loose notebooks": "ada",
}  # fmt: skip


def handed_in(books: Books, people: list[Pupil] = PEOPLE) -> dict[Pupil, str]:
    return {one: books(f"{one.id}'s") for one in people}


def archive(tmp_path: Path, files: lms.Files, name: str = "download.zip") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lms.zipped(files))
    return path


@pytest.mark.parametrize("folder", [False, True], ids=["zip", "folder"])
@pytest.mark.parametrize("program", lms.PROGRAMS)
def test_every_programs_download_is_recognised_and_each_notebook_is_its_students(
    program: str, folder: bool, course: Course, books: Books, tmp_path: Path
) -> None:
    course.class_of(*PEOPLE, ABSENT)
    files = lms.PROGRAMS[program](handed_in(books))
    source = lms.unpacked(tmp_path / "download", files) if folder else archive(tmp_path, files)
    status, said, _ = course.run(source)
    known = [one for one in PEOPLE if not (program in NAMELESS and one.name == "Wei Li")]
    assert course.submitted() == {one.id: books(f"{one.id}'s") for one in sorted(known, key=lambda one: one.id)}
    assert {course.time(one.id) for one in known} == {TIMES.get(program)}
    named = re.split(" before| with", program)[0]
    assert re.search(rf"^download\S*: {named}, 10 attempts$", said, re.MULTILINE)
    assert "Zoe Absent (zoe)\n" in said
    found = origins.load(course.root, "sgd")
    assert set(found) == {one.id for one in known} and {one.program for one in found.values()} == {named.casefold()}
    assert all(any(name.endswith(one.entry) for name in files) for one in found.values()), "as the program named them"
    assert status == (2 if program in NAMELESS else 0)


def test_two_of_one_name_are_not_guessed(course: Course, books: Books, tmp_path: Path) -> None:
    course.class_of(*PEOPLE)
    status, said, errors = course.run(archive(tmp_path, lms.brightspace(handed_in(books))))
    assert status == 2
    line = (
        "autograder: download.zip/1008-77 - Wei Li - Nov 3, 2026 1021 AM - sgd.ipynb: no student known: "
        "2 of the class are called Wei Li: name the file or its folder after the student, by id\n"
    )
    assert errors == line + line.replace("1008", "1009")
    assert "not handed in (2): Wei Li (wei1), Wei Li (wei2)\n" in said


@pytest.mark.parametrize("program", lms.PROGRAMS)
def test_without_a_roster_ids_come_from_the_archive(program: str, course: Course, books: Books, tmp_path: Path) -> None:
    status, said, _ = course.run(archive(tmp_path, lms.PROGRAMS[program](handed_in(books, [ADA, BEA, PEOPLE[3]]))))
    assert status == 0
    assert course.submitted()[OLD_ID[program]] == books("ada's")
    assert len(course.submitted()) == 3
    assert "not in students.csv" not in said


def test_who_is_not_in_the_roster_is_taken_and_named(course: Course, books: Books, tmp_path: Path) -> None:
    course.class_of(BEA)
    status, said, _ = course.run(archive(tmp_path, lms.moodle(handed_in(books, [ADA]))))
    assert status == 0
    assert "1001's hand-in; not in students.csv" in said
    assert "not handed in (1): Béa Ångström (bea)" in said


@pytest.mark.parametrize("program", ["Canvas", "Moodle", "Blackboard", "Brightspace", "a folder a student"])
def test_names_in_whatever_unicode_form_are_the_same(
    program: str, course: Course, books: Books, tmp_path: Path
) -> None:
    course.class_of(*PEOPLE)
    files = lms.PROGRAMS[program](handed_in(books))
    course.run(archive(tmp_path, {lms.nfd(name): text for name, text in files.items()}))
    known = [one for one in PEOPLE if not (program in NAMELESS and one.name == "Wei Li")]
    assert sorted(course.submitted()) == sorted(one.id for one in known)


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
def test_names_of_zips_that_do_not_say_how_they_are_written(
    encoding: str, course: Course, books: Books, tmp_path: Path
) -> None:
    path = tmp_path / "old.zip"
    path.write_bytes(lms.unflagged({"Jürgen/sgd.ipynb": books("j"), "ada/sgd.ipynb": books("a")}, encoding))
    assert course.run(path)[0] == 0
    assert sorted(course.submitted()) == ["Jürgen", "ada"]


MISNAMED = [
    "sgd (1).ipynb", "Copy of sgd.ipynb", "sgd-2.ipynb", "sgd.ipynb.txt", "sgd.ipynb.json", "SGD.ipynb", "final.ipynb",
    "week 1/sgd.ipynb", "homework.zip/sgd.ipynb", "all.zip/sgd/inner.zip/final.ipynb", "sgd.txt", "答え.ipynb",
]  # fmt: skip


def nested(name: str, text: str) -> tuple[str, str | bytes]:
    """A file of this place: parts that end in `.zip` are archives."""
    first, found, rest = name.partition(".zip/")
    return (f"{first}.zip", lms.zipped([nested(rest, text)])) if found else (name, text)


@pytest.mark.parametrize("name", MISNAMED)
def test_a_notebook_is_known_by_its_content(name: str, course: Course, books: Books, stub: str, tmp_path: Path) -> None:
    outer = "Ada Lovelace_1001_assignsubmission_file"
    files = {f"{outer}/essay.pdf": "%PDF", f"{outer}/notes.ipynb": '{"nbformat": 4, "cells": []}'}
    inner, content = nested(name, books("ada's"))
    status, said, _ = course.run(archive(tmp_path, {**files, f"{outer}/{inner}": content}))
    assert (status, course.submitted()) == (0, {"1001": books("ada's")})
    assert re.search(r"/essay.pdf +1001's, no notebook of sgd\n", said)
    assert re.search(r"/notes.ipynb +1001's, no notebook of sgd: it is one of something else\n", said)


def test_clones_say_when_and_not_what_lies_in_them(course: Course, books: Books, tmp_path: Path) -> None:
    for name in ("ada", "bea"):
        text = {"sgd.ipynb": books(name), "timestamp.txt": "2020-01-01 00:00:00 UTC"}
        lms.commit(lms.unpacked(tmp_path / "c" / name, text), "2026-11-03T10:21:00 Z")
    (tmp_path / "c" / "bea" / ".git" / "HEAD").write_text("ref: refs/heads/../../../secret")
    course.run(tmp_path / "c")
    assert course.time("ada") == "2026-11-03 10:21:00 UTC\n"
    assert course.time("bea") is None


def test_of_several_the_answered_one_counts_and_the_others_are_kept(
    course: Course, books: Books, stub: str, tmp_path: Path
) -> None:
    files = {
        "ada/sgd.ipynb": stub,
        "ada/sgd (1).ipynb": books("ada's"),
        "ada/broken.ipynb": '{"cells": [',
        "bea/sgd.ipynb": stub,
    }
    status, said, _ = course.run(archive(tmp_path, files))
    assert status == 0
    assert course.submitted() == {"ada": books("ada's"), "bea": stub}
    kept = {name: text for name, text in course.files().items() if name.startswith("collected/sgd/")}
    assert sorted(kept.values()) == sorted([stub, '{"cells": ['])
    assert re.search(r"ada/sgd.ipynb +ada's, without answers; kept: course/collected/sgd/ada/undated-\w+.ipynb\n", said)
    assert re.search(r"ada/broken.ipynb +ada's, cannot be read; kept: ", said)


def test_the_latest_attempt_counts(course: Course, books: Books, tmp_path: Path) -> None:
    times = ["2026-11-03-10-21-00", "2026-11-10-09-00-00", "2026-11-04-10-21-00"]
    files = {f"T_ada_attempt_{time}_sgd.ipynb": books(time) for time in times}
    status, said, _ = course.run(archive(tmp_path, files))
    assert (status, course.submitted()) == (0, {"ada": books(times[1])})
    assert course.time("ada") == "2026-11-10 08:00:00 UTC\n"
    kept = [name for name in course.files() if name.startswith("collected/sgd/ada/")]
    assert [name[18:35] for name in kept] == ["2026-11-03-092100", "2026-11-04-092100"]
    assert said.count("ada's, an older attempt; kept: course/collected/sgd/ada/2026-11-0") == 2


def test_canvas_numbers_attempts(course: Course, books: Books, tmp_path: Path) -> None:
    names = ["sgd.ipynb", "sgd-10.ipynb", "sgd-2.ipynb"]
    files = {lms.canvas_name(ADA, name, 9000 + place): books(name) for place, name in enumerate(names)}
    course.run(archive(tmp_path, files))
    assert course.submitted() == {"1001": books("sgd-10.ipynb")}


def test_where_nothing_tells_which_counts_none_is_guessed(course: Course, books: Books, tmp_path: Path) -> None:
    source = archive(
        tmp_path, {"ada/mine.ipynb": books("a"), "ada/other.ipynb": books("b"), "bea/sgd.ipynb": books("c")}
    )
    status, said, _ = course.run(source)
    assert status == 0
    assert (
        said.count("ada's hand-in; several are answered, and none is called sgd.ipynb: keep the one that counts") == 2
    )
    ada = course.root / "course" / "submitted" / "ada" / "sgd"
    assert sorted(path.name for path in ada.iterdir()) == ["sgd-1.ipynb", "sgd-2.ipynb"]
    (ada / "sgd-1.ipynb").rename(ada / "sgd.ipynb")
    (ada / "sgd-2.ipynb").unlink()
    before = course.files()
    course.run(source)
    assert course.files() == before, "somebody has chosen"


def test_what_students_wrote_is_kept(course: Course, books: Books, tmp_path: Path) -> None:
    record = lms.RECORD.format(name="Ada Lovelace", id="ada", time=lms.TIME, comment="my cat ate page 2")
    start = f"T_ada_attempt_{lms.TIME}"
    _, said, _ = course.run(archive(tmp_path, {f"{start}.txt": record, f"{start}_sgd.ipynb": books("a")}))
    kept = {name: text for name, text in course.files().items() if name.startswith("collected/sgd/")}
    assert list(kept.values()) == [record]
    assert "what ada wrote to go with it; kept: course/collected/sgd/ada/2026-11-03-152100-" in said
    name = "Béa Ångström_1002_assignsubmission"
    course.run(
        archive(tmp_path, {f"{name}_file/sgd.ipynb": books("b"), f"{name}_onlinetext/onlinetext.html": "<p>hello</p>"})
    )
    course.run(archive(tmp_path, {"lee_1003_9_sgd.ipynb": books("c"), "lee_1003_text.html": "<p>hi</p>"}))
    assert {"<p>hello</p>", "<p>hi</p>"} <= set(course.files().values())


def test_a_group_hands_in_once_and_each_of_it_has_the_hand_in(course: Course, books: Books, tmp_path: Path) -> None:
    rows = "submission_7:\n  :submitters:\n" + "".join(
        f"  - :name: {one.first}\n    :sid: {one.id}\n" for one in (ADA, BEA)
    )
    course.run(archive(tmp_path, {"submission_metadata.yml": rows, "submission_7/sgd.ipynb": books("ours")}))
    assert course.submitted() == {"ada": books("ours"), "bea": books("ours")}


def test_groups_of_moodle_and_canvas_are_those_of_the_roster(course: Course, books: Books, tmp_path: Path) -> None:
    table = "id,first_name,last_name,section\nada,Ada,L,Group 1\nbea,Bea,A,Group 1\ncyd,Cyd,C,Group 2\n"
    (course.root / "course" / "students.csv").write_text(table)
    _, said, _ = course.run(archive(tmp_path, {"Group 1_55_assignsubmission_file/sgd.ipynb": books("ours")}))
    assert course.submitted() == {"ada": books("ours"), "bea": books("ours")}
    assert "ada's hand-in; of the group Group 1" in said
    course.run(archive(tmp_path, {"group2_77_900_sgd.ipynb": books("mine")}))
    assert course.submitted()["cyd"] == books("mine")


def test_clones_have_the_time_of_their_last_commit(course: Course, books: Books, tmp_path: Path) -> None:
    for name, packed in (("sgd-ada", False), ("sgd-bea", True)):
        clone = lms.unpacked(tmp_path / "clones" / name, {"sgd.ipynb": books(name), "README.md": "x"})
        lms.commit(clone, "2026-11-03T10:21:00 -0500", packed=packed)
        (clone / ".git" / "config").write_text(
            "[core]\n fsmonitor = touch /tmp/never\n[alias]\n show = !touch /tmp/never\n"
        )
    status, said, _ = course.run(tmp_path / "clones")
    assert (status, course.submitted()) == (0, {"ada": books("sgd-ada"), "bea": books("sgd-bea")})
    assert course.time("ada") == course.time("bea") == "2026-11-03 15:21:00 UTC\n"
    assert "clones: cloned repositories, 2 attempts\n" in said
    assert not Path("/tmp/never").exists()


def test_clones_need_not_be_called_after_the_assignment(course: Course, books: Books, tmp_path: Path) -> None:
    for name in ("homework-1-ada", "homework-1-bea-m"):
        lms.commit(lms.unpacked(tmp_path / "clones" / name, {"sgd.ipynb": books(name)}), "2026-11-03T10:21:00 Z")
    course.run(tmp_path / "clones")
    assert sorted(course.submitted()) == ["ada", "bea-m"]


@pytest.mark.parametrize(
    ("files", "students"),
    [
        (["ada.ipynb", "bea.ipynb"], ["ada", "bea"]),
        (["heap/sgd_ada.ipynb", "heap/bea-sgd.ipynb"], ["ada", "bea"]),
        (["ada/sgd/sgd.ipynb", "bea/sgd/sgd.ipynb"], ["ada", "bea"]),
        (["submitted/sgd/ada/sgd.ipynb", "submitted/sgd/bea/sgd.ipynb"], ["ada", "bea"]),
        (["A/ada/1.ipynb", "A/bea/1.ipynb", "B/cyd/1.ipynb", "B/dan/1.ipynb"], ["ada", "bea", "cyd", "dan"]),
        (["ada.zip/sgd.ipynb", "bea.zip/sgd/sgd.ipynb"], ["ada", "bea"]),
        (["ada/sgd.ipynb"], ["ada"]),
        (["ada/sgd/sgd.ipynb"], ["ada"]),
        (["ada.zip/work.ipynb"], ["ada"]),
        (["ada@x.org/a.ipynb", "bea@x.org/b.ipynb"], ["ada@x.org", "bea@x.org"]),
        (["1/sgd.ipynb", "2/sgd.ipynb"], ["1", "2"]),
        (["ada/my_12_34_sgd.ipynb", "bea/sgd.ipynb"], ["ada", "bea"]),
        (["moodle.zip/Ada L_7_assignsubmission_file/sgd.ipynb", "late/bea.ipynb"], ["7", "bea"]),
        (["all/a.zip/A L_7_assignsubmission_file/sgd.ipynb", "all/b.zip/B_8_assignsubmission_file/sgd.ipynb"], ["7", "8"]),
        (["all/ada/Bea_7_assignsubmission_file/sgd.ipynb", "all/bea/sgd.ipynb"], ["ada", "bea"]),
        (["all/ada.zip/T_bea_attempt_2026-11-03-10-21-00_sgd.ipynb", "all/bea.ipynb"], ["ada", "bea"]),
    ],
)  # fmt: skip
def test_students_are_told_apart_where_names_differ(
    files: list[str], students: list[str], course: Course, books: Books, tmp_path: Path
) -> None:
    lms.unpacked(tmp_path / "x", dict(nested(file, books(file)) for file in files))
    assert course.run(*sorted((tmp_path / "x").iterdir()))[0] == 0
    assert sorted(course.submitted()) == students
    assert len(set(course.submitted().values())) == len(students)


def test_the_class_tells_which_name_is_a_students(course: Course, books: Books, tmp_path: Path) -> None:
    course.class_of(*PEOPLE)
    places = ["A/ada/x/sgd.ipynb", "A/Béa Ångström/sgd.ipynb", "B/oneill_shane.ipynb", "john_q@x.org/v1/sgd.ipynb"]
    assert course.run(lms.unpacked(tmp_path / "all", {place: books(place) for place in places}))[0] == 0
    assert sorted(course.submitted()) == ["ada", "bea", "john_q", "shane"]


def test_nobody_hands_in_for_somebody_else(course: Course, books: Books, tmp_path: Path) -> None:
    """Whatever stands in a student's own folder or archive, it is that student's."""
    course.class_of(*PEOPLE)
    names = [
        lms.canvas_name(BEA, "sgd.ipynb", 1),
        "Béa Ångström_1002_assignsubmission_file/sgd.ipynb",
        "bea/sgd.ipynb",
        "bea.ipynb",
    ]
    for place, name in enumerate(names):
        evil = lms.zipped({name: books("evil")})
        mail: lms.Files = {"mallory/x.zip": evil, "ada/sgd.ipynb": books("ada"), "shane/sgd.ipynb": books("s")}
        course.run(lms.unpacked(tmp_path / f"{place}", mail))
        course.run(
            archive(tmp_path, {**lms.moodle({ADA: books("ada")}), "Mallory M_66_assignsubmission_file/x.zip": evil})
        )
    assert sorted(course.submitted()) == ["66", "ada", "mallory", "shane"]


@pytest.mark.parametrize("id_", ["../../evil", "a/../../../evil", "a/b", "..", "/etc", "a\\b"])
def test_an_id_is_no_path(id_: str, course: Course, books: Books, tmp_path: Path) -> None:
    rows = f"submission_7:\n  :submitters:\n  - :name: Eve\n    :sid: '{id_}'\n"
    source = archive(tmp_path, {"submission_metadata.yml": rows, "submission_7/sgd.ipynb": books("x")})
    status, _, errors = course.run(source)
    assert (status, course.files()) == (2, {})
    assert "can be no student's id: name the file or its folder after the student\n" in errors
    (course.root / "course" / "students.csv").write_text(f'id,first_name,last_name\n"{id_}",Eve,E\n')
    assert (course.run(source)[0], course.files()) == (2, {})


def test_a_number_and_a_name_of_two_people_are_nobodys(course: Course, books: Books, tmp_path: Path) -> None:
    course.class_of(ADA, BEA)
    status, _, errors = course.run(archive(tmp_path, {"Ada Lovelace_1002_assignsubmission_file/sgd.ipynb": books("x")}))
    assert (status, course.submitted()) == (2, {})
    why = "1002 is bea in the class, but Ada Lovelace is ada: name the file or its folder after the student, by id"
    assert f"no student known: {why}" in errors


def test_a_number_of_another_program_is_not_taken_for_an_id(course: Course, books: Books, tmp_path: Path) -> None:
    (course.root / "course" / "students.csv").write_text("id,first_name,last_name\n1001,Some,Body\n")
    status, _, errors = course.run(archive(tmp_path, lms.canvas({ADA: books("ada's")})))
    assert (status, course.submitted()) == (2, {})
    assert "1001 is 1001 in the class, but called lovelaceada there: name the file" in errors


def test_who_is_called_otherwise_by_an_lms_is_named(course: Course, books: Books, tmp_path: Path) -> None:
    course.class_of(ADA)
    _, said, _ = course.run(archive(tmp_path, {"Countess_1001_assignsubmission_file/sgd.ipynb": books("x")}))
    assert "ada's hand-in; called Countess there\n" in said


def test_a_disk_that_is_full_is_a_line_and_nothing_is_lost(
    course: Course, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = archive(tmp_path, lms.moodle({ADA: books("a"), BEA: books("b")}))
    course.run(archive(tmp_path, lms.moodle({ADA: books("old")}), "old.zip"))
    write = files.write

    def full(path: Path, content: str | bytes) -> None:
        if "1001" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(files, "write", full)
    status, said, errors = course.run(source)
    assert (status, errors) == (2, "autograder: 1001: No space left on device\n")
    assert "1001's, but not taken: No space left on device\n" in said
    assert course.submitted() == {"1001": books("old"), "1002": books("b")}


def test_no_room_to_unpack_to_is_said(
    course: Course, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    source = archive(tmp_path, lms.moodle({ADA: books("a")}))
    monkeypatch.setattr(Path, "write_bytes", full)
    status, said, errors = course.run(source)
    assert (status, said) == (2, "")
    assert errors.endswith(": No space left on device: TMPDIR names another place to unpack to\n")


def test_a_notebook_that_nobody_is_named_for_is_not_taken(course: Course, books: Books, tmp_path: Path) -> None:
    lms.unpacked(tmp_path, {"sgd.ipynb": books("whose?")})
    status, said, errors = course.run(tmp_path / "sgd.ipynb")
    assert (status, course.submitted()) == (2, {})
    assert (
        errors
        == "autograder: sgd.ipynb: no student known: nobody is named: name the file or its folder after the student\n"
    )
    assert "0 taken, 0 replaced, 0 unchanged" in said


def test_who_hands_in_something_else_is_named(course: Course, books: Books, tmp_path: Path) -> None:
    course.class_of(ADA, BEA)
    name = "Béa Ångström_1002_assignsubmission_file"
    status, said, errors = course.run(archive(tmp_path, {**lms.moodle({ADA: books("a")}), f"{name}/essay.pdf": "%PDF"}))
    assert (status, errors) == (2, "autograder: bea has handed in no notebook of sgd: found essay.pdf\n")
    assert "not handed in (1): Béa Ångström (bea)\n" in said


def test_what_systems_and_editors_leave_is_passed_over(course: Course, books: Books, tmp_path: Path) -> None:
    left = [
        "__MACOSX/ada/._sgd.ipynb",
        "ada/.ipynb_checkpoints/sgd-checkpoint.ipynb",
        "ada/.DS_Store",
        "desktop.ini",
        "ada/Thumbs.db",
    ]
    status, said, _ = course.run(archive(tmp_path, {"ada/sgd.ipynb": books("a"), **dict.fromkeys(left, books("b"))}))
    assert (status, course.submitted()) == (0, {"ada": books("a")})
    assert "passed over: 5 files that systems and editors leave\n" in said


def test_a_dry_run_says_the_same_and_writes_nothing(course: Course, books: Books, tmp_path: Path) -> None:
    course.class_of(*PEOPLE, ABSENT)
    source = archive(tmp_path, lms.moodle_flat(handed_in(books)))
    first = course.run("--dry-run", source)
    assert course.files() == {}
    assert first[1].endswith("nothing was written: --dry-run\n")
    second = course.run(source)
    assert first[1].replace("nothing was written: --dry-run", "next: autograder grade sgd") == second[1]


@pytest.mark.parametrize("program", lms.PROGRAMS)
def test_running_it_again_changes_nothing(program: str, course: Course, books: Books, tmp_path: Path) -> None:
    files = dict(lms.PROGRAMS[program](handed_in(books)))
    source = archive(tmp_path, files)
    course.run(source)
    top = course.root / "course"
    before = {path: path.stat().st_mtime_ns for path in top.rglob("*")}
    _, said, _ = course.run(source)
    assert {path: path.stat().st_mtime_ns for path in top.rglob("*")} == before
    assert " 0 replaced" in said and "0 taken" in said
    assert "'s hand-in, which is there already" in said


def test_what_is_newer_takes_the_place_of_what_was_there(course: Course, books: Books, tmp_path: Path) -> None:
    def download(time: str) -> Path:
        return archive(tmp_path, {f"T_ada_attempt_{time}_sgd.ipynb": books(time)}, f"{time}.zip")

    second, first, third = map(download, ("2026-11-04-10-00-00", "2026-11-03-10-00-00", "2026-11-05-10-00-00"))
    course.run(second)
    _, said, _ = course.run(first)
    assert course.submitted() == {"ada": books("2026-11-04-10-00-00")}
    assert "older than ada's hand-in, or without its answers; kept: course/collected/sgd/ada/2026-11-03-0900" in said
    _, said, _ = course.run(third)
    assert course.submitted() == {"ada": books("2026-11-05-10-00-00")}
    assert course.time("ada") == "2026-11-05 09:00:00 UTC\n"
    assert re.search(r"ada's hand-in; the one before is kept:\s+course/collected/sgd/ada/2026-11-04-090000-", said)
    before = course.files()
    for source in (first, second, third):
        course.run(source)
    assert course.files() == before


def test_without_times_what_comes_later_is_newer_once(course: Course, books: Books, tmp_path: Path) -> None:
    first = archive(tmp_path, lms.canvas({ADA: books("first")}), "first.zip")
    second = archive(tmp_path, lms.canvas({ADA: books("second")}), "second.zip")
    course.run(first)
    course.run(second)
    assert course.submitted() == {"1001": books("second")}
    before = course.files()
    course.run(first)
    course.run(second)
    assert course.files() == before
    assert books("first") in before.values(), "nothing is lost"


def test_a_stub_does_not_take_the_place_of_answers(course: Course, books: Books, stub: str, tmp_path: Path) -> None:
    course.run(archive(tmp_path, lms.moodle({ADA: books("a")})))
    course.run(archive(tmp_path, lms.moodle({ADA: stub})))
    assert course.submitted() == {"1001": books("a")}


def test_a_timestamp_that_somebody_has_changed_stays(course: Course, books: Books, tmp_path: Path) -> None:
    source = archive(tmp_path, lms.blackboard({ADA: books("a")}))
    course.run(source)
    stamp = course.root / "course" / "submitted" / "ada" / "sgd" / "timestamp.txt"
    stamp.write_text("2026-11-01 00:00:00 UTC")
    course.run(source)
    assert course.time("ada") == "2026-11-01 00:00:00 UTC"


def test_a_hand_in_by_hand_is_kept_whatever_it_is_called(course: Course, books: Books, tmp_path: Path) -> None:
    lms.unpacked(
        course.root / "course" / "submitted", {"1001/sgd/sgd (1).ipynb": books("by hand"), "1001/sgd/data.csv": "1"}
    )
    course.run(archive(tmp_path, lms.moodle({ADA: books("a")})))
    found = course.files()
    assert found["submitted/1001/sgd/sgd.ipynb"] == books("a")
    assert found["submitted/1001/sgd/data.csv"] == "1"
    assert "submitted/1001/sgd/sgd (1).ipynb" not in found
    assert books("by hand") in found.values()


def test_ids_that_differ_in_case_or_form_are_one_students(course: Course, books: Books, tmp_path: Path) -> None:
    lms.unpacked(course.root / "course" / "submitted", {"Béa/sgd/sgd.ipynb": books("a")})
    course.run(archive(tmp_path, {f"{lms.nfd('béa')}/sgd.ipynb": books("b"), "cyd/sgd.ipynb": books("c")}))
    assert sorted(course.submitted()) == ["Béa", "cyd"]


def test_a_link_in_the_course_is_not_written_through(course: Course, books: Books, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (course.root / "course" / "submitted").mkdir()
    (course.root / "course" / "submitted" / "1001").symlink_to(elsewhere)
    status, _, errors = course.run(archive(tmp_path, lms.moodle({ADA: books("a"), BEA: books("b")})))
    assert (status, list(elsewhere.iterdir()), "1002" in course.submitted()) == (2, [], True)
    assert errors == "autograder: 1001: course/submitted/1001/sgd is a link, and is not touched\n"


def test_a_zone_that_there_is_not_is_refused(course: Course, tmp_path: Path) -> None:
    status, said, errors = course.run(tmp_path, zone="Berlin/Europe")
    assert (status, said) == (2, "")
    assert errors == "autograder: 'Berlin/Europe' is no time zone: name a place, such as Europe/Berlin\n"


def test_times_without_a_zone_are_those_of_the_zone_that_is_named(course: Course, books: Books, tmp_path: Path) -> None:
    source = archive(tmp_path, lms.brightspace({ADA: books("a")}))
    _, said, _ = course.run("--dry-run", source)
    assert "times without a zone were taken as Europe/Berlin's: --zone names another\n" in said
    course.run(source, zone="America/New_York")
    assert course.time("1001") == "2026-11-03 15:21:00 UTC\n"


def test_a_time_that_cannot_be_read_is_named(course: Course, books: Books, tmp_path: Path) -> None:
    _, said, _ = course.run(archive(tmp_path, {"1-2 - Ada - Smarch 3, 2026 noon - sgd.ipynb": books("a")}))
    assert "1's hand-in; its time 'Smarch 3, 2026 noon' cannot be read" in said
    assert course.time("1") is None


@pytest.mark.slow
def test_what_was_collected_is_graded(
    course: Course, maker: object, books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course.class_of(*PEOPLE[:2])
    source = archive(tmp_path, lms.blackboard({ADA: books("a"), BEA: '{"cells": ['}))
    course.run(source)
    assert cli.main(["grade", "sgd", "--jobs", "2"]) == 0
    said = capsys.readouterr()
    assert "1 graded, 0 unchanged, 1 unreadable" in said.out
    assert said.err == ""
