"""What an archive says of a hand-in by its name, and what its page is called on the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.basics.refused import Refused
from autograder.handback.origins import Origin, load

FOUND = [  # program, path in the archive; the student's name and key in it; the page's name
    ("moodle", "Ada Lovelace_1234567_assignsubmission_file/sgd.ipynb", "Ada Lovelace", "1234567",
     "Ada Lovelace_1234567_assignsubmission_file/sgd.html"),
    ("moodle", "Ada_12_assignsubmission_file_/homework/sgd (1).ipynb", "Ada", "12", "Ada_12_assignsubmission_file_/sgd.html"),
    ("moodle", "Ada_12_assignsubmission_file_sgd-1.ipynb", "Ada", "12", "Ada_12_assignsubmission_file_sgd-1.html"),
    ("moodle", "all\\Ada_12_assignsubmission_onlinetext_\\x.ipynb", "Ada", "12", "Ada_12_assignsubmission_onlinetext_/sgd.html"),
    ("moodle", "ada/sgd.ipynb", "", "", None),
    ("canvas", "lovelaceada_12345_678910_sgd-1.ipynb", "", "12345", "lovelaceada_12345_678910_sgd-1.html"),
    ("canvas", "submissions/lovelaceada_LATE_12345_678910_my_1_2_sgd.ipynb", "", "12345",
     "lovelaceada_LATE_12345_678910_my_1_2_sgd.html"),
    ("canvas", "anon_a1b2c_678910_sgd.ipynb", "", "", "anon_a1b2c_678910_sgd.html"),
    ("canvas", "lovelaceada_12345_678910_sgd", "", "12345", "lovelaceada_12345_678910_sgd.html"),
    ("canvas", "lovelaceada_12345_678910_link.ipynb", "", "", None),
    ("canvas", "sgd.ipynb", "", "", None),
    ("brightspace", "12345-67890 - Ada King - Nov 3, 2026 1021 AM/sgd.ipynb", "Ada King", "",
     "12345-67890 - Ada King - Nov 3, 2026 1021 AM/sgd.html"),
    ("brightspace", "12345-67890 - Ada - Nov 3, 2026 1021 AM - sgd.ipynb", "Ada", "",
     "12345-67890 - Ada - Nov 3, 2026 1021 AM - sgd.html"),
    ("blackboard", "Homework_1_alove_attempt_2026-11-03-10-21-00_sgd.ipynb", "", "alove",
     "Homework_1_alove_attempt_2026-11-03-10-21-00_sgd.html"),
    ("repositories", "sgd-ada/sgd.ipynb", "", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("program", "entry", "name", "key", "page"), FOUND, ids=[one[1] for one in FOUND])
def test_a_name_says_whose_it_is_and_the_page_says_the_same(
    program: str, entry: str, name: str, key: str, page: str | None
) -> None:
    origin = Origin(program, entry)
    assert (origin.name, origin.key, origin.page("sgd.html")) == (name, key, page)
    assert page is None or Origin(program, page).key == key


@pytest.mark.parametrize("program", ["moodle", "canvas", "brightspace"])
@pytest.mark.parametrize(
    "entry", ["../../x_1_2_y.ipynb", "..\\..\\1-2 - ../x - y/z.ipynb", "", "/", "../a_1_assignsubmission_file/x"]
)
def test_a_page_is_never_outside_of_its_folder(program: str, entry: str) -> None:
    page = Origin(program, entry).page("sgd.html") or ""
    assert ".." not in page.split("/") and not page.startswith("/")


def test_what_collect_has_noted_is_read(tmp_path: Path) -> None:
    path = tmp_path / "course" / "collected" / "sgd.json"
    assert load(tmp_path, "sgd") == {}
    path.parent.mkdir(parents=True)
    path.write_text('{"ada": {"program": "Moodle", "entry": "x", "more": 1}}')
    assert load(tmp_path, "sgd") == {"ada": Origin("moodle", "x")}


@pytest.mark.parametrize("text", ["", "[]", '{"ada": 1}', '{"ada": {"program": "moodle"}}', "\udcff"])
def test_anything_else_there_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "course" / "collected" / "sgd.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(
        Refused, match=re.escape(f"{path}: not what `autograder collect` writes: remove it, or collect")
    ):
        load(tmp_path, "sgd")
