"""A student's pictures: how large they are once a browser opens them, which their few bytes do not say."""

from __future__ import annotations

import base64
import binascii
import io
import warnings

SIDE, PIXELS = 6000, 16_000_000  # of one picture; a large figure of matplotlib's has a quarter of that
LARGEST = 200_000  # characters of one picture in base64, on a page
LEFT_OUT = "A picture is left out here: it is too large for a page, or no picture at all. It is in the notebook."
INLINE = ("data:image/png;base64,", "data:image/jpeg;base64,")


def pixels(data: bytes) -> int | None:
    """How many there are, by the file's head; None if it is neither PNG nor JPEG, or larger than any page needs."""
    from PIL import Image  # only here: a page without pictures does not wait for it

    try:
        with warnings.catch_warnings(action="ignore"):
            width, height = Image.open(io.BytesIO(data), formats=("PNG", "JPEG")).size
    except Exception:  # whatever a forged file makes Pillow raise
        return None
    return width * height if max(width, height) <= SIDE and width * height <= PIXELS else None


def fits(png: bytes) -> bool:
    """Whether a page may show it."""
    return len(png) * 4 <= LARGEST * 3 and pixels(png) is not None


def inline(text: str) -> bytes | None:
    """The file in an address that begins as `INLINE` says, or None."""
    found = next((text[len(start) :] for start in INLINE if text.startswith(start)), None)
    return None if found is None else decoded(found)


def decoded(text: str) -> bytes | None:
    """The file in base64, or None if it is not, or longer than a page may show."""
    if len(text) > LARGEST:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
