"""Charts: SVG with a text for those who do not see it, in the page's colours, and nothing else in it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from autograder.overview import charts
from autograder.overview.spread import Spread, ranges

TOTALS = [0.0, 5.0, 43.0, 47.0, 47.0, 53.0]
ALT = 'Half "of" <them>'


def marks(alt: str = ALT) -> str:
    return charts.marks(ranges(TOTALS, 53.0), Spread.of(TOTALS), alt)


def exercises(alt: str = ALT) -> str:
    return charts.exercises({"mse": [3, 0, 1, 0], "$x_1^{$": [0, 0, 0, 0], "n" * 300: [1, 1, 1, 1]}, alt)


@pytest.mark.parametrize("chart", [marks, exercises])
def test_a_chart_is_one_element_that_loads_nothing_and_tells_nothing_of_this_machine(chart: object) -> None:
    svg = str(chart())  # type: ignore[operator]
    root = ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1))
    assert (root.get("role"), root.get("aria-label"), root.get("width")) == ("img", ALT, None)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg", "g", "path", "text", "use", "defs", "clipPath", "rect"
    }  # fmt: skip
    assert re.findall(r"(?:href|url)[=(]\"?(?!#)", svg) == []
    assert not re.search("Matplotlib|metadata|DejaVu|20[0-9][0-9]-|font-face", svg)


@pytest.mark.parametrize("chart", [marks, exercises])
def test_all_colours_are_the_pages(chart: object) -> None:
    svg = str(chart())  # type: ignore[operator]
    assert set(re.findall(r"(?:fill|stroke): ([^;\"]+)", svg)) - {"none"} <= set(charts.COLOURS.values())
    assert re.findall("#[0-9a-f]{6}", svg) == []


def test_numbers_can_be_read_as_text() -> None:
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", marks())
    assert [texts.count(number) for number in ("2", "1", "points", "53")] == [1, 4, 1, 1]
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", exercises())
    assert texts[:2] == ["mse", "$x_1^{$"] and len(texts[2]) == 20
    assert sorted(texts[3:]) == ["1", "1", "1", "1", "1", "3"]


def test_two_charts_of_one_page_share_no_name() -> None:
    names = [set(re.findall(r' id="([^"]+)"', chart)) for chart in (marks("a"), exercises("b"))]
    assert not names[0] & names[1]


def test_the_same_class_gives_the_same_chart() -> None:
    assert marks() == marks()
