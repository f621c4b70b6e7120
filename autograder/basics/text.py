"""Texts that a student's code may have had a hand in, made fit for a terminal or a file."""

from __future__ import annotations

import json
import re
import unicodedata

# Control and format characters (which erase, hide or turn round what stands beside them), lone surrogates, line ends.
HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def hidden(one: str) -> bool:
    """Whether a character shows nothing of itself, and may change how others are shown."""
    return unicodedata.category(one) in HIDDEN


def plain(text: str, keep: str = "") -> str:
    """Text without hidden characters; `keep` names some to leave."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if hidden(one) and one not in keep else one for one in text)


def escaped(document: str) -> str:
    """A JSON document with its hidden characters as escapes: it means the same, and may be printed."""
    if document.isprintable():
        return document
    return "".join(json.dumps(one)[1:-1] if hidden(one) and one != "\n" else one for one in document)


def brief(text: str, most: int) -> str:
    """Text of at most so many characters: of a longer one the beginning and the end."""
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - end - 1]}…{text[-end:]}"


def savable(text: str) -> str:
    """Text without lone surrogates, halves of a character pair, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def slug(text: str) -> str:
    """A title as a name in lower case, of letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
