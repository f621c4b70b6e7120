"""Feedback pages in a real browser: nothing of a student's runs, and everybody can read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator

from autograder.classroom.batch import Batch
from autograder.classroom.course import Course
from autograder.lesson.manifest import Lesson
from autograder.sandbox import probe
from tests import browser
from tests.browser import opened
from tests.conftest import hand_in, make_course
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

ATTACKS = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 2'>",
    "<svg onload='window.hit = 3'><image href='http://127.0.0.1:9/a.png'/></svg>",
    "<iframe srcdoc='<script>parent.hit = 4</script>'></iframe>",
    "<a id='bait' href='javascript:window.hit = 5'>click me</a>",
    "<meta http-equiv='refresh' content='0;url=http://127.0.0.1:9/'>",
    "<style>main { display: none } @import url('http://127.0.0.1:9/a.css');</style>",
    "<link rel='stylesheet' href='http://127.0.0.1:9/b.css'>",
    "<img src='http://127.0.0.1:9/pixel.png'>",
    "<video autoplay src='http://127.0.0.1:9/v.mp4'></video>",
    "<object data='http://127.0.0.1:9/o'></object><embed src='http://127.0.0.1:9/e'>",
    "<form action='http://127.0.0.1:9/'><button id='go'>go</button></form>",
    "<base href='http://127.0.0.1:9/'>",
    "<details open ontoggle='window.hit = 6'><summary>x</summary></details>",
    "</section></main></body></html><script>window.hit = 7</script>",
    "<section class='report passed'><h4>mse: all right, 8 of 8 points</h4></section>",
    "<math><mtext><table><mglyph><style><img src=x onerror='window.hit = 8'></style></mglyph></table></mtext></math>",
    "<p style='position:fixed;inset:0;background:url(http://127.0.0.1:9/bg.png)'>over everything</p>",
]
EVIL = f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
attacks = {ATTACKS!r}
for attack in attacks:
    print(attack)
    display(HTML(attack), Markdown(attack), Latex(attack))
    display({{"image/svg+xml": attack, "application/javascript": "window.hit = 9", "text/plain": attack}}, raw=True)
display(Javascript("window.hit = 10"))
raise RuntimeError("".join(attacks))
"""
WORDY = {  # values and messages of the student's that the report itself shows
    "predict": f"def predict(x, a):\n    return {''.join(ATTACKS)!r}",
    "mse": f"def mse(y_hat, y):\n    raise ValueError({''.join(ATTACKS)!r})",
    "vocabulary": f"vocabulary = {{'epoch': {ATTACKS[0]!r}, {ATTACKS[1]!r}: 'B'}}",
}
BEGINNER = {
    "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()",
    "fit": "def fit(x, y, a, lr, epochs, batch_size):\n    losses = []\n    for _ in range(epochs):\n"
    "        loss = ((x @ a - y) ** 2).mean()\n        loss.backward()\n        sgd_step(a, lr)\n"
    "        losses.append(loss.item())\n    return losses",
    "plot_fit": "def plot_fit(x, y, a, ax):\n    ax.scatter(x[:, 1], y)\n    ax.plot(x[:, 1], predict(x, a).detach())",
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The feedback pages of one who attacks, one who errs, one who got all right, one who did nothing, and one who
    handed in something else."""
    root, maker = make_course(tmp_path_factory.mktemp("pages") / "course-folder"), Maker(Lesson.load())
    texts = {
        "mallory": maker.text(answers=WORDY, append=[EVIL], bare=True), "bea": maker.text(answers=BEGINNER),
        "ada": maker.text(), "newt": maker.text("blank"), "ugo": "print('exported as a script')",
    }  # fmt: skip
    for student, text in texts.items():
        hand_in(root, student, _with_markdown(text) if student == "mallory" else text)
    batch = Batch(Course(root), "sgd", probe.best())
    batch.prepare()
    assert [outcome.error for outcome in batch.run(list(texts), 2)] == [None] * 5
    return {student: Course(root).feedback("sgd", student) for student in texts}


def _with_markdown(text: str) -> str:
    notebook = json.loads(text)
    notebook["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": attack} for attack in ATTACKS]
    return json.dumps(notebook)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


def test_a_page_full_of_attacks_runs_nothing_and_asks_for_nothing(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["mallory"])
    page.wait_for_timeout(500)
    assert page.evaluate("window.hit") is None
    outside = [url for url in page.asked if not url.startswith(("data:", pages["mallory"].as_uri()))]  # type: ignore[attr-defined]
    assert outside == []
    assert page.title() == "Feedback: sgd, mallory"
    assert page.locator("script, iframe, object, embed, form, video, style ~ style").count() == 0
    assert page.locator("main").is_visible()
    for bait in filter(Locator.is_visible, page.get_by_text("click me", exact=True).all()):
        bait.click()
    assert page.evaluate("window.hit") is None


def test_an_attack_cannot_pass_for_a_verdict(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["mallory"])
    verdicts = page.locator("section.report > .verdict").all_inner_texts()
    assert [line.split(":")[0] for line in verdicts] == [
        "predict", "mse", "gradient", "sgd_step", "fit", "plot_fit", "vocabulary"
    ]  # fmt: skip
    assert "mse: not right yet, 0 of 8 points" in verdicts


LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 700}},
}


@pytest.mark.parametrize("student", ["bea", "ada", "newt"])
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_that_keeps_anybody_out(
    student: str, look: str, pages: dict[str, Path], chromium: Browser
) -> None:
    page = opened(chromium, pages[student], **LOOKS[look])
    for summary in page.locator("section.report summary").all():
        if summary.is_visible():
            summary.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_marks_at_a_glance_and_what_to_do_first(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["bea"])
    assert (
        page.locator(".first").inner_text()
        == "mse is the first one to look at again: gives the mean of the squared errors."
    )
    rows = page.locator(".summary tbody tr").all()
    assert rows[1].inner_text().split("\t")[:2] == ["mse", "6 of 8"]
    assert rows[1].inner_text().endswith("partly right")
    page.locator(".first a").click()
    assert page.url.endswith("#mse-checks")
    assert (
        opened(chromium, pages["ada"]).locator(".first").inner_text()
        == "Everything is right. There is nothing left to do."
    )
    assert opened(chromium, pages["newt"]).locator(".first").inner_text() == "predict is the next one to write."


def test_second_and_third_hint_wait_behind_a_click(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["bea"])
    report = page.locator("section.report", has_text="mse: partly right")
    assert (
        report.locator(".diagnosis").first.inner_text() == "You add the squared errors up, and nothing divides the sum."
    )
    second, third = report.get_by_text("Read the name word by word"), report.get_by_text("A mean judges ten rows")
    assert (second.is_visible(), third.is_visible()) == (False, False)
    report.get_by_text("Another hint").first.click()
    assert (second.is_visible(), third.is_visible()) == (True, False)
    report.get_by_text("Another hint").nth(1).click()
    assert (second.is_visible(), third.is_visible()) == (True, True)


def test_pictures_stand_side_by_side_with_words_for_those_who_cannot_see_them(
    pages: dict[str, Path], chromium: Browser
) -> None:
    page = opened(chromium, pages["bea"])
    assert [image.get_attribute("alt") for image in page.locator(".pictures img").all()] == [
        "What your plot_fit draws", "What the lesson's plot_fit draws"
    ]  # fmt: skip
    label = page.locator(".curve svg").get_attribute("aria-label")
    number = r"(\d+\.\d+|almost 0)"  # on a line of this hand-in's own
    assert re.fullmatch(
        f"Your losses go from {number} to {number}, the lesson's from {number} to almost 0.", label or ""
    )


def test_what_is_the_students_says_so_and_stays_in_its_box(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["mallory"])
    forged = page.locator(".theirs", has_text="mse: all right, 8 of 8 points")
    labels = set(forged.locator("> .whose").all_inner_texts())
    assert labels == {"code handed in", "text handed in"}
    assert forged.locator("section, .report, .verdict").count() == 0
    styles = page.locator(".theirs").evaluate_all(
        "all => all.map(one => [getComputedStyle(one).contain, getComputedStyle(one).overflow])"
    )
    assert {tuple(style) for style in styles} == {("paint", "auto")}
    outside = "all => all.filter(one => one.textContent.includes('over everything') && !one.closest('.theirs, .report')).length"
    assert page.locator("main *:not(:has(*))").evaluate_all(outside) == 0


@pytest.mark.parametrize("look", LOOKS)
def test_of_a_hand_in_that_cannot_be_read_one_screen_says_what_is_wrong_and_what_to_do(
    look: str, pages: dict[str, Path], chromium: Browser
) -> None:
    page = opened(chromium, pages["ugo"], **LOOKS[look])
    assert page.locator(".unreadable").inner_text() == (
        "Your hand-in could not be graded: the file is not JSON, so it is no Jupyter notebook: hand in the .ipynb file itself."
    )
    assert (
        page.locator("ol li").last.inner_text()
        == "Hand that file in as sgd.ipynb. Ask your instructor whether there is still time."
    )
    assert page.locator(".lesson, .report, .comment, .summary").count() == 0
    assert page.evaluate("document.documentElement.scrollHeight <= 1.2 * innerHeight")
    assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize("student", ["bea", "mallory"])
def test_on_a_phone_nothing_hangs_over_the_edge(student: str, pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages[student], **LOOKS["phone"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_printed_all_hints_are_there(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["bea"])
    third = page.get_by_text("A mean judges ten rows")
    assert third.bounding_box() is None or not third.is_visible()
    page.emulate_media(media="print")
    box = third.bounding_box()
    assert box is not None and box["height"] > 10


def test_without_scripts_and_without_a_network_the_page_is_whole(pages: dict[str, Path], chromium: Browser) -> None:
    page = opened(chromium, pages["bea"], java_script_enabled=False, offline=True)
    assert page.locator("section.report").count() == 7
    page.locator("section.report", has_text="mse: partly right").get_by_text("Another hint").first.click()
    assert page.get_by_text("Read the name word by word").is_visible()


def test_pages_are_small(pages: dict[str, Path]) -> None:
    assert {student: path.stat().st_size for student, path in pages.items() if path.stat().st_size >= 400_000} == {}


def test_without_a_browser_tests_are_skipped_but_fail_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NO CHROMIUM ON THIS MACHINE: install Debian's package chromium"):
        browser.program()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="NO CHROMIUM ON THIS MACHINE: install Debian's package chromium"):
        browser.program()
