"""An instructor's day in nbgrader's formgrader, in a browser; and the same pages full of what would attack them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from playwright.sync_api import BrowserContext, Page, expect
from traitlets.config import Config

from autograder.classroom.course import Course, load_config
from autograder.lesson.manifest import Lesson
from tests import browser, lab
from tests.classroom.test_page import ATTACKS, BEGINNER, EVIL, WORDY
from tests.conftest import hand_in, make_course
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

ATTACK = "".join(ATTACKS)
NAMES = {  # those of the roster; of ugo it knows none
    "bea": ("Béa", "Ångström"),
    "mallory": ("<script>window.hit = 11</script>", "'\"><img src=x onerror='window.hit = 12'>"),
}
ADDRESSES = ['";window.hit=13;"', "</script><script>window.hit=14</script><img src=x onerror=window.hit=15>"]
EARNED = {"bea": 42.5, "mallory": 32.0, "ugo": 0.0}
COMMENT = "Schön gerechnet, à revoir: „Mittel“ 😀"


@dataclass
class Day:
    """A course, the server in it, and what a browser met on its pages that it should not."""

    course: Course
    server: lab.Server
    context: BrowserContext
    met: list[str]

    @contextmanager
    def page(self, address: str) -> Iterator[Page]:
        page = self.context.new_page()
        page.on("request", lambda request: self._asked(request.url))
        page.on("console", lambda message: self.met.extend([message.text] * (message.type == "error")))
        page.on("pageerror", lambda error: self.met.append(str(error)))
        page.on("dialog", lambda dialog: self.met.append(f"dialog: {dialog.message}"))
        page.goto(f"{self.server.url}formgrader/{address}")
        page.wait_for_load_state("networkidle")
        yield page
        page.close()

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:")):
            self.met.append(f"asked for {url}")

    def submission(self, student: str) -> str:
        """The address of a student's page."""
        with self.gradebook() as gradebook:
            return f"submissions/{gradebook.find_submission_notebook('sgd', 'sgd', student).id}/"

    def marks(self) -> dict[str, float]:
        with self.gradebook() as gradebook:
            return {one.student.id: one.score for one in gradebook.assignment_submissions("sgd")}

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.course.root}/course/gradebook.db", "sgd-from-scratch")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Three hand-ins, graded by formgrader's button one after another."""
    root, maker = make_course(tmp_path_factory.mktemp("formgrader") / "course-folder"), Maker(Lesson.load())
    hand_in(root, "bea", maker.text(answers=BEGINNER))
    hand_in(root, "mallory", attacking(maker.text(answers=WORDY, append=[EVIL], bare=True)))
    put_beside(root / "course" / "submitted" / "mallory" / "sgd")
    hand_in(root, "ugo", "no notebook")
    with lab.running(root) as server, browser.chromium() as chromium:
        context = chromium.new_context(viewport={"width": 1200, "height": 900})
        context.set_default_timeout(lab.PATIENCE * 1000)
        context.new_page().goto(server.lab(""))  # where the browser is told who it is
        day = Day(Course(root), server, context, [])
        with day.gradebook() as gradebook:
            for student, (first, last) in NAMES.items():
                gradebook.update_or_create_student(student, first_name=first, last_name=last)
        for student in EARNED:
            press(day, student, "autograde", "Successfully autograded")
        yield day


def put_beside(folder: Path) -> None:
    """What is not to be copied, and a time that is none."""
    for name, target in {"notes.txt": folder.parents[3] / "solutions" / "sgd.py", "zero": Path("/dev/zero")}.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe")
    with open(folder / "gulf", "wb") as file:
        file.truncate(1 << 40)
    (folder / "timestamp.txt").write_text("yesterday, honestly")


def attacking(text: str) -> str:
    """The notebook with cells of text and metadata that attack whoever shows them."""
    notebook = json.loads(text)
    for kind in ("markdown", "raw"):
        notebook["cells"] += [{"cell_type": kind, "metadata": {"tags": [one]}, "source": one} for one in ATTACKS]
    image = {"a.png": {"image/svg+xml": ATTACK, "image/png": '"><script>window.hit = 16</script>'}}
    source = "![x](attachment:a.png) ![](x' onerror=window.hit=17) $\\href{javascript:window.hit=18}{x}$"
    notebook["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": source, "attachments": image}]
    notebook["metadata"] |= {"title": ATTACK, "widgets": {"application/vnd.jupyter.widget-state+json": {"a": ATTACK}}}
    notebook["metadata"]["language_info"] = {"name": ATTACK, "pygments_lexer": ATTACK}
    return json.dumps(notebook)


