"""The lesson as a student meets it: in a real JupyterLab, in a real browser, from the first look to the last check."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from autograder.basics.kit import KIT
from autograder.lesson.manifest import Cell, Lesson
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.submission import Submission
from tests import browser, lab
from tests.lab import PATIENCE, Notebook, Server
from tests.sample_class import Maker

pytestmark = pytest.mark.slow

FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
STOPPED = """\
     17     # YOUR CODE HERE
---> 18     raise NotImplementedError('This exercise is not written yet.')

NotImplementedError: This exercise is not written yet."""
WAITS = "This cell needs an exercise above that is not written yet.\nFill it in, then run this cell again.\n"
FONTS = "document.fonts.ready.then(fonts => [...fonts].filter(font => font.status == 'error').map(font => font.family))"
VALID = "Validation Results\n\nSuccess! Your notebook passes all the tests.\n\nOk"
CHECK = """from autograder import check
own = mse
def mse(y_hat, y):
    return ((y_hat - y) ** 2).sum()
check(mse)
mse = own"""
STYLES = "all => all.map(getComputedStyle).map(style => [style.textAlign, style.backgroundColor])"
LABELS = """
import json

def show():
    for figure in map(plt.figure, plt.get_fignums()):
        first = figure.axes[0]
        for ax in figure.axes:
            shared = first.get_ylabel() if ax.get_shared_y_axes().joined(first, ax) else ""
            print("AXES", json.dumps([ax.get_title(), ax.get_xlabel(), ax.get_ylabel() or shared]))
    plt.close("all")

