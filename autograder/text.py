"""Texts that a student's code may have had a hand in, made fit for a terminal or a file."""

from __future__ import annotations

import unicodedata


def plain(text: str, keep: str = "") -> str:
    """Text without control characters and lone surrogates; `keep` names control characters to leave."""
    kept = (one if one in keep or unicodedata.category(one) not in ("Cc", "Cs") else "\ufffd" for one in text)
    return "".join(kept)


def savable(text: str) -> str:
    """Text without lone surrogates, halves of a character pair, which no file can hold."""
    return text.encode("utf-8", "replace").decode()