def press(day: Day, student: str, button: str, success: str) -> None:
    """Press one of the buttons in the list of hand-ins, and wait until it has done its work."""
    with day.page("manage_submissions/sgd") as page:
        row = page.locator("#main-table tr").filter(has=page.locator(".student-id", has_text=student))
        row.locator(f".{button} a").click()
        expect(page.locator(".modal-body > div > p")).to_contain_text(success, timeout=lab.PATIENCE * 1000)


def test_the_button_gives_the_marks_that_were_earned(day: Day) -> None:
    assert day.marks() == EARNED


def test_the_button_copies_nothing_that_lies_beside_a_notebook(day: Day) -> None:
    assert [path.name for path in day.course.autograded("sgd", "mallory").parent.iterdir()] == ["sgd.ipynb"]


def test_lists_show_names_of_the_roster_and_ids_where_it_knows_none(day: Day) -> None:
    for address, cell in {"manage_students": ".name", "manage_submissions/sgd": ".student-name"}.items():
        with day.page(address) as page:
            names = page.locator(f"#main-table {cell}")
            expect(names).to_have_count(3)
            shown = sorted(names.all_inner_texts())
            assert shown == sorted(["Ångström, Béa", "ugo", f"{NAMES['mallory'][1]}, {NAMES['mallory'][0]}"])
            assert "None, None" not in page.content()
    assert day.met == []


def test_a_report_shows_as_on_the_feedback_page(day: Day) -> None:
    with day.page(day.submission("bea")) as page:
        reports = page.locator("#notebook section.report")
        assert reports.locator(".verdict").all_inner_texts()[1] == "mse: partly right, 6 of 8 points"
        assert reports.nth(0).evaluate("one => getComputedStyle(one).borderLeftColor") == "rgb(26, 127, 55)"
        assert reports.nth(5).locator("img").count() == 2
        assert page.locator(".theirs .whose").first.inner_text() == "code handed in"
        assert page.get_by_text("&lt;section").count() == 0
    assert day.met == []


def test_marks_and_comments_by_hand_reach_the_feedback_page(day: Day) -> None:
    with day.page(day.submission("bea")) as page:
        for field, text in {"#mse-checks": "7.5", "#fit-checks_extra_credit": "2", "#mse-comment": COMMENT}.items():
            with page.expect_response(lambda response: response.request.method == "PUT"):
                page.locator(field).fill(text)
                page.locator(field).press("Tab")
    with day.page(day.submission("bea")) as page:
        assert (page.locator("#mse-checks").input_value(), page.locator("#mse-comment").input_value()) == (
            "7.5",
            COMMENT,
        )
    press(day, "bea", "generate-feedback", "Successfully generated feedback")
    shown = day.course.feedback("sgd", "bea").read_text("utf-8")
    assert "<td>7.5 of 8</td>" in shown and f"<p>{COMMENT}</p>" in shown and "<b>46</b> of 53 points" in shown
    assert day.met == []


def test_a_page_says_whose_it_is_without_running_the_name(day: Day) -> None:
    for student, name in {"bea": "Ångström, Béa", "ugo": "ugo", "mallory": ", ".join(NAMES["mallory"][::-1])}.items():
        with day.page(day.submission(student)) as page:
            page.locator(".glyphicon-eye-open").click()
            assert page.locator("a.name-shown").inner_text().strip() == name
    assert day.met == []


def test_an_unreadable_hand_in_is_a_screen_of_fields_for_marks_and_one_reason(day: Day) -> None:
    with day.page(day.submission("ugo")) as page:
        assert page.locator("input.score").count() == 7
        assert page.locator("section.report").all_inner_texts() == [
            "This hand-in could not be graded: the file is not JSON, so it is no Jupyter notebook: hand in the .ipynb file itself."
        ]
        assert page.locator(".lesson, .theirs, .source").count() == 0


PAGES = [
    "manage_assignments", "manage_submissions/sgd", "gradebook", "gradebook/sgd", "gradebook/sgd/sgd", "manage_students",
    "manage_students/mallory", "manage_students/mallory/sgd",
]  # fmt: skip


