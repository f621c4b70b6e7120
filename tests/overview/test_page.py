"""The page about a class in a real browser: whoever hands in what, it asks for nothing, and everybody can read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from autograder import cli
from tests import browser
from tests.conftest import make_course
from tests.overview import hostile

pytestmark = pytest.mark.slow

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 700}},
}
NAMES = ("sgd", "sgd-anonymous")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The instructor's page about a hostile class, and the class's own."""
    course = make_course(tmp_path_factory.mktemp("class") / "course-folder")
    hostile.members(course)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course)
        assert (cli.main(["report"]), cli.main(["report", "--anonymous"])) == (0, 0)
    return {name: course / "course" / "class" / f"{name}.html" for name in NAMES}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


def opened(chromium: Browser, path: Path, **settings: Any) -> Page:
    """The page, with all that is folded unfolded."""
    page = browser.opened(chromium, path, **settings)
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    return page


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_students_runs_and_nothing_is_asked_for(
    name: str, pages: dict[str, Path], chromium: Browser
) -> None:
    page = opened(chromium, pages[name])
    for bait in page.locator("b, code, li").all()[:40]:
        bait.dispatch_event("click")
    assert page.evaluate("window.hit") is None
    assert page.asked == [pages[name].as_uri()]  # type: ignore[attr-defined]
    assert page.title() == "The class: sgd"
    assert page.locator("script, iframe, object, embed, form, link, img, style ~ style").count() == 0
    assert page.get_by_text("{{ 7 * 7 }}").count() == 0 or name == "sgd"
    assert page.get_by_text("49{").count() == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_that_keeps_anybody_out(
    name: str, look: str, pages: dict[str, Path], chromium: Browser
) -> None:
    found = Axe().run(opened(chromium, pages[name], **LOOKS[look]))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", NAMES)
def test_on_a_phone_nothing_hangs_over_the_edge(name: str, pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages[name], **LOOKS["phone"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_scripts_and_without_a_network_it_is_whole(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["sgd"], java_script_enabled=False, offline=True)
    assert page.locator("h2").all_inner_texts() == [
        "Teach first", "Hand-ins", "Marks", "Misconceptions", "Lost without an explanation", "Exercises", "For you to look at"
    ]  # fmt: skip
    assert page.locator("svg").count() == 2


def test_the_first_screen_says_what_to_teach(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["sgd"], viewport={"width": 1200, "height": 900})
    lines = page.locator(".teach li").all_inner_texts()
    assert [" ".join(line.split()) for line in lines] == [
        "5 of 6 mse Nothing divides.",
        "5 of 6 fit Lost without an explanation so far: a list.",
        "1 of 6 mse Lost without an explanation so far: one number (and 1 more).",
    ]
    box = page.locator(".teach").bounding_box()
    assert box is not None and box["y"] + box["height"] < 500


def test_a_name_leads_to_its_page_and_back_is_nothing_broken(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["sgd"])
    page.get_by_role("link", name="Anna Gröning").first.click()
    assert page.url.endswith("/course/feedback/ag8811/sgd/sgd.html")


def test_charts_have_the_colours_of_the_page_in_the_dark(pages: dict[str, Path], chromium: Browser) -> None:
    colours = {}
    for look in ("light", "dark"):
        page = opened(chromium, pages["sgd"], **LOOKS[look])
        colours[look] = page.locator("svg text").first.evaluate("one => getComputedStyle(one).fill")
    assert colours == {"light": "rgb(87, 96, 106)", "dark": "rgb(165, 175, 186)"}


def test_printed_the_mistakes_are_there_and_no_names(pages: dict[str, Path], chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(pages["sgd"].as_uri())
    page.emulate_media(media="print")
    assert page.get_by_text("Nothing divides.").first.is_visible()
    names = page.locator("section:not(:has(#matters)) .who li").all()
    assert (len(names) > 10, {name.evaluate("one => one.checkVisibility()") for name in names}) == (True, {False})
