"""Feedback pages in one zip, each named so that the LMS gives it to its student; or by student, with an index.

Moodle takes it as "Upload multiple feedback files in a zip", Canvas as "Upload submissions", and shows each page under
the name of the student's own file, and Brightspace as "Add Feedback Files". The others have nothing of that kind.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.basics.text import plain
from autograder.handback.origins import Origin
from autograder.handback.results import Cohort, Result, Status, marks
from autograder.lesson.manifest import Lesson
from autograder.render.html import render_list

TAKE = ("moodle", "canvas", "brightspace")  # what takes pages back
INDEX, PAGES = "index.html", "pages"
UNFIT = re.compile(r'[\\/:*?"<>|%]')  # what is no part of a file's name everywhere
TOTAL = re.compile(r'<p class="total"><b>([\d.]+)</b>')  # the marks on a page
NO_PAGE = "no page has been made"
OLD = (
    "not in the zip, since the page has other marks than the gradebook: run `nbgrader generate_feedback {name} --force`"
)
NOWHERE = "not in the zip, since it is not known which file of the download is theirs"


@dataclass
class Packed:
    """A zip of pages.

    Attributes:
        number: of the pages in it.
        left: whose page is not in it, by the reason.
    """

    content: bytes
    number: int
    left: dict[str, list[Result]]


def program(origins: Mapping[str, Origin]) -> str:
    """Where most hand-ins came from, if it takes pages back; otherwise nothing."""
    found = Counter(origin.program for origin in origins.values() if origin.program in TAKE)
    return found.most_common(1)[0][0] if found else ""


def pack(cohort: Cohort, to: str, numbers: Mapping[str, str]) -> Packed:
    """The pages of all that have one.

    Args:
        to: the program that takes them; another name for people.
        numbers: of participants in Moodle, by student, where a sheet has said them.
    """
    lesson, file, left = cohort.lesson, io.BytesIO(), dict[str, list[Result]]()
    listed: list[tuple[Result, str]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in cohort.results:
            page = cohort.course.feedback(lesson.assignment, one.student)
            name = _name(to, lesson.assignment, one, cohort.origins.get(one.student), numbers.get(one.student))
            if reason := _reason(one, page, name, lesson.assignment):
                left.setdefault(reason, []).append(one)
            elif name and page.is_file():
                archive.writestr(_entry(name), page.read_bytes(), zipfile.ZIP_DEFLATED)
                listed.append((one, name))
        if to not in TAKE:
            archive.writestr(_entry(INDEX), _index(lesson, listed), zipfile.ZIP_DEFLATED)
    return Packed(file.getvalue(), len(listed), left)


def _index(lesson: Lesson, listed: Sequence[tuple[Result, str]]) -> str:
    rows = [
        (quote(name), one.person.name, one.person.id, one.person.section, str(one.status), one.score)
        for one, name in listed
    ]
    return render_list(lesson.assignment, lesson.max_score, rows)


def _reason(one: Result, page: Path, name: str | None, assignment: str) -> str | None:
    """Why a page that somebody should get is not in the zip."""
    if one.status is Status.MISSING:
        return None
    if not page.is_file():
        return NO_PAGE
    shown = TOTAL.search(page.read_text("utf-8", errors="replace"))
    if shown and one.raw is not None and float(shown[1]) != float(marks(one.raw)):
        return OLD.format(name=assignment)
    return None if name else NOWHERE


def _name(to: str, assignment: str, one: Result, origin: Origin | None, number: str | None) -> str | None:
    """What the page is called in the zip."""
    if to not in TAKE:
        return f"{PAGES}/{UNFIT.sub(lambda one: f'%{ord(one[0]):02X}', one.student)}.html"
    if origin and origin.program == to:
        return origin.page(f"{assignment}.html")
    if to == "moodle" and number:
        name = re.sub(r"[_/\\]", " ", plain(one.person.name))
        return f"{name}_{number}_assignsubmission_file/{assignment}.html"
    return None


def _entry(name: str) -> zipfile.ZipInfo:
    """The same bytes each time: without the time of day."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    return entry
