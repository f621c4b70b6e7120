"""Zips of feedback pages: as each LMS tells from the names in them, every student gets their own page."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.lesson.manifest import Lesson
from tests.conftest import make_course
from tests.handback.cohort import CLASS, Student, build, collected
from tests.handback.conftest import Export
from tests.handback.lms import canvas_id, moodle_sheet

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

PAGES = {one.id: one for one in CLASS if one.state not in ("missing", "ungraded")}
NO_PAGE = "no page has been made: ivy (Ivy Ungraded)"


def attachment(one: Student) -> str:
    return f"9{one.number}"


ARCHIVES: dict[str, Callable[[Student], str]] = {
    "moodle": lambda one: f"{one.first} {one.last}_{one.number}_assignsubmission_file/sgd.ipynb".replace("//x.org", ""),
    "canvas": lambda one: f"{one.id}_LATE_{canvas_id(one)}_{attachment(one)}_sgd-1.ipynb",
    "brightspace": lambda one: f"{one.number}-67890 - {one.id} - Nov 3, 2026 1021 AM/sgd.ipynb",
}


def moodle_takes(name: str) -> str | None:
    """`importziplib.php`: the first part of the path with a participant's number and a plugin that there is."""
    parts = name.split("/")
    for place, part in enumerate(parts):
        info = part.split("_", 4)
        if len(info) < 4 or not info[1].isdecimal() or info[2:4] != ["assignsubmission", "file"]:
            continue
        rest = [*info[4:], *parts[place + 1 :]]
        return next((one.id for one in CLASS if one.number == info[1] and rest[-1] == "sgd.html"), None)
    return None


def canvas_takes(name: str) -> str | None:
    """`infer_comment_context_from_filename`: a user's id, and that of a file which this user has handed in."""
    parts = [part for part in name.rpartition("/")[2].split("_") if part != "LATE"]
    user, file = [part for part in parts if re.fullmatch(r"\d+", part)][:2]
    known = {(canvas_id(one), attachment(one)): one.id for one in CLASS}
    return None if parts[-1].startswith("link") else known.get((user, file))


def brightspace_takes(name: str) -> str | None:
    """The folder as it was downloaded."""
    return next(
        (one.id for one in CLASS if ARCHIVES["brightspace"](one).rpartition("/")[0] == name.rpartition("/")[0]), None
    )


TAKES = {"moodle": moodle_takes, "canvas": canvas_takes, "brightspace": brightspace_takes}


def pages(path: Path) -> dict[str, str]:
    """Whose each page says it is, by its name."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    return {name: title[1] for name, text in found.items() if (title := re.search("<title>(.*)</title>", text))}


@pytest.mark.parametrize("to", ARCHIVES)
def test_every_student_gets_their_own_page(to: str, export: Export, graded: Path) -> None:
    """Without a word about which LMS: the hand-ins came from it."""
    collected(graded, to, {one.id: ARCHIVES[to](one) for one in CLASS})
    done = export("--pages")
    found = pages(graded / "course" / "export" / f"sgd-{to}-pages.zip")
    assert {name: TAKES[to](name) for name in found} == found and set(found.values()) == set(PAGES)
    said = f"{len(PAGES)} pages as {to.title()} takes them: course/export/sgd-{to}-pages.zip"
    assert (done.status, done.out, done.errors) == (2, [said], [NO_PAGE])


def test_moodles_own_sheet_says_the_numbers_that_no_archive_has(export: Export, graded: Path) -> None:
    (graded / "sheet.csv").write_bytes(moodle_sheet())
    done = export("--to", "moodle", "--sheet", "sheet.csv", "--pages", "--output", "back.csv")
    found = pages(graded / "back-pages.zip")
    assert {name: moodle_takes(name) for name in found} == found and set(found.values()) == set(PAGES)
    assert [line.rpartition(": ")[2] for line in done.out] == ["back.csv", "back-pages.zip"]
    assert NO_PAGE in done.errors


def test_whose_file_of_the_download_is_not_known_gets_none(export: Export, graded: Path) -> None:
    entries = {one.id: ARCHIVES["canvas"](one) for one in CLASS if one.id != "ada"}
    collected(graded, "canvas", {**entries, "bea": "bea.ipynb"})
    why = "not in the zip, since it is not known which file of the download is theirs"
    assert export("--pages").errors == [f"{why}: ada (Ada Lovelace), 53; bea (Béa Ångström), 47.5", NO_PAGE]


def test_a_page_with_old_marks_is_not_handed_out(export: Export, graded: Path) -> None:
    page = graded / "course" / "feedback" / "gus" / "sgd" / "sgd.html"
    page.write_text(page.read_text().replace("<b>50.5</b>", "<b>43</b>"))
    why = "not in the zip, since the page has other marks than the gradebook: run `nbgrader generate_feedback sgd --force`"
    assert export("--pages").errors == [f"{why}: gus (Gus 🎉 van der Berg), 50.5", NO_PAGE]


def test_where_nothing_is_there_to_hand_out_there_is_no_zip(export: Export, graded: Path) -> None:
    for one in PAGES:
        (graded / "course" / "feedback" / one / "sgd" / "sgd.html").unlink()
    done = export("--pages")
    assert done.status == 2 and done.errors[0].startswith("no page has been made: ada (Ada Lovelace), 53; bea")
    assert not (graded / "course" / "export").exists()


class Links(HTMLParser):
    """The addresses and the texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_for_people_there_is_an_index_that_links_to_every_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, export: Export
) -> None:
    hard = [
        Student("index", "<script>alert(1)</script>", "\u202eadA"),
        Student("a b%2F&?#'\"", "Ada", "&amp;"),
        Student("李:小龍*", "小龍", "李", "B"),
        Student("x" * 200, "", ""),
    ]
    course = build(make_course(tmp_path / "hard"), Lesson.load("sgd"), hard)
    monkeypatch.chdir(course)
    assert export("--pages").status == 0
    with zipfile.ZipFile(course / "course" / "export" / "sgd-pages.zip") as archive:
        names, index = archive.namelist(), archive.read("index.html").decode()
    seen = Links(index)
    assert sorted([*map(unquote, seen.addresses), "index.html"]) == sorted(names) and len(names) == len(hard) + 1
    assert not any(set(name) & set('\\:*?"<>|') or name.count("/") > 1 for name in names)
    assert "script" not in seen.tags and "\u202e" not in index
    assert {"<script>alert(1)</script> \ufffdadA", "Ada &amp;", "小龍 李", "53", "graded", "B"} <= set(seen.texts)


def test_the_zip_goes_where_it_is_told(export: Export, graded: Path) -> None:
    export("--pages", "--output", "all.zip")
    with zipfile.ZipFile(graded / "all.zip") as archive:
        assert sorted(archive.namelist()) == sorted(["index.html", *(f"pages/{id}.html" for id in PAGES)])
