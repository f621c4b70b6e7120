"""Who is in the class: this course's own table, or an LMS's as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.basics.refused import Refused
from autograder.classroom import roster
from autograder.classroom.roster import Person, Roster

PROGRAMS = {
    "this course": (
        "id,first_name,last_name,email,section\nada,Ada,Lovelace,ada@x.org,A\nbea,Béa,Ångström,,B\n",
        [
            Person("ada", "Ada", "Lovelace", "ada@x.org", "A", frozenset()),
            Person("bea", "Béa", "Ångström", "", "B", frozenset()),
        ],
    ),
    "Canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,sgd (9)\n    Points Possible,,,,,53\n"
        '"Lovelace, Ada",11,s1,ada,A,\n"Student, Test",12,,x,A,\n"Ångström, Béa",13,,,B,\n',
        [
            Person("13", "Béa", "Ångström", "", "B", frozenset({"13"})),
            Person("ada", "Ada", "Lovelace", "", "A", frozenset({"11", "s1", "ada"})),
        ],
    ),
    "Moodle's worksheet": (
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade\n"
        "Participant 1234567,Ada King Lovelace,ada@x.org,Submitted,,53\nParticipant 1234568,Béa,,No submission,-,53\n",
        [
            Person("1234568", "", "Béa", "", "", frozenset({"1234568"})),
            Person("ada@x.org", "Ada King", "Lovelace", "ada@x.org", "", frozenset({"1234567"})),
        ],
    ),
    "Moodle": (
        "First name,Last name,ID number,Email address,Groups\nAda,Lovelace,77,ada@x.org,A\n",
        [Person("77", "Ada", "Lovelace", "ada@x.org", "A", frozenset())],
    ),
    "Blackboard": (
        '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"sgd [Total Pts: 53 Score] |1"\n'
        '"Lovelace"\t"Ada"\t"alove"\t"00123"\t""\n',
        [Person("alove", "Ada", "Lovelace", "", "", frozenset({"00123"}))],
    ),
    "Brightspace": (
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n#99,#alove,Lovelace,Ada,ada@x.org,#\n",
        [Person("alove", "Ada", "Lovelace", "ada@x.org", "", frozenset({"99"}))],
    ),
    "Gradescope": (
        "Name,SID,Email,Section\nAda Lovelace,s1,ada@x.org,A\n",
        [Person("s1", "Ada", "Lovelace", "ada@x.org", "A", frozenset({"ada@x.org"}))],
    ),
}
TEXT, PEOPLE = PROGRAMS["this course"]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "students.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_programs_table_is_known_by_its_header(program: str, tmp_path: Path) -> None:
    text, people = PROGRAMS[program]
    found = roster.read(written(tmp_path, text.encode()))
    assert sorted(found, key=lambda one: one.id) == people
    assert roster.program(text.split("\n")[0].replace('"', "").replace("\t", ",").split(",")) == program


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_however_a_spreadsheet_has_saved_it(encoding: str, delimiter: str, end: str, tmp_path: Path) -> None:
    content = TEXT.replace(",", delimiter).replace("\n", end).encode(encoding)
    assert roster.read(written(tmp_path, content)) == PEOPLE


def test_people_are_found_by_whatever_a_program_calls_them(tmp_path: Path) -> None:
    people = Roster(roster.read(written(tmp_path, PROGRAMS["Canvas"][0].encode())))
    ada = people.find("ADA")
    assert ada and ada.name == "Ada Lovelace"
    assert people.find("11") == people.find("nobody", "S1") == people.named("lovelace ADA") == ada
    assert people.find("nobody") is people.named("nobody") is None
    bea = people.find("13")
    assert bea == people.named("Bea Angstrom") == people.named("Ångström, Béa".replace("é", "e\u0301"))


def test_who_shares_a_name_is_not_guessed() -> None:
    people = Roster([Person("a", "Li", "Wei"), Person("b", "Wei", "Li"), Person("c", "Ada", "L", "a")])
    assert people.named("Li Wei") is None
    assert people.find("a") is None, "one's id is another's address"
    assert people.find("b") == people.people[1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "its first row is none that is known here: it is empty"),
        (b"nr,wer\n1,Ada\n", "its first row is none that is known here: nr,wer"),
        (b"PK\x03\x04\x00\x81" + bytes(9), "its first row is none that is known here: "),
        (b"id\nada\nADA\n", "two rows have the id 'ada'"),
    ],
)
def test_what_is_no_table_of_a_class_is_refused(content: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        roster.read(written(tmp_path, content))
    assert str(refused.value).startswith(f"{tmp_path / 'students.csv'}: {why}")


def test_a_course_without_a_table_knows_nobody(tmp_path: Path) -> None:
    assert len(roster.load(tmp_path)) == 0
    (tmp_path / "course").mkdir()
    written(tmp_path / "course", TEXT.encode())
    assert [one.id for one in roster.load(tmp_path)] == ["ada", "bea"]
