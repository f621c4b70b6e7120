"""A student's HTML: nothing of it runs, loads, restyles the page or makes a browser hang."""

from __future__ import annotations

import base64

import pytest
from markupsafe import escape

from autograder.render.clean import harmless
from tests.render.test_picture import picture

SMALL, HUGE = (f"data:image/png;base64,{base64.b64encode(picture(size, size)).decode()}" for size in (8, 30_000))


def cell(attributes: str) -> str:
    return f"<table><tbody><tr><td {attributes}>".replace(" >", ">") + "x</td></tr></tbody></table>"


CLEANED = [
    ("<p>text <b>bold</b> 1 &lt; 2</p>", "<p>text <b>bold</b> 1 &lt; 2</p>"),
    ("<table><tbody><tr><td>1</td></tr></tbody></table>", "<table><tbody><tr><td>1</td></tr></tbody></table>"),
    (f'<img src="{SMALL}" alt="a" width="9999" height="9999">', f'<img src="{SMALL}" alt="a">'),
    (f'<img src="{HUGE}">', "<img>"),
    ('<img src="data:image/png;base64,AA">', "<img>"),
    ('<img src="data:image/svg+xml;base64,AA">', "<img>"),
    ('<img src="https://elsewhere.example/pixel.png">', "<img>"),
    ('<img src="//elsewhere.example/pixel.png">', "<img>"),
    ('<img src="pixel.png" srcset="https://elsewhere.example" onerror="alert(1)">', "<img>"),
    ('<a href="https://example.org">x</a>', '<a href="https://example.org" rel="noopener noreferrer">x</a>'),
    ('<a href="mailto:a@b.c" onclick="alert(1)">x</a>', '<a href="mailto:a@b.c" rel="noopener noreferrer">x</a>'),
    ('<a href="#top">x</a>', '<a href="#top" rel="noopener noreferrer">x</a>'),
    ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
    ('<a href=" &#106;avascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
    ('<a href="data:text/html,<script>1</script>">x</a>', '<a rel="noopener noreferrer">x</a>'),
    ('<a href="file:///etc/passwd">x</a>', '<a rel="noopener noreferrer">x</a>'),
    ("<script>alert(1)</script>after", "after"),
    ("<style>body {display: none}</style>after", "after"),
    ('<p style="position: fixed" class="report passed" id="top" onload="alert(1)">x</p>', "<p>x</p>"),
    ('<iframe src="https://elsewhere.example">x</iframe>', "x"),
    ('<form action="https://elsewhere.example"><input name="a"><button>b</button></form>', "b"),
    (
        '<meta http-equiv="refresh" content="0"><base href="https://elsewhere.example"><link rel="stylesheet" href="a">',
        "",
    ),
    ('<svg onload="alert(1)"><image href="https://elsewhere.example"></image></svg>', ""),
    ('<video src="https://elsewhere.example" autoplay></video><object data="a"></object><embed src="a">', ""),
    ("</section></div></body>out", "out"),
    ("<header><nav><article><aside><footer>x</footer></aside></article></nav></header>", "x"),
    ('<ol start="2147483647"><li value="9">x</li></ol>', "<ol><li>x</li></ol>"),
    ('<h1 id="mse-checks" name="mse-checks" title="x" lang="x" dir="rtl">x</h1>', "<h1>x</h1>"),
    (
        '<a name="mse-checks" id="mse-checks" href="#mse-checks">x</a>',
        '<a href="#mse-checks" rel="noopener noreferrer">x</a>',
    ),
    (cell('colspan="3" rowspan="20"'), cell('colspan="3" rowspan="20"')),
    (cell('colspan="1000" rowspan="65534" width="99999" height="9" style="x"'), cell("")),
    (cell('colspan="-1" rowspan="0x9"'), cell("")),
    (
        '<table><colgroup span="1000"><col span="1000" width="9"></colgroup></table>',
        "<table><colgroup><col></colgroup></table>",
    ),
    ("<!-- comment -->x", "x"),
]


@pytest.mark.parametrize(("html", "clean"), CLEANED, ids=[html[:40] for html, _ in CLEANED])
def test_html_loses_what_runs_loads_restyles_or_takes_room(html: str, clean: str) -> None:
    assert harmless(html) == clean


def test_what_is_nested_too_deep_or_has_too_many_tags_is_shown_as_text() -> None:
    assert harmless("<div>" * 50 + "x").endswith("x" + "</div>" * 50)
    deep, many = "<div>" * 100 + "<i>x", "<br>" * 2001
    assert harmless(deep) == f"<pre>{escape(deep)}</pre>"
    assert harmless(many) == f"<pre>{escape(many[:1000])}\n… (cut here, to keep this page small)\n</pre>"


def test_few_cells_of_a_table_may_span_others() -> None:
    table = harmless("<table><tr>" + "<td colspan=20 rowspan=20>x" * 900)
    assert table.count("colspan") + table.count("rowspan") == 200
