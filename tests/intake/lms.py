"""Downloads as LMSs make them, for a class with hard names: what each convention does to a name, and no more."""

from __future__ import annotations

import io
import os
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom.roster import Person

Files = Mapping[str, str | bytes]
TIME = "2026-11-03-10-21-00"


@dataclass(frozen=True)
class Pupil:
    """One of the class: what each LMS knows of them."""

    id: str
    first: str
    last: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        return f"{self.id}@x.org"


PEOPLE = [
    Pupil("ada", "Ada", "Lovelace", 1001),
    Pupil("bea", "Béa", "Ångström", 1002),
    Pupil("shane", "Shane", "O'Neill", 1003),
    Pupil("liming", "明", "李", 1004),
    Pupil("john_q", "John Q.", "Public, Jr.", 1005),
    Pupil("maria", "María José", "de la_Cruz", 1006),
    Pupil("smile", "Zoë 😀", "Müller-Łódź", 1007),
    Pupil("wei1", "Wei", "Li", 1008),
    Pupil("wei2", "Wei", "Li", 1009),
    Pupil("nguyen", "Thị", "Nguyễn", 1010),
]
ABSENT = Pupil("zoe", "Zoe", "Absent", 1099)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def zipped(files: Files | Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip of these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(name, text)
    return content.getvalue()


def canvas_name(pupil: Pupil, file: str, number: int, late: bool = False) -> str:
    name = re.sub(r"_(\d+)_", r"\1", f"{pupil.last}, {pupil.first}").lower()
    start = "_".join([name, *(["LATE"] if late else []), str(pupil.number)])
    start = re.sub(r"[^\w]", "", unicodedata.normalize("NFC", start))
    return f"{start}_{number}_{file}"


def canvas(files: Mapping[Pupil, str]) -> Files:
    return {
        canvas_name(pupil, "sgd-1.ipynb" if place % 2 else "sgd.ipynb", 9000 + place, late=place == 1): text
        for place, (pupil, text) in enumerate(files.items())
    }


def _moodle_name(pupil: Pupil) -> str:
    """Moodle's `clean_filename` after `str_replace('_', ' ', …)`."""
    return f"{pupil.name.replace('_', ' ')}_{pupil.number}_assignsubmission"


def moodle(files: Mapping[Pupil, str], name: str = "sgd.ipynb") -> Files:
    return {f"{_moodle_name(pupil)}_file/{name}": text for pupil, text in files.items()}


def moodle_before(files: Mapping[Pupil, str]) -> Files:
    return {f"{_moodle_name(pupil)}_file_/sgd.ipynb": text for pupil, text in files.items()}


def moodle_flat(files: Mapping[Pupil, str]) -> Files:
    found = {f"{_moodle_name(pupil)}_file_sgd.ipynb": text for pupil, text in files.items()}
    texts = {f"{_moodle_name(pupil)}_onlinetext_onlinetext.html": f"<p>{pupil.id}</p>" for pupil in files}
    return {**found, **texts}


RECORD = """Name: {name} ({id})
Assignment: Week 1_sgd
Date Submitted: Tuesday, November 3, 2026 10:21:00 AM EST
Current Grade: Needs Grading

Submission Field:
There is no student submission text data for this assignment.

Comments:
{comment}

Files:
\tOriginal filename: sgd.ipynb
\tFilename: Week 1_sgd_{id}_attempt_{time}_sgd.ipynb
"""
SILENT = "There are no student comments for this assignment."


def blackboard(files: Mapping[Pupil, str]) -> Files:
    found: dict[str, str | bytes] = {}
    for pupil, text in files.items():
        start = f"Week 1_sgd_{pupil.id}_attempt_{TIME}"
        found[f"{start}.txt"] = RECORD.format(name=pupil.name, id=pupil.id, time=TIME, comment=SILENT)
        found[f"{start}_sgd.ipynb"] = text
    return found


def brightspace_name(pupil: Pupil, when: str = "Nov 3, 2026 1021 AM") -> str:
    return f"{pupil.number}-77 - {pupil.name} - {when}"


def brightspace(files: Mapping[Pupil, str]) -> Files:
    return {"index.html": "<html></html>"} | {
        f"{brightspace_name(pupil)} - sgd.ipynb": text for pupil, text in files.items()
    }


def brightspace_folders(files: Mapping[Pupil, str]) -> Files:
    return {"index.html": "<html></html>"} | {
        f"{brightspace_name(pupil)}/sgd.ipynb": text for pupil, text in files.items()
    }


def gradescope(files: Mapping[Pupil, str]) -> Files:
    rows = [
        f"submission_{pupil.number}:\n  :submitters:\n  - :name: \"{pupil.name}\"\n    :sid: '{pupil.id}'\n"
        f"    :email: {pupil.email}\n  :created_at: 2026-11-03 10:21:00.123456000 -05:00\n  :score: !ruby/object:X 1\n"
        for pupil in files
    ]
    return {"assignment_5_export/submission_metadata.yml": "---\n" + "".join(rows)} | {
        f"assignment_5_export/submission_{pupil.number}/sgd.ipynb": text for pupil, text in files.items()
    }


def folders(files: Mapping[Pupil, str]) -> Files:
    return {f"hand-ins/{pupil.id}/sgd.ipynb": text for pupil, text in files.items()}


def loose(files: Mapping[Pupil, str]) -> Files:
    return {f"sgd_{pupil.id}.ipynb": text for pupil, text in files.items()}


PROGRAMS: dict[str, Callable[[Mapping[Pupil, str]], Files]] = {
    "Canvas": canvas, "Moodle": moodle, "Moodle before 4.1": moodle_before, "Moodle without folders": moodle_flat,
    "Blackboard": blackboard, "Brightspace": brightspace, "Brightspace with folders": brightspace_folders,
    "Gradescope": gradescope, "a folder a student": folders, "loose notebooks": loose,
}  # fmt: skip


def roster(people: Iterable[Pupil]) -> str:
    """What Canvas' gradebook, and with it this course, knows of them."""
    rows = [f'"{one.last}, {one.first}",{one.number},{one.id},{one.email},A,' for one in people]
    return "\n".join(["Student,ID,SIS Login ID,SIS User ID,Section,sgd (9)", *rows]) + "\n"


def persons(people: Iterable[Pupil]) -> list[Person]:
    """The same, as a roster has them."""
    return [Person(one.id, one.first, one.last, one.email, keys=frozenset({str(one.number)})) for one in people]


def unpacked(folder: Path, files: Files) -> Path:
    """The same files in a folder."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def unflagged(files: Files, encoding: str) -> bytes:
    """A zip whose names are in this encoding, which it does not say."""
    stand_ins = {f"{place:0{len(name.encode(encoding))}d}": name for place, name in enumerate(files)}
    content = zipped({stand_in: files[name] for stand_in, name in stand_ins.items()})
    for stand_in, name in stand_ins.items():
        content = content.replace(stand_in.encode(), name.encode(encoding))
    return content


def commit(clone: Path, when: str, *, packed: bool = False) -> None:
    """Make a repository of a folder, with one commit of this time."""

    def git(*arguments: str) -> None:
        who = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **who, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": "2020-01-01T00:00:00 Z"}
        subprocess.run(["git", *arguments], cwd=clone, env=environment, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "done")
    if packed:
        git("gc")
