"""Pictures: their size is read from their head, before any browser opens them."""

from __future__ import annotations

import base64
import io
import struct
import zlib

import pytest
from PIL import Image

from autograder.render.picture import decoded, fits, inline, pixels


def picture(width: int, height: int) -> bytes:
    """A PNG file that says it is so large, with nothing in it."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    whole = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def photo(width: int, height: int, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind)
    return file.getvalue()


def test_the_size_is_what_the_head_says() -> None:
    assert (pixels(picture(640, 480)), pixels(photo(30, 20))) == (640 * 480, 600)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"GIF89a", photo(8, 8, "GIF"), photo(8, 8, "BMP"), photo(8, 8, "WEBP"), b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture(8, 8)[:20], picture(0, 0), picture(30_000, 30_000), picture(2**31 - 1, 2**31 - 1), picture(7000, 1), picture(1, 7000),
        picture(5000, 5000), photo(6500, 1),
    ],
)  # fmt: skip
def test_what_is_another_kind_of_file_or_too_large_has_none(data: bytes) -> None:
    assert pixels(data) is None


def test_only_what_is_inline_and_short_is_a_file() -> None:
    text = base64.b64encode(picture(8, 8)).decode()
    assert inline(f"data:image/png;base64,{text}") == inline(f"data:image/jpeg;base64,{text}") == picture(8, 8)
    assert [inline(f"data:image/svg+xml;base64,{text}"), inline("https://elsewhere.example/a.png"), inline("")] == [
        None
    ] * 3
    assert decoded(text[:40] + "\n" + text[40:]) == picture(8, 8)
    assert [decoded("A" * 200_004), decoded("not base64"), decoded('AAAA"><script>'), decoded("ä")] == [None] * 4


def test_a_page_shows_files_up_to_a_size() -> None:
    assert (fits(picture(8, 8)), fits(picture(8, 8) + bytes(160_000)), fits(b"")) == (True, False, False)
