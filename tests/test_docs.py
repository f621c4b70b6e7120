"""Every message that the documents quote is one that a test has seen: exactly these words stand in what tests expect."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from autograder.basics.kit import KIT

# In a message that is quoted: what is another one each time.
VARIES = re.compile(r"…|: |'[^' ]*'|`[^`]*`|\\u202e|\b(?:PATH|DIR|ada|mse|sgd|\d+(?:\.\d+)?(?: students)?)\b")
QUOTES = re.compile(r"`([^`]+)`")
OTHERS = ("No module named", "Background on this error", "database is locked", "cannot import name")  # are not ours


def rows(name: str, heading: str) -> list[str]:
    """The first cells of the tables under a heading."""
    text = (
        (KIT / "docs" / name)
        .read_text("utf-8")
        .partition(f"\n## {heading}\n")[2]
        .partition("\n## ")[0]
        .partition("| elsewhere |")[0]
    )
    return [line.split(" | ")[0].lstrip("| ") for line in text.splitlines() if line.startswith("| ") and "`" in line]


def messages() -> list[str]:
    cells = rows("reference.md", "When something goes wrong")
    quoted = [one for cell in cells for one in QUOTES.findall(cell)]
    return [one for one in quoted if not any(other in one for other in OTHERS)]


def expected() -> str:
    """All texts in the tests, those of one expression side by side."""
    found = []
    for path in (KIT / "tests").rglob("*.py"):
        if path != Path(__file__):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            found += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\n".join(found)


TESTS = expected()


def test_messages_are_found() -> None:
    assert len(messages()) > 20


@pytest.mark.parametrize("message", messages())
def test_message_is_what_a_test_expects(message: str) -> None:
    parts = [part.strip(" :,;.") for part in VARIES.split(message)]
    assert [part for part in parts if len(part) > 3 and part not in TESTS] == []


def links() -> list[tuple[str, str, str]]:
    """Of each document its links within the kit: which file, and which heading of it."""
    found = []
    for path in (*KIT.glob("*.md"), *(KIT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)\s]+)\)", " ".join(path.read_text("utf-8").split())):
            if not target.startswith(("http", "mailto:", "attachment:")):
                place, _, heading = target.partition("#")
                found.append((str(path.relative_to(KIT)), place, heading))
    return found


def slugs(path: Path) -> set[str]:
    """What the headings of a document are called in links, as the usual viewers do it."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("document", "place", "heading"), links())
def test_link_leads_somewhere(document: str, place: str, heading: str) -> None:
    target = (KIT / document).parent / place if place else KIT / document
    assert target.exists() and (not heading or heading in slugs(target))
