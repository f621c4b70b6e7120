"""SECURITY.md names every attack, and no test that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.basics.kit import KIT
from tests.attacks import ATTACKS
from tests.sandbox.test_channels import CHANNELS

TEXT = (KIT / "SECURITY.md").read_text("utf-8")
NAMED = set(re.findall(r"`((?:\w+/)*test_\w+\.py)(?:::(test_\w+))?`", TEXT))


def test_every_attack_is_in_the_table() -> None:
    cells = {name.strip() for line in TEXT.splitlines() if line.startswith("|") for name in re.split("[|,]", line)}
    assert [attack.name for attack in ATTACKS if attack.name not in cells] == []


@pytest.mark.parametrize(("file", "test"), sorted(NAMED))
def test_every_test_that_is_named_is_there(file: str, test: str) -> None:
    (path,) = Path(__file__).parent.rglob(file.removeprefix("tests/"))
    assert f"def {test or 'test_'}" in path.read_text("utf-8")


def test_as_many_channels_are_shut_as_it_says() -> None:
    assert f"; {len(CHANNELS)} are shut" in " ".join(TEXT.split())
