"""One page has room for so much, whatever a student's texts are made of."""

from __future__ import annotations

import base64
import time

import pytest

from autograder.render.room import LONGEST, PLAIN, Room
from autograder.render.typeset import SMALL
from tests.render.test_picture import picture
from tests.render.test_typesetter import REPEATED, repeated

LONG = 256 << 10


@pytest.mark.parametrize("name", REPEATED)
def test_no_text_takes_long_or_much_on_a_page(name: str) -> None:
    room, before, html = Room(seconds=0.2), time.monotonic(), ""
    for kind in SMALL:
        html += "".join(room.show(kind, repeated(REPEATED[name], length)) for length in (LONG, LONGEST[kind]))
    assert time.monotonic() - before < 30  # it starts another process twice, on a busy machine
    assert len(html) < 300_000
    assert "<pre>" in html


def test_a_page_says_what_it_does_not_lay_out() -> None:
    assert Room().show("code", "x" * 20_001).startswith(f'<p class="left-out">({PLAIN})</p><pre>xxx')
    assert Room(seconds=0).show("markdown", "*x*") == f'<p class="left-out">({PLAIN})</p><pre>*x*</pre>'


def test_growth_does_not_leave_the_page() -> None:
    growing = "".join(f"<p><b title={number}>" for number in range(900))
    room = Room()
    shown = [room.show("html", growing) for _ in range(4)]
    assert sum(map(len, shown)) < 120_000
    said = [PLAIN in one or "(cut here, to keep this page small)" in one for one in shown]  # as the time allows
    assert said == [True] * 4


def test_a_page_that_is_full_shows_no_more() -> None:
    room = Room(characters=5000)
    assert room.left()
    shown = [room.show("text", "x" * 4000), room.show("text", "y" * 4000), room.show("code", "z" * 4000)]
    assert [len(one) < 4200 for one in shown] == [True] * 3 and "y" in shown[1]
    while room.left():
        room.plain("")
    assert len(room.show("markdown", "*" * 4000)) < 200


def test_many_pictures_do_not_fill_a_browsers_memory() -> None:
    room, text = Room(), base64.b64encode(picture(3900, 3900)).decode()
    shown = [room.picture("image/png", text) for _ in range(4)] + [
        room.show("html", f'<img src="data:image/png;base64,{text}">')
    ]
    assert ["<img" in one for one in shown] == [True, True, True, False, False]
    assert "<img" in room.picture("image/png", base64.b64encode(picture(100, 100)).decode())