plt.show = show
"""


class Places:
    """Where in a notebook its cells are."""

    def __init__(self, cells: list[Cell]) -> None:
        self.sources = ["".join(cell["source"]) for cell in cells]
        self.code = [place for place, cell in enumerate(cells) if cell["cell_type"] == "code"]
        self.prose = [source for place, source in enumerate(self.sources) if place not in self.code]
        self.by_id = {cell["metadata"].get("nbgrader", {}).get("grade_id"): place for place, cell in enumerate(cells)}

    def with_words(self, words: str) -> list[int]:
        """The code cells that have these words in them."""
        return [place for place in self.code if words in self.sources[place]]


@pytest.fixture(scope="module")
def places(lesson: Lesson) -> Places:
    return Places(lesson.notebook["cells"])


@pytest.fixture(scope="module")
def answers(maker: Maker, lesson: Lesson) -> dict[str, str]:
    solved = Places(json.loads(maker.text())["cells"])
    return {task.id: solved.sources[solved.by_id[task.id]] for task in lesson.tasks}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    shutil.copy(KIT / "exercises" / "sgd" / "sgd.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def server(folder: Path, chromium: Browser) -> Iterator[Server]:
    with lab.running(folder) as server:
        yield server


@pytest.fixture(scope="module")
def opened(server: Server, chromium: Browser, places: Places) -> Notebook:
    """The notebook as a student receives it. The next three go on from there, in the same page and kernel."""
    return Notebook(chromium, server.lab("sgd.ipynb"), len(places.sources))


@pytest.fixture(scope="module")
def stopped(opened: Notebook, places: Places) -> dict[int, str]:
    """What is below the cells that "Run All Cells" has run before anything was written."""
    opened.choose("Run", "Run All Cells")
    opened.wait_for(places.by_id["predict-checks"])
    return {place: opened.printed(place) for place in places.code if opened.prompt(place).text_content() != "[ ]:"}


@pytest.fixture(scope="module")
def waiting(opened: Notebook, stopped: dict[int, str], places: Places, answers: dict[str, str]) -> list[str]:
    """What is below the cells that need answers, when a student runs them and the stubs."""
    needy = places.with_words("with waits_for_answers():")
    opened.run(*sorted([*needy, *map(places.by_id.__getitem__, answers)]))
    return [opened.printed(place) for place in needy]


@pytest.fixture(scope="module")
def solved(opened: Notebook, waiting: list[str], places: Places, answers: dict[str, str]) -> Notebook:
    """The notebook with every answer written, run from a fresh start."""
    for exercise, answer in answers.items():
        opened.write(places.by_id[exercise], answer)
    opened.choose("Kernel", "Restart Kernel and Run All Cells…")
    opened.dialog.get_by_text("Restart", exact=True).click()
    opened.wait_for(places.code[-1], number=str(len(places.code)))
    return opened


def test_it_opens_without_a_question(opened: Notebook, places: Places) -> None:
    assert opened.dialog.count() == 0
    assert opened.cells.count() == len(places.sources)


def test_its_headings_stand_in_order(opened: Notebook, places: Places) -> None:
    wanted = [heading.replace("`", "") for source in places.prose for heading in HEADING.findall(source)]
    seen = opened.page.locator(".jp-RenderedMarkdown").locator("h1, h2, h3").all_text_contents()
    assert [heading.removesuffix("¶") for heading in seen] == wanted
    assert (wanted[0], wanted[-1]) == ("SGD from scratch", "10. Where this leads")


def test_its_maths_is_set_as_maths(opened: Notebook, places: Places) -> None:
    formulas = sum(len(FORMULA.findall(source)) for source in places.prose)
    expect(opened.page.locator(".jp-RenderedMarkdown mjx-container")).to_have_count(formulas, timeout=PATIENCE * 1000)
    assert opened.page.locator("mjx-merror").count() == 0
    assert opened.page.evaluate(FONTS) == []
    assert [text for text in opened.page.locator(".jp-RenderedMarkdown").all_text_contents() if "$" in text] == []


def test_run_all_stops_at_the_first_exercise_that_is_not_written(stopped: dict[int, str], places: Places) -> None:
    checks = places.by_id["predict-checks"]
    assert list(stopped) == [place for place in places.code if place <= checks]
    assert stopped[checks].endswith(STOPPED)
    assert [place for place, text in stopped.items() if "Error" in text] == [checks]


def test_cells_that_need_an_answer_wait_kindly(waiting: list[str]) -> None:
    assert waiting == [WAITS] * 6


def test_with_every_answer_written_all_examples_pass(solved: Notebook, places: Places, answers: dict[str, str]) -> None:
    seen = {exercise: solved.printed(places.by_id[f"{exercise}-checks"]) for exercise in answers}
    wanted = {exercise: f"{exercise}: these examples pass.\n" for exercise in answers}
    assert seen == wanted | {"vocabulary": "vocabulary: every word has its letter.\n"}
    assert solved.errors.count() == 0


def test_every_picture_is_there_and_fits_the_page(solved: Notebook) -> None:
    pictures = solved.pictures()
    assert len(pictures) == 10
    assert [size for size in pictures if not (300 < size[0] < 900 and 200 < size[1] < 500)] == []


def test_nbgrader_finds_nothing_wrong_with_the_solved_notebook(solved: Notebook) -> None:
    solved.save()
    solved.page.get_by_text("Validate", exact=True).click()
    solved.dialog.wait_for()
    assert solved.dialog.inner_text() == VALID
    solved.dialog.get_by_text("Ok", exact=True).click()


def test_what_was_typed_is_what_is_saved(
    solved: Notebook, folder: Path, places: Places, answers: dict[str, str]
) -> None:
    solved.save()
    saved = Places(json.loads((folder / "sgd.ipynb").read_text("utf-8"))["cells"])
    written = {places.by_id[exercise]: answer for exercise, answer in answers.items()}
    assert saved.sources == [written.get(place, source) for place, source in enumerate(places.sources)]


def test_check_shows_its_report_below_the_cell(solved: Notebook, places: Places) -> None:
    [place] = places.with_words("dot product:")
    solved.write(place, CHECK)
    solved.run(place)
    report = solved.cells.nth(place).locator(".autograder")
    assert report.locator(".verdict").inner_text() == "mse: partly right, 6 of 8 points"
    assert report.locator(".lost .diagnosis").first.inner_text() == (
        "You add the squared errors up, and nothing divides the sum."
    )
    second = report.get_by_text("Read the name word by word")
    assert not second.is_visible()
    report.get_by_text("Another hint").first.click()
    assert second.is_visible()
    facts = report.locator(".lost").first.locator("th, td").evaluate_all(STYLES)
    assert facts == [["left", "rgba(0, 0, 0, 0)"]] * 6, "Lab sets tables to the right, and in stripes"


def test_the_classic_view_shows_and_runs_it_too(
    solved: Notebook, server: Server, chromium: Browser, places: Places
) -> None:
    classic = Notebook(chromium, server.classic("sgd.ipynb"), len(places.sources))
    [dot] = places.with_words("dot product:")
    classic.write(dot, places.sources[dot])
    classic.run(places.code[0], dot)
    assert classic.printed(dot) == "multiply, then add: tensor(14.)\ndot product:        tensor(14.)\n"
    assert (classic.dialog.count(), classic.errors.count()) == (0, 0)


def test_every_axis_says_what_it_shows(maker: Maker, warm: WarmProcess) -> None:
    cells = json.loads(maker.text(insert=(LABELS,)))["cells"]
    with Submission(warm, [cell["source"] for cell in cells if cell["cell_type"] == "code"], Limits()) as submission:
        outputs = submission.run()
    printed = "".join(output.get("text", "") for cell in outputs for output in cell)
    axes = [json.loads(line.removeprefix("AXES ")) for line in printed.splitlines() if line.startswith("AXES ")]
    assert len(axes) == 7 + 5 + 3 + 2  # seven pictures of one axes, and three of several
    assert [labels for labels in axes if not all(labels[1:])] == []
