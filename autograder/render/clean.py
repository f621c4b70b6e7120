"""A student's HTML without anything that runs, loads from elsewhere, restyles the page or makes a browser hang."""

from __future__ import annotations

import re

import nh3
from markupsafe import escape

from autograder.render.picture import inline, pixels

TAGS = 2000  # and entities of one text; with many of them cleaning takes long
DEEP = 60  # elements in one another
SPAN, SPANS = 20, 200  # columns or rows of one cell, and cells that have more than one
SHORT = 1000  # characters that are shown of what is not laid out
LINKS = ("https://", "http://", "mailto:", "#")
SPANNING = {"colspan", "rowspan"}
ATTRIBUTES = {"*": set[str](), "a": {"href"}, "img": {"src", "alt"}, "td": SPANNING, "th": SPANNING}
PLACES = {"article", "aside", "footer", "header", "hgroup", "nav", "area", "map"}  # landmarks are the page's own
VOID = {"area", "br", "col", "hr", "img", "wbr"}
CUT = "\n… (cut here, to keep this page small)\n"
ELEMENT = re.compile(r"<(/?)(\w+)")


def harmless(html: str) -> str:
    """The HTML cleaned: no attributes but links, small spans, and pictures whose size is known; if long, as text."""
    if html.count("<") + html.count("&") > TAGS:
        return as_text(html, SHORT)
    clean = nh3.clean(
        html,
        tags=nh3.ALLOWED_TAGS - PLACES,
        attributes=ATTRIBUTES,
        attribute_filter=_Attributes().kept,
        url_schemes={"http", "https", "mailto", "data"},
    )
    return clean if depth(clean) <= DEEP else as_text(html, SHORT)


def as_text(text: str, most: int) -> str:
    """The text itself, cut after so many characters."""
    return f"<pre>{escape(text[:most])}{CUT if len(text) > most else ''}</pre>"


def depth(html: str) -> int:
    """How many elements of cleaned HTML lie in one another."""
    now = most = 0
    for end, name in ELEMENT.findall(html):
        if name not in VOID:
            now += -1 if end else 1
            most = max(most, now)
    return most


class _Attributes:
    """Which attributes of one text stay."""

    def __init__(self) -> None:
        self._spans = 0

    def kept(self, tag: str, name: str, value: str) -> str | None:
        match name:
            case "href":
                return value if value.startswith(LINKS) else None
            case "src":
                data = inline(value)
                return value if data is not None and pixels(data) is not None else None
            case _ if name in SPANNING:
                self._spans += 1
                return value if re.fullmatch(r"\d\d?", value) and int(value) <= SPAN and self._spans <= SPANS else None
        return value
