"""Whatever state a hand-in is in, the lesson's cells are put back, the student's work stays, or a line says why not."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.basics.files import digest
from autograder.handin.handin import HandIn, read
from autograder.handin.notebook import KEY, MAX_BYTES, grade_id, parsed
from autograder.lesson.manifest import Cell, Lesson
from tests.sample_class import Maker

Notebook = dict[str, Any]
Open = Callable[[str | bytes | Notebook], HandIn]
IDS = ("predict", "mse", "gradient", "sgd_step", "fit", "plot_fit", "vocabulary")
ANSWER = "def predict(x, a):\n    return x @ a"
IN_CHECKS = "Your answer stood in the locked cell of checks; it has been graded."
NOT_MEANT = "The cell that was graded is not the one meant for {0}, but it defines it."
SEVERAL = "Several cells define {0}; the last definition is the one that was graded."


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return Lesson.load()


@pytest.fixture(scope="module")
def maker(lesson: Lesson) -> Maker:
    return Maker(lesson)


@pytest.fixture
def open_(tmp_path: Path, lesson: Lesson) -> Open:
    """Read a hand-in with this content."""

    def opened(content: str | bytes | Notebook) -> HandIn:
        path = tmp_path / "sgd.ipynb"
        text = json.dumps(content) if isinstance(content, dict) else content
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path, lesson)

    return opened


def cell(notebook: Notebook, name: str) -> Cell:
    """The cell of this grade_id."""
    found: Cell = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )
    return found


def code(source: Any, **more: Any) -> Cell:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **more}


def meant(handin: HandIn, name: str) -> str:
    """The source of the last code cell that defines `name`: what the name means once the notebook has run."""
    pattern = re.compile(rf"^(def {name}\(|{name} *=)", re.MULTILINE)
    return str([cell["source"] for cell in handin.code if pattern.search(cell["source"])][-1])


def assert_whole(handin: HandIn, lesson: Lesson) -> None:
    """The notebook is valid, and what the lesson owns is in it once, as it was released."""
    notebook = handin.notebook
    nbformat.validate(nbformat.from_dict(notebook))
    assert handin.unreadable is None
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"] == lesson.notebook["metadata"]
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    for name in (task.checks_id for task in lesson.tasks):
        (checks,) = [cell for cell in notebook["cells"] if grade_id(cell) == name]
        released = lesson.cells[name]
        assert (checks["cell_type"], checks["source"]) == ("code", released["source"])
        assert checks["metadata"] == released["metadata"]
        assert checks["outputs"] == []
        assert [cell["source"] for cell in notebook["cells"]].count(released["source"]) == 1
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            assert cell["metadata"] == lesson.cells[grade_id(cell) or ""]["metadata"]
        else:
            assert set(cell["metadata"]) <= {KEY}


def test_a_sound_notebook_is_taken_as_it_is(open_: Open, maker: Maker, lesson: Lesson) -> None:
    handin = open_(maker.text())
    assert_whole(handin, lesson)
    assert handin.notes == {}
    sources = [(cell["cell_type"], cell["source"]) for cell in json.loads(maker.text())["cells"]]
    assert [(cell["cell_type"], cell["source"]) for cell in handin.notebook["cells"]] == sources
    assert [grade_id(cell) for cell in handin.code if grade_id(cell)] == list(IDS)
    for task in lesson.tasks:
        assert grade_id(handin.code[handin.solution(task.id) or 0]) == task.id


LOCKED: dict[str, dict[str, Any]] = {
    "deleted": {"delete": ["mse-checks"]},
    "all deleted": {"delete": [f"{name}-checks" for name in IDS]},
    "duplicated": {"duplicate": ["mse-checks", "vocabulary-checks"]},
    "emptied": {"edit": {"mse-checks": ""}},
    "made to pass": {"edit": {"mse-checks": "pass"}},
    "made to pass twice": {"edit": {"mse-checks": "pass"}, "duplicate": ["mse-checks"]},
    "broken": {"edit": {"mse-checks": "assert ("}},
    "renamed": {"rename": {"mse-checks": "mine"}},
    "renamed as other checks": {"rename": {"mse-checks": "fit-checks"}},
    "renamed as unknown checks": {"rename": {"mse-checks": "mine-checks"}},
}


@pytest.mark.parametrize("damage", LOCKED.values(), ids=LOCKED)
def test_locked_cells_are_restored_behind_their_answers(
    open_: Open, maker: Maker, lesson: Lesson, damage: dict[str, Any]
) -> None:
    handin = open_(maker.text(**damage))
    assert_whole(handin, lesson)
    assert handin.notes == {}
    marked = [grade_id(cell) for cell in handin.notebook["cells"] if grade_id(cell)]
    assert marked == list(lesson.cells)


def test_a_locked_cell_that_lost_its_mark_and_was_edited_stays_as_the_students_own(
    open_: Open, maker: Maker, lesson: Lesson
) -> None:
    handin = open_(maker.text(rename={"mse-checks": "mine"}, edit={"mse-checks": "print('mine')"}))
    assert_whole(handin, lesson)
    assert "print('mine')" in [cell["source"] for cell in handin.code]


@pytest.mark.parametrize("place", ["predict-checks", "mse-checks", "mine-checks"])
def test_an_answer_in_a_locked_cell_is_graded(open_: Open, maker: Maker, lesson: Lesson, place: str) -> None:
    damage = {"edit": {place: ANSWER}} if place != "mine-checks" else {}
    notebook = json.loads(maker.text("blank", **damage))
    if place == "mine-checks":
        notebook["cells"].append(code(ANSWER, metadata={"nbgrader": {"grade_id": place}}))
    handin = open_(notebook)
    assert_whole(handin, lesson)
    assert meant(handin, "predict") == ANSWER
    assert handin.notes == {"predict": IN_CHECKS}


def test_a_helper_in_a_locked_cell_is_kept(open_: Open, maker: Maker, lesson: Lesson) -> None:
    handin = open_(maker.text(edit={"predict-checks": "def helper(x):\n    return 2 * x"}))
    assert_whole(handin, lesson)
    assert meant(handin, "helper") == "def helper(x):\n    return 2 * x"


def test_of_a_duplicated_answer_the_last_counts(open_: Open, maker: Maker, lesson: Lesson) -> None:
    notebook = json.loads(maker.text("blank", duplicate=["predict"]))
    [first, last] = [cell for cell in notebook["cells"] if cell["source"].startswith("def predict")]
    last["source"] = ANSWER
    handin = open_(notebook)
    assert_whole(handin, lesson)
    assert handin.code[handin.solution("predict") or 0]["source"] == meant(handin, "predict") == ANSWER
    assert first["source"] in [cell["source"] for cell in handin.code]
    assert handin.notes == {"predict": SEVERAL.format("predict")}


ELSEWHERE: dict[str, tuple[dict[str, Any], str]] = {
    "the stub is still there": ({"start": "blank"}, SEVERAL),
    "its own cell is empty": ({"answers": {"predict": "# see below"}}, NOT_MEANT),
    "its own cell is deleted": ({"delete": ["predict"]}, NOT_MEANT),
    "it and its checks are deleted": ({"delete": ["predict", "predict-checks"]}, NOT_MEANT),
}


@pytest.mark.parametrize(("damage", "note"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_answer_in_another_cell_is_graded_with_a_note(
    open_: Open, maker: Maker, lesson: Lesson, damage: dict[str, Any], note: str
) -> None:
    handin = open_(maker.text(**damage, append=[ANSWER]))
    assert_whole(handin, lesson)
    assert meant(handin, "predict") == ANSWER
    assert handin.notes == {"predict": note.format("predict")}


def test_stripped_metadata_are_put_back_with_a_note(open_: Open, maker: Maker, lesson: Lesson) -> None:
    handin = open_(maker.text(strip=True))
    assert_whole(handin, lesson)
    assert [grade_id(cell) for cell in handin.notebook["cells"] if grade_id(cell)] == list(lesson.cells)
    assert handin.notes == {name: NOT_MEANT.format(name) for name in IDS}


@pytest.mark.parametrize(
    "rename", [{"predict": "mine"}, {"predict": "mse"}, {"predict": "mse", "mse": "predict"}, {"predict": ""}], ids=str
)
def test_an_answer_of_another_grade_id_is_graded_with_a_note(
    open_: Open, maker: Maker, lesson: Lesson, rename: dict[str, str]
) -> None:
    handin = open_(maker.text(answers={"predict": ANSWER}, rename=rename))
    assert_whole(handin, lesson)
    assert handin.code[handin.solution("predict") or 0]["source"] == ANSWER
    assert handin.code[handin.solution("mse") or 0]["source"].startswith("def mse")
    assert handin.notes["predict"] == NOT_MEANT.format("predict")


@pytest.mark.parametrize(
    "magic", ["%%time", "%matplotlib inline", "!pip install torch", "  %timeit 1", "help me please"]
)
def test_an_answer_among_magics_or_broken_lines_is_found(open_: Open, maker: Maker, lesson: Lesson, magic: str) -> None:
    handin = open_(maker.text(answers={"predict": f"{magic}\n{ANSWER}"}, strip=True))
    assert_whole(handin, lesson)
    assert handin.code[handin.solution("predict") or 0]["source"] == f"{magic}\n{ANSWER}"


def test_one_cell_may_answer_two_exercises_and_stays_that_of_its_own(open_: Open, maker: Maker, lesson: Lesson) -> None:
    both = f"{ANSWER}\n\ndef mse(y_hat, y):\n    return ((y_hat - y) ** 2).mean()"
    handin = open_(maker.text(answers={"predict": both}, delete=["mse"]))
    assert_whole(handin, lesson)
    assert meant(handin, "mse") == both
    index = handin.solution("predict")
    assert index is not None
    assert handin.code[index]["source"] == both


def test_without_an_answer_there_is_no_solution_and_the_checks_stay_in_order(
    open_: Open, maker: Maker, lesson: Lesson
) -> None:
    handin = open_(maker.text(delete=["mse", "fit"]))
    assert_whole(handin, lesson)
    assert (handin.solution("mse"), handin.solution("fit")) == (None, None)
    checks = [grade_id(cell) for cell in handin.notebook["cells"] if str(grade_id(cell)).endswith("-checks")]
    assert checks == [f"{name}-checks" for name in IDS]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("name", ["mse", "mse-checks"])
def test_cells_that_were_turned_into_text_are_code_again(
    open_: Open, maker: Maker, lesson: Lesson, name: str, kind: str
) -> None:
    notebook = json.loads(maker.text())
    turned = cell(notebook, name)
    turned["cell_type"] = kind
    del turned["outputs"], turned["execution_count"]
    handin = open_(notebook)
    assert_whole(handin, lesson)
    assert handin.code[handin.solution("mse") or 0]["source"] == cell(notebook, "mse")["source"]
    assert handin.notes == {}


def test_a_stub_that_was_turned_into_text_does_not_undo_the_answer_before_it(open_: Open, maker: Maker) -> None:
    notebook = json.loads(maker.text("blank", insert=[ANSWER]))
    cell(notebook, "predict")["cell_type"] = "markdown"
    assert meant(open_(notebook), "predict") == ANSWER


def forge(notebook: Notebook) -> None:
    cell(notebook, "mse-checks")["metadata"]["nbgrader"].update(points=999, locked=False, solution=True, grade=False)
    cell(notebook, "mse")["metadata"]["nbgrader"].update(points=999, locked=True, grade=True, solution=False)
    flags = {"grade_id": "bonus", "points": 999, "grade": True, "locked": False, "solution": True, "schema_version": 3}
    notebook["cells"].append(code("print('bonus')", metadata={"nbgrader": flags}))


def forge_output(notebook: Notebook) -> None:
    full = {"output_type": "execute_result", "data": {"text/plain": "999.0"}, "metadata": {}, "execution_count": 1}
    for name in ("mse", "mse-checks"):
        cell(notebook, name)["outputs"] = [full]


def odd_sources(notebook: Notebook) -> None:
    for each in notebook["cells"]:
        each["source"] = each["source"].splitlines(keepends=True)
    cell(notebook, "mse")["source"].append(None)
    notebook["cells"] += [code(None), code(5), code(["\ud800", 3, {}]), code("\ud800"), {"cell_type": "code"}]


def odd_metadata(notebook: Notebook) -> None:
    odd: list[Any] = [3, None, "x", [], {"grade_id": 5}, {"grade_id": ["mse"]}, {"grade_id": None}, {}]
    notebook["cells"] += [code("1", metadata={"nbgrader": marks}) for marks in odd]
    untyped: list[Any] = [None, 3, "x", []]
    notebook["cells"] += [code("1", metadata=metadata) for metadata in untyped]


def odd_cells(notebook: Notebook) -> None:
    notebook["cells"][3:3] = [None, 5, "cell", [], {}, {"cell_type": "heading", "source": "x"}, {"cell_type": ["code"]}]


def odd_ids(notebook: Notebook) -> None:
    for index, each in enumerate(notebook["cells"]):
        each["id"] = [None, 5, "", "same", "a b/c", "x" * 99][index % 6]


def tags(notebook: Notebook) -> None:
    for each in notebook["cells"]:
        each["metadata"].update(tags=["skip-execution", "raises-exception"], collapsed=True, editable=True)


def without(*keys: str) -> Callable[[Notebook], None]:
    def drop(notebook: Notebook) -> None:
        for each in [notebook, *notebook["cells"]]:
            for key in keys:
                each.pop(key, None)

    return drop


def setting(**values: Any) -> Callable[[Notebook], None]:
    return lambda notebook: notebook.update(values)


ODD: dict[str, Callable[[Notebook], None]] = {
    "forged flags": forge, "forged outputs": forge_output, "tags": tags, "sources": odd_sources,
    "cell metadata": odd_metadata, "cells": odd_cells, "ids": odd_ids, "no ids": without("id"),
    "no outputs": without("outputs", "execution_count"), "no minor version": without("nbformat_minor"),
    "minor version of the future": setting(nbformat_minor=99), "minor version of the past": setting(nbformat_minor=0),
    "minor version that is a text": setting(nbformat_minor="5"), "further keys": setting(future={"a": 1}),
    "foreign kernel": setting(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}),
    "no metadata": setting(metadata=None), "metadata that are a list": setting(metadata=[1]),
}  # fmt: skip


@pytest.mark.parametrize("damage", ODD.values(), ids=ODD)
def test_oddities_of_the_format_are_repaired_without_a_word(
    open_: Open, maker: Maker, lesson: Lesson, damage: Callable[[Notebook], None]
) -> None:
    notebook = json.loads(maker.text())
    damage(notebook)
    handin = open_(notebook)
    assert_whole(handin, lesson)
    assert handin.notes == {}
    solved = open_(maker.text())
    for name in IDS:
        assert meant(handin, name) == meant(solved, name)


@pytest.mark.parametrize("marks", [3, None, "mse", [], {"grade_id": 5}, {}], ids=str)
def test_an_answer_whose_marks_are_of_an_odd_type_is_found(
    open_: Open, maker: Maker, lesson: Lesson, marks: Any
) -> None:
    notebook = json.loads(maker.text())
    cell(notebook, "mse")["metadata"]["nbgrader"] = marks
    handin = open_(notebook)
    assert_whole(handin, lesson)
    assert handin.code[handin.solution("mse") or 0]["source"] == meant(handin, "mse")
    assert handin.notes == {"mse": NOT_MEANT.format("mse")}


@pytest.mark.parametrize("version", [2, 3])
def test_a_notebook_of_an_old_format_is_read(open_: Open, maker: Maker, lesson: Lesson, version: int) -> None:
    cells = [
        {
            "cell_type": "code",
            "input": each["source"],
            "language": "python",
            "outputs": [],
            "metadata": each["metadata"],
        }
        if each["cell_type"] == "code"
        else {"cell_type": "markdown", "source": each["source"], "metadata": {}}
        for each in json.loads(maker.text())["cells"]
    ]
    worksheets = [{"cells": cells, "metadata": {}}]
    handin = open_({"nbformat": version, "nbformat_minor": 0, "metadata": {"name": "sgd"}, "worksheets": worksheets})
    assert_whole(handin, lesson)
    assert [cell["source"] for cell in handin.code] == [cell["source"] for cell in open_(maker.text()).code]


def test_a_byte_order_mark_is_no_obstacle(open_: Open, maker: Maker, lesson: Lesson) -> None:
    handin = open_("\ufeff" + maker.text())
    assert_whole(handin, lesson)


HOSTILE = [
    "(" * 5000,
    "-" * 100_000 + "1",
    "1" + "+1" * 50_000,
    "x = " + "9" * 5000,
    "\0",
    "if x:\n" * 200,
    "def f(:\n",
]


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: ascii(source)[:20])
def test_a_cell_that_no_parser_can_read_is_kept(open_: Open, maker: Maker, lesson: Lesson, source: str) -> None:
    handin = open_(maker.text(append=[source]))
    assert_whole(handin, lesson)
    assert handin.code[-1]["source"] == source


NOT_JSON = "the file is not JSON, so it is no Jupyter notebook: hand in the .ipynb file itself"
EMPTY = "the file is empty: save the notebook, and hand in the .ipynb file again"
DEEP = "the file is nested too deeply to be a notebook: hand in the .ipynb file itself"
NO_FORMAT = "the file is not a Jupyter notebook: it is JSON, but has no nbformat"
OTHER = "the notebook is not that of assignment 'sgd': none of its exercises is in it"
FUTURE = "the notebook is in format {}, newer than this kit reads: save it as format 4"
OLD = "the notebook's old format {} cannot be read: "
UNREADABLE: list[tuple[str | bytes, str]] = [
    ("", EMPTY), ("#!/usr/bin/env python\ndef predict(x, a): ...", NOT_JSON), ('{"nbformat": 4, "cells": [', NOT_JSON),
    (b"\x89PNG\r\n\x1a\n", NOT_JSON), (b"PK\x03\x04", NOT_JSON), ("[" * 100_000, DEEP),
    ('{"nbformat": ' + "9" * 5000 + "}", NOT_JSON),
    ("[]", NO_FORMAT), ("null", NO_FORMAT), ("3", NO_FORMAT), ("{}", NO_FORMAT), ('{"nbformat": "4"}', NO_FORMAT),
    ('{"nbformat": null}', NO_FORMAT),
    ('{"nbformat": 5}', FUTURE.format(5)), ('{"nbformat": 99, "cells": 1}', FUTURE.format(99)),
    ('{"nbformat": 4}', OTHER), ('{"nbformat": 4, "cells": {}}', OTHER), ('{"nbformat": 4, "cells": [1, null]}', OTHER),
    (json.dumps({"nbformat": 4, "cells": [code("print(1)"), {"cell_type": "markdown", "source": ANSWER}]}), OTHER),
    ('{"nbformat": 3}', OLD.format(3)), ('{"nbformat": 2, "worksheets": 5}', OLD.format(2)),
    ('{"nbformat": 0}', OLD.format(0)), ('{"nbformat": -1}', OLD.format(-1)),
    ('{"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [5]}]}', OLD.format(3)),
]  # fmt: skip


@pytest.mark.parametrize(("content", "why"), UNREADABLE, ids=[ascii(content)[:30] for content, _ in UNREADABLE])
def test_what_is_not_the_notebook_is_refused_in_one_line(
    open_: Open, lesson: Lesson, content: str | bytes, why: str
) -> None:
    handin = open_(content)
    reason = handin.unreadable or ""
    assert reason == why or (why.endswith(": ") and reason.startswith(why) and reason != why)
    assert "\n" not in reason
    assert (handin.notebook, handin.notes) == (lesson.notebook, {})
    assert handin.at_home and handin.at_home.startswith(reason.partition(":")[0])
    assert "hand in" not in handin.at_home and "\n" not in handin.at_home, "a reader hands nothing in"
    assert handin.partial == (why in (NOT_JSON, EMPTY)), "what is no JSON may become a notebook yet"


def test_what_was_read_is_what_the_digest_is_of(
    tmp_path: Path, lesson: Lesson, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sgd.ipynb"
    path.write_text(maker.text())
    before = digest(path)

    def saved_meanwhile(content: bytes) -> dict[str, Any]:
        path.write_text("{")
        return parsed(content)

    monkeypatch.setattr("autograder.handin.handin.parsed", saved_meanwhile)
    assert read(path, lesson).digest == before != digest(path)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path, lesson: Lesson) -> None:
    path = tmp_path / "sgd.ipynb"
    path.touch()
    os.truncate(path, MAX_BYTES + 1)
    why = "the file is larger than 50 MiB: clear the outputs, save, and hand in again"
    assert read(path, lesson).unreadable == why
    assert read(path, lesson).at_home == "the file is larger than 50 MiB: clear the outputs, and save"


def test_a_missing_file_is_not_taken_for_a_damaged_one(tmp_path: Path, lesson: Lesson) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "sgd.ipynb", lesson)


@pytest.mark.parametrize("content", ["", None])
def test_what_becomes_of_a_hand_in_does_not_change_the_lesson(
    open_: Open, maker: Maker, lesson: Lesson, content: str | None
) -> None:
    before = json.dumps(lesson.notebook)
    handin = open_(maker.text() if content is None else content)
    for each in handin.notebook["cells"]:
        each["metadata"]["seen"] = each["outputs"] = ["changed"]
    handin.notebook["metadata"]["kernelspec"]["name"] = "changed"
    assert json.dumps(lesson.notebook) == before


def test_own_cells_run_also_where_somebody_works_in_the_released_file(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "sgd.ipynb"
    helper, answer = "def dot(x, a):\n    return x @ a", "def predict(x, a):\n    return dot(x, a)"
    path.write_text(maker.text(answers={"predict": answer}, insert=(helper,)), "utf-8")
    worked_on = dataclasses.replace(Lesson.load(), notebook=json.loads(path.read_text("utf-8")))
    assert helper in [cell["source"] for cell in read(path, worked_on).code]


TEXT = "# é, ü and “quotes” → ok"
ENCODED: dict[str, Callable[[str], bytes]] = {
    "with a mark at its head": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-32": lambda text: text.encode("utf-32"),
}


def kept(handin: HandIn) -> str:
    """The student's own cell."""
    return str(handin.code[1]["source"])


