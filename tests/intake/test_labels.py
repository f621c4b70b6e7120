"""What is left of a name, and what the number in it is."""

from __future__ import annotations

import pytest

from autograder.intake.labels import attempt, bare, parted

BARE = {
    "sgd.ipynb": "", "sgd (1).ipynb": "", "Copy of sgd.ipynb": "", "sgd-2.ipynb": "", "sgd2.ipynb": "", "SGD.IPYNB": "",
    "sgd.ipynb.txt": "", "sgd - Copy.ipynb": "", "sgd_ada.ipynb": "ada", "ada-sgd.ipynb": "ada", "ada_sgd (2).ipynb": "ada",
    "sgd-12345.ipynb": "12345", "ada@x.org.ipynb": "ada@x.org", "sgd - Ada O'Neil.ipynb": "Ada O'Neil", "7": "7",
    "Ada Lovelace.zip": "Ada Lovelace", "sgdada.ipynb": "sgdada", "asgd": "asgd", "sgd-from-ada": "from-ada", "u.tar.gz": "u",
    "Be\u0301a.ipynb": "Béa", "": "",
}  # fmt: skip
NUMBERS = {
    "sgd.ipynb": 0,
    "sgd-1.ipynb": 1,
    "sgd (12).ipynb": 12,
    "Copy of sgd.ipynb": 0,
    "ada.ipynb": None,
    "sgd-12345": None,
}


@pytest.mark.parametrize("name", BARE)
def test_what_is_left_of_a_name(name: str) -> None:
    assert bare(name, "sgd") == BARE[name]


@pytest.mark.parametrize("name", NUMBERS)
def test_the_number_of_an_attempt(name: str) -> None:
    assert attempt(name, "sgd") == NUMBERS[name]


def test_an_assignment_may_be_called_anything() -> None:
    assert bare("a.b+c_ada.ipynb", "a.b+c") == "ada"


@pytest.mark.parametrize("name", ["/a", "\\a", "../a", "a/../../b", "..\\a", "C:/a", "c:\\a", "a/.."])
def test_paths_that_lead_out(name: str) -> None:
    assert parted(name) is None


def test_paths_are_parted_whatever_parts_them() -> None:
    assert parted("./a//b\\c") == ["a", "b", "c"]
