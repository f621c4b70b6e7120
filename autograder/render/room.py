"""What there is room for on one page: of all that is a student's together, however it is written."""

from __future__ import annotations

import logging
import re
import time

from markupsafe import Markup

from autograder.render import typesetter
from autograder.render.clean import as_text
from autograder.render.picture import LEFT_OUT, decoded, inline, pixels
from autograder.render.typeset import SMALL, typeset

PAGE = 250_000  # characters of finished HTML
SECONDS = 2.5  # that it may take to set them
PIXELS = 60_000_000  # of all pictures, once a browser has opened them
LONGEST = {"code": 20_000, "markdown": 20_000, "html": 150_000, "text": 20_000}  # characters that are set at all
PIECE = 300  # characters that every piece counts for, at least
TEXT = 20_000  # characters that are shown of a text that is not set
PLAIN = "Too long to be laid out: shown as plain text."
SOURCE = re.compile(r'src="(data:[^"]*)"')


class Room:
    """What there is room for on one page: characters, pixels, and the seconds that it takes to set them."""

    def __init__(self, characters: int = PAGE, seconds: float = SECONDS) -> None:
        self._characters, self._seconds, self._pixels = characters, seconds, PIXELS

    def show(self, kind: str, text: str) -> Markup:
        """The text, set if that is possible, as plain text if not, and cut to what is left of the page."""
        html = self._set(kind, text)
        if html is None or len(html) > self._characters or not self._opens(html):
            html = f'<p class="left-out">({PLAIN})</p>{self._as_text(text)}'
        return self._spent(html)

    def plain(self, text: str) -> Markup:
        """The text as it is, cut to what is left of the page."""
        return self._spent(self._as_text(text))

    def picture(self, kind: str, data: str) -> Markup:
        """A picture in base64, or a line that says that it is left out."""
        html = f'<img alt="picture from the notebook" src="data:{kind};base64,{"".join(data.split())}">'
        known = pixels(decoded(data) or b"") is not None and len(html) <= self._characters and self._opens(html)
        return self._spent(html if known else f'<p class="left-out">({LEFT_OUT})</p>')

    def left(self) -> bool:
        """Whether there is any."""
        return self._characters > 0

    def _spent(self, html: str) -> Markup:
        self._characters -= max(len(html), PIECE)
        return Markup(html)

    def _as_text(self, text: str) -> str:
        return as_text(text, max(0, min(TEXT, self._characters // 8)))  # a quotation mark takes five characters

    def _set(self, kind: str, text: str) -> str | None:
        if self._seconds <= 0 or len(text) > LONGEST[kind]:
            return None
        if len(text) > SMALL[kind]:
            typesetter.shared().start()
        before = time.monotonic()
        html = self._typeset(kind, text)
        self._seconds -= time.monotonic() - before
        return html

    def _typeset(self, kind: str, text: str) -> str | None:
        if len(text) > SMALL[kind]:
            return typesetter.shared().typeset(kind, text, self._seconds)
        try:
            return typeset(kind, text)
        except Exception:  # whatever a library raises: it is a page that it would cost
            logging.getLogger(__name__).exception("%s could not be set", kind)
            return None

    def _opens(self, html: str) -> bool:
        """Whether a browser may open all the pictures in it as well; those are then counted."""
        total = sum(pixels(inline(address) or b"") or 0 for address in SOURCE.findall(html))
        if total > self._pixels:
            return False
        self._pixels -= total
        return True