@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
def test_a_notebook_is_read_in_any_encoding(encode: Callable[[str], bytes], open_: Open, maker: Maker) -> None:
    notebook = json.loads(maker.text(insert=(TEXT,)))
    assert kept(open_(encode(json.dumps(notebook, ensure_ascii=False)))) == TEXT


def test_bytes_that_are_no_utf_8_are_those_of_windows_or_marks(open_: Open, maker: Maker) -> None:
    notebook = json.dumps(json.loads(maker.text(insert=("# here",), bare=True)))
    plain = notebook.encode()
    assert kept(open_(plain.replace(b"# here", b"# \xe9t\xe9 \x93x\x94"))) == "# été “x”"
    assert kept(open_(plain.replace(b"# here", "# été ".encode() + b"\xe9"))) == "# été \ufffd"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \n", EMPTY),
        ("[" * 100_000, DEEP),
        ("<html>", NOT_JSON),
    ],
)
def test_what_is_no_notebook_is_refused_with_what_is_true_of_it(text: str, why: str, open_: Open) -> None:
    assert open_(text).unreadable == why


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_of_a_merge_conflict_are_told_with_their_line(end: str, open_: Open, maker: Maker) -> None:
    lines = json.dumps(json.loads(maker.text()), indent=1).splitlines()
    lines[4:5] = ["<<<<<<< HEAD", lines[4], "=======", lines[4], ">>>>>>> main"]
    assert open_(end.join(lines)).unreadable == (
        "git has left the mark <<<<<<< of a merge conflict in line 5 of the file, so it is no notebook any more: choose one "
        "of the two versions, and hand in again"
    )


def test_oddities_of_json_and_of_cells_cost_nothing(open_: Open, maker: Maker, lesson: Lesson) -> None:
    notebook = json.loads(maker.text())
    notebook["cells"][1:1] = [
        {"cell_type": "code"},
        {"cell_type": "markdown", "source": ["a", "b"]},
        {"cell_type": "new"},
        None,
        3,
    ]
    text = json.dumps(notebook).replace('"nbformat_minor": 5', '"x": NaN, "y": -Infinity, "nbformat": 3, "nbformat": 4')
    assert_whole(open_(text), lesson)