def test_nothing_of_a_students_runs_on_any_page_and_marks_stay(day: Day) -> None:
    for address in [*PAGES, day.submission("mallory")]:
        with day.page(address) as page:
            page.wait_for_timeout(200)
            assert (address, page.evaluate("window.hit"), day.met) == (address, None, [])
            assert page.locator("iframe, object, embed, form, video, #notebook style, #notebook script").count() == 0
    press(day, "mallory", "generate-feedback", "Successfully generated feedback")
    assert day.marks()["mallory"] == EARNED["mallory"]


def test_what_would_pass_the_cleaner_would_still_not_run(day: Day) -> None:
    with day.page(day.submission("bea")) as page:
        scripts = "".join(one for one in ATTACKS if "hit" in one)
        page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", scripts)
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.hit = 19'}))"
        )
        page.wait_for_timeout(200)
        assert page.evaluate("window.hit") is None
    assert len(day.met) >= 3
    day.met.clear()  # what was refused


def test_an_address_that_somebody_was_sent_runs_nothing(day: Day) -> None:
    for text in ADDRESSES:
        for address in ("manage_students/{}", "manage_students/bea/{}", "gradebook/sgd/{}"):
            with day.page(address.format(quote(text, safe=""))) as page:
                assert (address, page.evaluate("window.hit")) == (address, None)
    day.met.clear()  # that there is no such student


def test_a_hand_in_without_a_graded_notebook_has_a_page_that_says_so(day: Day) -> None:
    day.course.autograded("sgd", "ugo").unlink()
    with day.page(day.submission("ugo")) as page:
        assert page.get_by_text("There is no graded notebook of ugo").is_visible()
    day.met.clear()  # that it is missing


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> HTMLExporter:
    """An exporter with nbgrader's own template, in the course's settings."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    config.merge(load_config(make_course(tmp_path_factory.mktemp("exporter") / "course-folder")))
    return HTMLExporter(config=config)


@pytest.mark.parametrize("template", ["formgrade", "lab", "classic", "basic"])
def test_whatever_template_shows_it_a_hand_in_is_cleaned(template: str, exporter: HTMLExporter, tmp_path: Path) -> None:
    kinds = ("text/html", "text/markdown", "image/svg+xml", "application/javascript", "text/latex", "text/plain")
    outputs = [v4.new_output("display_data", {kind: ATTACK}, metadata={kind: {"isolated": True}}) for kind in kinds]
    outputs += [v4.new_output("error", ename=ATTACK, evalue=ATTACK, traceback=[ATTACK])]
    cells = v4.new_markdown_cell(ATTACK), v4.new_raw_cell(ATTACK), v4.new_code_cell(ATTACK, outputs=outputs)
    exporter.template_name = template
    page = shown(exporter, tmp_path, *cells)
    live = BeautifulSoup(page, "html.parser").select(
        ".theirs :is(script, style, iframe, svg, form, [onerror], [style], [id])"
    )
    assert (live, page.count('class="theirs"')) == ([], 4)


def test_a_report_that_was_written_anew_since_is_no_report(exporter: HTMLExporter, tmp_path: Path) -> None:
    graded = {"nbgrader": {"grade": True, "solution": False, "grade_id": "mse-checks", "points": 8}}
    report = '<section class="report passed"><h4 class="verdict">mse: all right, 8 of 8 points</h4></section>'
    output = v4.new_output("display_data", {"text/html": report})
    page = shown(exporter, tmp_path, v4.new_code_cell("assert True", metadata=graded, outputs=[output]))
    assert '<input class="score tabbable" id="mse-checks"' in page
    assert "what this code put out" in page and "mse: all right, 8 of 8 points" in page and 'class="report' not in page


def shown(exporter: HTMLExporter, tmp_path: Path, *cells: NotebookNode) -> str:
    """The page of a notebook with these cells."""
    path = tmp_path / "sgd.ipynb"
    nbformat.write(v4.new_notebook(cells=list(cells)), path)
    resources = {"assignment_id": "sgd", "notebook_id": "sgd", "submission_id": "1", "index": 0, "total": 1}
    page, _ = exporter.from_filename(str(path), resources={**resources, "base_url": "", "student": "ada"})
    return str(page)
