"""Archives that mean harm, or are broken: a line each, and the rest of the class is taken."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.intake import archives, metered
from tests.intake import lms
from tests.intake.conftest import Course

Books = Callable[[str], str]
CLASS = ["ada", "bea"]
MUCH = "its archive unpacks to more than 50 times its size: no more of that was looked at"


def member(name: str, mode: int = 0, flags: int = 0) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.external_attr = mode << 16
    found.flag_bits = flags
    return found


def zip_of(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same zip with the mark of encryption at each file."""
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(sign)
        while start >= 0:
            content = content[: start + place] + b"\x01\x00" + content[start + place + 2 :]
            start = content.find(sign, start + 4)
    return content


def method(content: bytes, number: int) -> bytes:
    """The same zip, said to be packed in another way."""
    for sign, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = content.find(sign)
        content = content[: start + place] + struct.pack("<H", number) + content[start + place + 2 :]
    return content


def deep(depth: int, content: bytes) -> bytes:
    for _ in range(depth):
        content = zip_of(("inner.zip", content))
    return content


def tar_of(*members: tuple[str, bytes, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, kind, text in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, text
            data = text.encode() if kind == tarfile.REGTYPE else b""
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


def one(name: str, content: bytes = b"{}", **told: int) -> bytes:
    return zip_of((member(name, **told), content))


LEAVES = "its path leads out of the archive"
HARM: dict[str, tuple[str, bytes, str, str]] = {  # what a student hands in: its name, content, where and what is said
    "path that leaves": ("x.zip", one("../../evil.ipynb"), "x.zip/../../evil.ipynb", LEAVES),
    "path that leaves later": ("x.zip", one("a/../../../evil"), "x.zip/a/../../../evil", LEAVES),
    "absolute path": ("x.zip", one("/etc/evil.ipynb"), "x.zip//etc/evil.ipynb", LEAVES),
    "Windows path": ("x.zip", one("C:\\evil.ipynb"), "x.zip/C:\\evil.ipynb", LEAVES),
    "Windows path that leaves": ("x.zip", one("..\\evil.ipynb"), "x.zip/..\\evil.ipynb", LEAVES),
    "link": ("x.zip", one("sgd.ipynb", b"/etc/passwd", mode=0o120777), "x.zip/sgd.ipynb", "it is a link"),
    "device": ("x.zip", one("sgd.ipynb", mode=0o020666), "x.zip/sgd.ipynb", "it is no file"),
    "pipe": ("x.zip", one("sgd.ipynb", mode=0o010666), "x.zip/sgd.ipynb", "it is no file"),
    "encrypted": ("x.zip", encrypted(one("sgd.ipynb")), "x.zip/sgd.ipynb", "it is encrypted"),
    "odd packing": ("x.zip", method(one("sgd.ipynb"), 99), "x.zip/sgd.ipynb", "it is packed in a way that is not read"),
    "cut short": ("x.zip", one("sgd.ipynb", os.urandom(5000))[:3000], "x.zip", "it is broken"),
    "broken inside": (
        "x.zip", (content := one("sgd.ipynb", b"{" + os.urandom(5000)))[:200] + bytes(400) + content[600:],
        "x.zip/sgd.ipynb", "it is broken",
    ),
    "nothing but a name": ("x.zip", b"PK\3\4", "x.zip", "it is broken"),
    "zeros": ("x.zip", one("a.zip", b"PK\3\4" + bytes(300 << 20)), "x.zip/a.zip", MUCH),
    "nested deeply": ("x.zip", deep(6, b"{}"), "x.zip/inner.zip/inner.zip/inner.zip", "it is an archive in 4 others, and is not opened"),
    "folders without end": ("x.zip", one("a/" * 20_000 + "sgd.ipynb"), "x.zip/sgd.ipynb", "it lies in more than 50 folders"),
    "tar that leaves": ("x.tar", tar_of(("../evil", tarfile.REGTYPE, "{}")), "x.tar/../evil", LEAVES),
    "tar with a link": ("x.tar", tar_of(("sgd.ipynb", tarfile.SYMTYPE, "/etc/passwd")), "x.tar/sgd.ipynb", "it is a link"),
    "tar with a hard link": ("x.tar", tar_of(("sgd.ipynb", tarfile.LNKTYPE, "/etc/passwd")), "x.tar/sgd.ipynb", "it is a link"),
    "tar with a device": ("x.tar", tar_of(("sgd.ipynb", tarfile.CHRTYPE, "")), "x.tar/sgd.ipynb", "it is no file"),
    "tar bomb": ("x.tgz", gzip.compress(tar_of(("a", tarfile.REGTYPE, "\0" * (200 << 20)))), "x.tgz", MUCH),
    "tar cut short": ("x.tgz", gzip.compress(tar_of(("a", tarfile.REGTYPE, "a" * 9999)))[:60], "x.tgz", "it is broken"),
    "rar": ("x.rar", b"Rar!\x1a\x07\1\0", "x.rar", "it is a rar archive: unpack it, and collect the folder"),
    "7z": ("sgd.ipynb", b"7z\xbc\xaf\x27\x1c", "sgd.ipynb", "it is a 7z archive: unpack it, and collect the folder"),
    "large notebook": ("x.zip", one("sgd.ipynb", b"{" + bytes(60 << 20)), "x.zip/sgd.ipynb", "it is larger than 50 MiB"),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
def test_harm_costs_one_line_and_nobody_else(harm: str, course: Course, books: Books, tmp_path: Path) -> None:
    name, content, place, why = HARM[harm]
    files = [(f"{student}/sgd.ipynb", books(student)) for student in CLASS]
    (tmp_path / "all.zip").write_bytes(lms.zipped([("aaa/" + name, content), *files]))
    status, said, errors = course.run(tmp_path / "all.zip")
    assert course.submitted() == {student: books(student) for student in CLASS}
    assert (status, errors.splitlines()[0]) == (2, f"autograder: all.zip/aaa/{place}: {why}")
    assert len(errors.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "course-folder"]
    assert why in said


def test_a_bomb_of_notebooks_takes_no_more_room_than_there_is(
    course: Course, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metered, "INNER", 1 << 20)
    bomb = zip_of(*((f"{number}.ipynb", b"{" + bytes(300 << 10)) for number in range(50)))
    (tmp_path / "all.zip").write_bytes(
        lms.zipped([("aaa/x.zip", bomb), *((f"{name}/sgd.ipynb", books(name)) for name in CLASS)])
    )
    _, _, errors = course.run(tmp_path / "all.zip")
    lines = errors.splitlines()
    assert lines[0].startswith("autograder: all.zip/aaa/x.zip/") and lines[0].endswith(MUCH)
    assert len(lines) == 1
    assert set(CLASS) < set(course.submitted())


def test_tars_are_read_however_they_are_packed(course: Course, books: Books, tmp_path: Path) -> None:
    for student, name, pack in (
        ("ada", "x.tar", bytes),
        ("bea", "x.tar.gz", gzip.compress),
        ("cyd", "x.tbz2", bz2.compress),
    ):
        content = pack(tar_of(("a/sgd.ipynb", tarfile.REGTYPE, books(student))))
        lms.unpacked(tmp_path / "all", {f"{student}/{name}": content})
    assert course.run(tmp_path / "all")[0] == 0
    assert course.submitted() == {student: books(student) for student in ("ada", "bea", "cyd")}


@pytest.mark.slow
def test_a_hundred_thousand_files_are_looked_at_and_told_in_a_few_lines(
    course: Course, books: Books, tmp_path: Path
) -> None:
    many = [(f"venv/{number}.py", b"") for number in range(100_000)]
    (tmp_path / "all.zip").write_bytes(
        zip_of(*many, ("ada/sgd.ipynb", books("ada").encode()), ("bea/sgd.ipynb", books("bea").encode()))
    )
    status, said, _ = course.run(tmp_path / "all.zip")
    assert (status, sorted(course.submitted())) == (0, CLASS)
    assert "all.zip/venv: 99995 more" in said
    assert len(said.splitlines()) < 20


@pytest.mark.slow
def test_a_students_archive_of_so_many_files_is_a_line(course: Course, books: Books, tmp_path: Path) -> None:
    many = zip_of(*((str(number), b"") for number in range(archives.INNER_ENTRIES + 1)))
    (tmp_path / "all.zip").write_bytes(lms.zipped([("ada/venv.zip", many), ("ada/sgd.ipynb", books("ada"))]))
    _, _, errors = course.run(tmp_path / "all.zip")
    assert errors == "autograder: all.zip/ada/venv.zip: it has 50001 files, more than 50000\n"
    assert sorted(course.submitted()) == ["ada"]


def test_files_beyond_all_measure_are_not_looked_at(
    course: Course, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "ENTRIES", 3)
    lms.unpacked(tmp_path / "all", {f"{name}/sgd.ipynb": books(name) for name in "abcde"})
    _, _, errors = course.run(tmp_path / "all")
    assert errors == "autograder: all/d/sgd.ipynb: there are more than 3 files: from here on none was looked at\n"
    assert sorted(course.submitted()) == ["a", "b", "c"]


@pytest.mark.parametrize("name", ["x" * 300, "é" * 140, "\N{RIGHT-TO-LEFT OVERRIDE}ada", " ", ".hidden", "a\nb"])
def test_names_that_can_be_no_ids_are_not_taken_for_any(
    name: str, course: Course, books: Books, tmp_path: Path
) -> None:
    (tmp_path / "all.zip").write_bytes(
        lms.zipped({f"{name}/sgd.ipynb": books("x"), "ada/sgd.ipynb": books("a"), "bea/sgd.ipynb": books("b")})
    )
    status, said, errors = course.run(tmp_path / "all.zip")
    assert sorted(course.submitted()) == CLASS
    if name == ".hidden":
        assert (status, "passed over: 1 files" in said) == (0, True)
    else:
        assert (status, errors.count("\n")) == (2, 1)
        assert "no student known: " in errors


def test_folders_hold_links_and_pipes_too(course: Course, books: Books, tmp_path: Path) -> None:
    top = lms.unpacked(tmp_path / "all", {f"{name}/sgd.ipynb": books(name) for name in CLASS})
    (top / "ada" / "link").symlink_to("/")
    (top / "eve").mkdir()
    (top / "eve" / "sgd.ipynb").symlink_to(top / "ada" / "sgd.ipynb")
    os.mkfifo(top / "bea" / "pipe")
    _, _, errors = course.run(top)
    assert sorted(course.submitted()) == CLASS
    assert sorted(errors.splitlines()) == [
        "autograder: all/ada/link: it is a link",
        "autograder: all/bea/pipe: it is no file",
        "autograder: all/eve/sgd.ipynb: it is a link",
    ]


def test_what_is_not_there_is_named_and_the_rest_is_taken(course: Course, books: Books, tmp_path: Path) -> None:
    top = lms.unpacked(tmp_path / "all", {f"{name}/sgd.ipynb": books(name) for name in CLASS})
    status, _, errors = course.run(tmp_path / "nowhere.zip", top)
    assert (status, errors) == (2, f"autograder: {tmp_path}/nowhere.zip: there is no such file or folder\n")
    assert sorted(course.submitted()) == CLASS


def test_documents_that_are_zips_inside_are_not_opened(course: Course, books: Books, tmp_path: Path) -> None:
    document = zip_of(("word/document.xml", b"<x/>"))
    lms.unpacked(
        tmp_path / "all", {"ada/sgd.ipynb": books("ada"), "ada/essay.docx": document, "bea/sgd.ipynb": books("b")}
    )
    _, said, _ = course.run(tmp_path / "all")
    assert "all/ada/essay.docx" in said
    assert "document.xml" not in said


def test_room_is_that_of_all_archives_that_one_lies_in() -> None:
    outer = metered.Room(10)
    inner = metered.Room(100, outer)
    inner.take(10)
    with pytest.raises(metered.TooMuch):
        inner.take(1)
    assert inner.used_up
    assert metered.Room.of(1, outer).left < metered.Room.of(1).left


@pytest.mark.parametrize(
    "content", [b"", b"PK\5\6", bytes(100), b"PK\3\4" + os.urandom(1000)], ids=["empty", "end", "zeros", "noise"]
)
def test_any_bytes_are_a_file_or_a_line(content: bytes, course: Course, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    status, _, errors = course.run(tmp_path / "x.zip")
    assert status in (0, 2)
    assert "fault of the kit" not in errors


def test_gradescopes_table_means_harm(course: Course, books: Books, tmp_path: Path) -> None:
    laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{n}: &{n} [*{p},*{p},*{p},*{p},*{p},*{p},*{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for table in (
        laughs,
        "!!python/object/apply:os.system ['touch /tmp/never']",
        "[" * 100_000,
        "\0",
        "- x",
        "submission_1: 3",
    ):
        (tmp_path / "x.zip").write_bytes(
            lms.zipped({"submission_metadata.yml": table, "ada/sgd.ipynb": books("a"), "bea/sgd.ipynb": books("b")})
        )
        assert course.run(tmp_path / "x.zip")[0] == 0
        assert sorted(course.submitted()) == CLASS
    assert not Path("/tmp/never").exists()
