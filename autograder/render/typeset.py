"""A student's code, Markdown, HTML and coloured text as HTML that is harmless.

Some of these conversions take a time, and make an amount, that grow with the square of a text or worse: whoever cannot
wait has them done by `autograder.render.typesetter`. nbconvert's own are not used: to import them takes seconds.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import mistune
from markupsafe import escape
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from autograder.render.clean import harmless

SMALL = {"code": 2000, "markdown": 4000, "html": 4000, "text": 20_000}  # characters that are set in no time
COLOUR = re.compile(r"\x1b\[[0-9;:?]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")


def typeset(kind: str, text: str) -> str:
    """The text as HTML; `kind` is one of `SMALL`."""
    return (_remembered if len(text) <= SMALL["code"] else _typeset)(kind, text)


def _typeset(kind: str, text: str) -> str:
    return KINDS[kind](text)


@functools.lru_cache(maxsize=200)
def _remembered(kind: str, text: str) -> str:
    """Most is the lesson's, and on the next page again."""
    return _typeset(kind, text)


def _code(source: str) -> str:
    return str(highlight(source, PythonLexer(), HtmlFormatter()))


@functools.cache
def _mistune() -> mistune.Markdown:
    return mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])


def _markdown(source: str) -> str:
    return harmless(str(_mistune()(source)))


def _text(text: str) -> str:
    """What a terminal shows; the sequences that colour it are left out."""
    return f"<pre>{escape(COLOUR.sub('', text))}</pre>"


KINDS: dict[str, Callable[[str], str]] = {"code": _code, "markdown": _markdown, "html": harmless, "text": _text}
