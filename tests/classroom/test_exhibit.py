"""What pages show of a hand-in: all of it harmless, in boxes that say whose it is."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup
from nbformat import NotebookNode, from_dict, v4

from autograder.classroom.exhibit import Exhibit, clean_html, highlight_code, markdown2html, seal
from autograder.handin.notebook import KEY
from tests.classroom.test_page import ATTACKS
from tests.render.test_picture import picture

ATTACK = "".join(ATTACKS)
ANSWER = {"nbgrader": {"grade": False, "solution": True, "grade_id": "mse", "points": 0}}
CHECKS = {"nbgrader": {"grade": True, "solution": False, "grade_id": "mse-checks", "points": 8}}
PNG = base64.b64encode(picture(2, 2)).decode()
REPORT = '<section class="report passed"><h4 class="verdict"><code>mse</code>: all right, 8 of 8 points</h4></section>'


def exhibited(*cells: NotebookNode, **about: Any) -> Any:
    notebook: NotebookNode = from_dict({"cells": cells, "metadata": {KEY: about, "title": ATTACK, "widgets": ATTACK}})
    Exhibit().preprocess(notebook, {})
    return notebook


def code(source: str, **more: Any) -> Any:
    """A cell that nobody validates."""
    return from_dict({"cell_type": "code", "metadata": {}, "source": source, "outputs": [], **more})


def put_out(*outputs: NotebookNode) -> str:
    """What is shown of these outputs of a cell."""
    (cell,) = exhibited(code("1", outputs=outputs)).cells
    return str(cell.outputs[0].data["text/html"]) if cell.outputs else ""


def display(**data: Any) -> Any:
    return v4.new_output(
        "display_data", {kind.replace("_", "/", 1).replace("_", "+"): value for kind, value in data.items()}
    )


def test_each_cell_says_what_it_is() -> None:
    cells = exhibited(v4.new_code_cell("x"), v4.new_markdown_cell("y"), v4.new_raw_cell("z")).cells
    labels = [BeautifulSoup(cell.source, "html.parser").select_one(".theirs > .whose") for cell in cells]
    assert [label and label.text for label in labels] == ["code handed in", "text handed in", "text handed in"]
    assert put_out(v4.new_output("stream", text="53 of 53 points")) == (
        '<div class="theirs"><p class="whose">what this code put out</p><div class="output"><pre>53 of 53 points</pre></div></div>'
    )


def test_nothing_is_left_that_a_template_could_show_as_it_is() -> None:
    attachments = {"a.png": {"image/png": ATTACK}}
    cells = [
        code(ATTACK, execution_count=ATTACK, metadata={"tags": [ATTACK], "collapsed": ATTACK}),
        v4.new_markdown_cell(ATTACK, attachments=attachments, metadata={"alt": ATTACK}),
        v4.new_raw_cell(ATTACK, metadata={"raw_mimetype": "text/html"}),
    ]
    shown = exhibited(*cells)
    assert shown.metadata == {KEY: {}}
    assert [cell.metadata for cell in shown.cells] == [{}, {}, {}]
    assert [isinstance(cell.source, Markup) for cell in shown.cells] == [True, True, True]
    assert [cell.get("attachments") for cell in shown.cells] == [None, None, None]


def test_a_picture_pasted_into_a_text_is_shown_below_it() -> None:
    text = "My sketch:\n\n![image.png](attachment:image.png)\n![again](attachment:a%20b.jpg 'x')"
    pasted = {"image.png": {"image/png": PNG}, "a b.jpg": {"image/jpeg": PNG}, "unused.png": {"image/png": PNG}}
    (cell,) = exhibited(v4.new_markdown_cell(text, attachments=pasted)).cells
    page = BeautifulSoup(cell.source, "html.parser")
    addresses = [f"data:image/png;base64,{PNG}", f"data:image/jpeg;base64,{PNG}"]
    assert [image["src"] for image in page.select(".theirs img")] == addresses and "attachment" not in cell.source
    assert "My sketch:" in page.text


@pytest.mark.parametrize(
    "pasted",
    [
        {},
        {"a.png": {}},
        {"a.png": {"image/png": ATTACK}},
        {"a.png": {"image/svg+xml": PNG}},
        {"a.png": {ATTACK: PNG}},
        {"a.png": [1]},
    ],
)
def test_a_pasted_picture_that_cannot_be_shown_leaves_a_line(pasted: Any) -> None:
    text = {"cell_type": "markdown", "metadata": {}, "source": "![](attachment:a.png)", "attachments": pasted}
    (cell,) = exhibited(from_dict(text)).cells
    assert cell.source == (
        '<div class="theirs"><p class="whose">text handed in</p><p class="left-out">(A picture is left out here: it is too '
        "large for a page, or no picture at all. It is in the notebook.)</p></div>"
    )


KINDS = [
    display(text_html=ATTACK), display(text_markdown=ATTACK), display(text_latex=ATTACK), display(text_plain=ATTACK),
    display(image_svg_xml=ATTACK), display(image_png=ATTACK), display(image_jpeg='"><script>x</script>'),
    display(application_javascript="x", text_plain=ATTACK), v4.new_output("stream", text=ATTACK),
    v4.new_output("error", ename=ATTACK, evalue=ATTACK, traceback=[ATTACK, ATTACK]),
    NotebookNode(output_type="display_data", data={"text/html": [ATTACK], "image/png": {}}, metadata={}),
    NotebookNode(output_type="pyout", data={}, text=ATTACK), NotebookNode(output_type="error", traceback=[1, None]),
]  # fmt: skip


@pytest.mark.parametrize("output", KINDS, ids=[str(number) for number in range(len(KINDS))])
def test_every_kind_of_output_is_harmless(output: NotebookNode) -> None:
    live = BeautifulSoup(put_out(output), "html.parser").select(
        ".output :is(script, style, iframe, svg, form, meta, link, base, object, video, section, [onerror], [style], [id], [class])"
    )
    assert [element for element in live if element.get("class") != ["left-out"]] == []


def test_pictures_are_shown_if_a_browser_can_open_them() -> None:
    good, huge = (base64.b64encode(picture(size, size)).decode() for size in (40, 30_000))
    assert f'src="data:image/png;base64,{good}"' in put_out(display(image_png=good + "\n"))
    for bad in (huge, "x", good + '"', "A" * 300_000):
        assert "<img" not in put_out(display(image_png=bad)) and "A picture is left out" in put_out(
            display(image_png=bad)
        )


def test_our_report_is_known_by_its_seal_and_nothing_else_is_taken_for_it() -> None:
    outputs = [display(text_html=REPORT), v4.new_output("execute_result", {"text/plain": "8.0"})]
    sealed = {"mse-checks": seal(REPORT)}
    (cell,) = exhibited(v4.new_code_cell("assert 1", metadata=CHECKS, outputs=outputs), reports=sealed).cells
    assert cell.outputs[0].data["text/html"] == f'<div class="autograder">{REPORT}</div>'
    assert cell.source.startswith('<details class="source"><summary>the visible examples</summary>')
    (cell,) = exhibited(v4.new_code_cell("assert 1", metadata=CHECKS, outputs=outputs), reports={}).cells
    assert (
        "what this code put out" in cell.outputs[0].data["text/html"]
        and 'class="report' not in cell.outputs[0].data["text/html"]
    )
    elsewhere = v4.new_code_cell("1", metadata=ANSWER, outputs=outputs)
    assert 'class="report' not in exhibited(elsewhere, reports=sealed).cells[0].outputs[0].data["text/html"]


def test_answers_are_shown_before_anything_else_takes_their_room() -> None:
    flood = [v4.new_code_cell("'x'" * 6000) for _ in range(60)]
    cells = exhibited(*flood, v4.new_code_cell("mse = 'answer'", metadata=ANSWER), *flood).cells
    assert sum(len(cell.source) for cell in cells) < 400_000
    assert [cell for cell in cells if "answer" in cell.source] and len(cells) < 60


def test_what_is_the_lessons_is_brief() -> None:
    text = v4.new_markdown_cell("# Title\nwords", metadata={KEY: {"lesson": True, "idle": False}})
    code = v4.new_code_cell("x = 1", metadata={KEY: {"lesson": True, "idle": True}})
    shown = [str(cell.source) for cell in exhibited(text, code).cells]
    assert shown[0] == '<div class="lesson"><h1>Title</h1>\n</div>'
    assert shown[1].startswith('<details class="source"><summary>code of the lesson, not run again</summary>')


def test_of_an_unreadable_hand_in_only_fields_for_marks_are_left_and_one_reason() -> None:
    outputs = [display(text_html=REPORT)]
    checks = [v4.new_code_cell("assert", metadata=CHECKS, outputs=outputs) for _ in range(3)]
    cells = exhibited(
        v4.new_markdown_cell("# Lesson"), *checks, unreadable="no JSON", reports={"mse-checks": seal(REPORT)}
    ).cells
    assert [(cell.source, len(cell.outputs)) for cell in cells] == [("", 1), ("", 0), ("", 0)]


def test_filters_leave_what_is_ours_and_clean_all_else() -> None:
    ours = Markup("<section class='report'></section>")
    for each in (clean_html, markdown2html, highlight_code):
        assert each(ours) == ours
        assert "<script" not in each(ATTACK)


def test_names_are_escaped_for_templates_that_do_not() -> None:
    resources = {"student": "ada", "last_name": "<b>", "first_name": None, "index": 0}
    Exhibit().preprocess(v4.new_notebook(), resources)
    assert resources == {"student": "ada", "last_name": "&lt;b&gt;", "first_name": None, "index": 0}
