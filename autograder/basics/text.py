"""Texts that a student's code may have had a hand in, made fit for a terminal or a file."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata

# Control and format characters (which erase, hide or turn round what stands beside them), lone surrogates, line ends.
HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
PACKAGES = re.compile(  # up to where packages lie, in quotes or brackets also with spaces in it
    r"(?:(?<=['\"(])(?:[A-Za-z]:)?[/\\][^'\"()<>\n]*|(?:\b[A-Za-z]:)?[/\\][^\s'\"()<>]*)"
    r"[/\\](?:site-packages|dist-packages|python\d\.\d+)[/\\]"
)
WORKDIR = re.compile(r"[/\\][^\s'\"()<>]*[/\\]hand-in-\w+[/\\]?")  # a worker's own folder
SPELLED = "spelled"  # what a stream is to do with characters that its encoding does not have
SPELLINGS = {
    "✓": "+", "✗": "x", "·": ".", "–": "-", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "−": "-", "×": "x",
    **dict.fromkeys("─━╸╺", "-"), **dict.fromkeys("█▉▊▋▌", "#"), **dict.fromkeys("▍▎▏", " "),
}  # fmt: skip


def hidden(one: str) -> bool:
    """Whether a character shows nothing of itself, and may change how others are shown."""
    return unicodedata.category(one) in HIDDEN


def plain(text: str, keep: str = "") -> str:
    """Text without hidden characters; `keep` names some to leave."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if hidden(one) and one not in keep else one for one in text)


def portable(text: str) -> str:
    """Text without what is different on each machine or in each run: where objects, packages and workers are."""
    return WORKDIR.sub("./", PACKAGES.sub("", ADDRESS.sub("", text)))


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


def _spell(error: UnicodeError) -> tuple[str, int]:
    """Each character by another that is like it: no two signs of ours become one."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(SPELLINGS.get(one) or _letters(one) for one in lost), error.end


def _letters(one: str) -> str:
    return unicodedata.normalize("NFKD", one).encode("ascii", "ignore").decode() or "?"


codecs.register_error(SPELLED, _spell)
