"""A reader's own copy: made without overwriting anything, found where it may be, and reset one answer at a time."""

from __future__ import annotations

import dataclasses
import errno
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.basics.kit import KIT
from autograder.learning.workbook import NoWorkbook, Workbook, released, start
from autograder.lesson.manifest import Lesson
from tests.sample_class import Maker

SUM = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"


@pytest.fixture
def work(tmp_path: Path, maker: Maker) -> Workbook:
    path = tmp_path / "sgd.ipynb"
    path.write_text(maker.text(answers={"mse": SUM}), "utf-8")
    return Workbook(path)


def sources(work: Workbook) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(work.path.read_text("utf-8"))["cells"]]


def worked_on(lesson: Lesson) -> Lesson:
    """The lesson of a clone in whose `exercises/` somebody has written an answer, and a cell of their own."""
    notebook: dict[str, Any] = json.loads(json.dumps(lesson.notebook))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mse":
            cell["source"] = SUM
    return dataclasses.replace(lesson, notebook=notebook)


def test_a_fresh_copy_is_the_released_notebook(tmp_path: Path, lesson: Lesson) -> None:
    made = start(tmp_path / "my" / "course", lesson)
    assert made.path == tmp_path / "my" / "course" / "sgd.ipynb"
    assert made.path.read_bytes() == (KIT / "exercises" / "sgd" / "sgd.ipynb").read_bytes()


def test_nothing_is_overwritten(tmp_path: Path, lesson: Lesson) -> None:
    (tmp_path / "sgd.ipynb").write_text("a week's work")
    with pytest.raises(NoWorkbook) as refused:
        start(tmp_path, lesson)
    assert str(refused.value) == (
        f"{tmp_path}/sgd.ipynb is there already, and stays as it is: go on with it, or name another folder"
    )
    assert (tmp_path / "sgd.ipynb").read_text() == "a week's work"


def test_a_folder_that_cannot_be_made(tmp_path: Path, lesson: Lesson) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoWorkbook) as refused:
        start(tmp_path / "file", lesson)
    assert str(refused.value) == f"no copy can be put into {tmp_path}/file: File exists; name another folder"


def test_a_copy_is_fresh_also_where_somebody_worked_in_the_kits_own(tmp_path: Path, lesson: Lesson) -> None:
    used = worked_on(lesson)
    assert (lesson.untouched, used.untouched) == (True, False)
    made = start(tmp_path / "copy", used)
    assert made.path.read_bytes() == (KIT / "exercises" / "sgd" / "sgd.ipynb").read_bytes()
    assert released(used).cells["mse"]["source"] == lesson.cells["mse"]["source"]


@pytest.mark.parametrize("place", ["sgd.ipynb", "sgd/sgd.ipynb", "exercises/sgd/sgd.ipynb"])
def test_a_notebook_is_found_in_its_folder_or_above(place: str, tmp_path: Path) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert Workbook.find(tmp_path, ["sgd"]).path == path
    assert Workbook.find(path, ["sgd"]).path == path
    assert Workbook.find(path, ["sgd"]).progress == path.parent / "progress.json"


def test_a_notebook_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoWorkbook) as missing:
        Workbook.find(tmp_path, ["sgd"])
    assert str(missing.value) == (
        f"there is no sgd.ipynb at {tmp_path}: `autograder start` makes you a copy, or say where yours is"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoWorkbook, match=r"^there is no sgd.ipynb here: "):
        Workbook.find(Path("."), ["sgd"])


def test_reset_puts_one_stub_back_and_the_answer_aside(work: Workbook, lesson: Lesson) -> None:
    before = sources(work)
    changed, aside = work.reset("mse", lesson)
    assert changed and aside == work.path.parent / "set-aside" / "mse-1.py"
    assert aside.read_text("utf-8") == SUM + "\n"
    differing = [(old, new) for old, new in zip(before, sources(work), strict=True) if old != new]
    assert differing == [(SUM, lesson.cells["mse"]["source"])]


def test_a_second_answer_is_put_beside_the_first(work: Workbook, lesson: Lesson, maker: Maker) -> None:
    work.reset("mse", lesson)
    work.path.write_text(maker.text(answers={"mse": SUM + "  # again"}), "utf-8")
    assert work.reset("mse", lesson).aside == work.path.parent / "set-aside" / "mse-2.py"
    assert (work.path.parent / "set-aside" / "mse-1.py").read_text("utf-8") == SUM + "\n"


def test_a_stub_need_not_be_reset(work: Workbook, lesson: Lesson) -> None:
    work.reset("mse", lesson)
    text = work.path.read_text("utf-8")
    assert work.reset("mse", lesson) == (False, None)
    assert work.path.read_text("utf-8") == text and not (work.path.parent / "set-aside" / "mse-2.py").exists()


def test_an_answer_in_a_cell_of_ones_own_is_reset_there(work: Workbook, lesson: Lesson, maker: Maker) -> None:
    work.path.write_text(maker.text(delete=("mse",), append=(SUM,)), "utf-8")
    assert work.reset("mse", lesson).aside is not None
    assert sources(work)[-1] == lesson.cells["mse"]["source"] and SUM not in sources(work)


EXERCISES = ("predict", "mse", "gradient", "sgd_step", "fit", "plot_fit", "vocabulary")


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("more", ["", "-checks", "its neighbours", "every mark of nbgrader's"])
def test_an_exercise_that_was_deleted_comes_back_at_its_place(
    exercise: str, more: str, work: Workbook, lesson: Lesson
) -> None:
    notebook = json.loads(json.dumps(lesson.notebook))
    cells = notebook["cells"]
    place = [cell["id"] for cell in cells].index(exercise)
    gone = {"": [place], "-checks": [place, place + 1], "its neighbours": range(place - 2, place + 3)}
    notebook["cells"] = [cell for number, cell in enumerate(cells) if number not in gone.get(more, [place])]
    if more.startswith("every"):
        for cell in notebook["cells"]:
            cell["metadata"] = {}
    work.path.write_text(json.dumps(notebook), "utf-8")
    kept = sources(work)
    assert work.reset(exercise, lesson) == (True, None)
    found = sources(work)
    found.remove(lesson.cells[exercise]["source"])
    assert found == kept, "all else stays where it was"
    order = {cell["source"]: number for number, cell in enumerate(cells)}
    assert [order[source] for source in sources(work)] == sorted(order[source] for source in sources(work))
    assert work.reset(exercise, lesson) == (False, None)


def test_a_cell_comes_back_without_an_id_where_cells_have_none(work: Workbook, lesson: Lesson, maker: Maker) -> None:
    notebook = json.loads(maker.text(delete=("mse",)))
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        cell.pop("id", None)
    work.path.write_text(json.dumps(notebook), "utf-8")
    assert work.reset("mse", lesson).changed
    nbformat.validate(nbformat.read(work.path, as_version=nbformat.NO_CONVERT))


def test_a_notebook_in_an_old_format_is_reset_in_the_new_one(work: Workbook, lesson: Lesson) -> None:
    cell = {"cell_type": "code", "language": "python", "input": SUM, "outputs": [], "metadata": {}}
    text = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]})
    work.path.write_text(text, "utf-8")
    assert work.reset("mse", lesson).changed
    found = nbformat.read(work.path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(found)
    assert found.nbformat == 4 and SUM not in [cell.source for cell in found.cells]


def full(path: Path, content: bytes) -> int:
    """A disk on which half of it has room."""
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
    raise OSError(errno.ENOSPC, "No space left on device", str(path))


def test_on_a_full_disk_the_notebook_stays_whole(
    work: Workbook, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in work.path.parent.rglob("*") if path.is_file()}
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NoWorkbook) as refused:
        work.reset("mse", lesson)
    assert str(refused.value) == f"{work.path} cannot be written, and stays as it is: No space left on device"
    with pytest.raises(NoWorkbook) as refused:
        start(work.path.parent / "copy", lesson)
    assert str(refused.value) == (
        f"no copy can be put into {work.path.parent}/copy: No space left on device; name another folder"
    )
    assert {path: path.read_bytes() for path in work.path.parent.rglob("*") if path.is_file()} == before


def test_no_old_answer_is_left_aside_of_a_reset_that_failed(
    work: Workbook, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes = Path.write_bytes
    monkeypatch.setattr(
        Path, "write_bytes", lambda path, content: (full if "sgd.ipynb" in path.name else write_bytes)(path, content)
    )
    with pytest.raises(NoWorkbook, match="cannot be written, and stays as it is"):
        work.reset("mse", lesson)
    assert [path.name for path in work.path.parent.rglob("*") if path.is_file()] == ["sgd.ipynb"]


def test_a_link_is_written_through_and_a_mode_is_kept(tmp_path: Path, lesson: Lesson, maker: Maker) -> None:
    target, link = tmp_path / "drive" / "mine.ipynb", tmp_path / "sgd.ipynb"
    target.parent.mkdir()
    target.write_text(maker.text(answers={"mse": SUM}), "utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    Workbook(link).reset("mse", lesson)
    assert link.is_symlink() and target.stat().st_mode & 0o777 == 0o640
    assert SUM not in sources(Workbook(target)) and [path.name for path in target.parent.iterdir()] == ["mine.ipynb"]


def test_what_is_no_notebook_stays_as_it_is(work: Workbook, lesson: Lesson) -> None:
    work.path.write_text("def mse")
    with pytest.raises(NoWorkbook, match=r"sgd.ipynb cannot be read: the file is not JSON"):
        work.reset("mse", lesson)
    assert work.path.read_text() == "def mse"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_what_can_be_checked_can_be_reset(encoding: str, work: Workbook, lesson: Lesson) -> None:
    notebook = json.loads(work.path.read_text("utf-8"))
    notebook["cells"] += [{"cell_type": "code"}, {"cell_type": "markdown", "source": "é", "attachments": {"a.png": {}}}]
    notebook["metadata"]["mine"] = float("nan")
    work.path.write_bytes(json.dumps(notebook, ensure_ascii=False).replace("→", "").encode(encoding, "ignore"))
    assert work.reset("mse", lesson).changed
    found = json.loads(work.path.read_text("utf-8"))
    assert found["metadata"]["mine"] is None
    assert found["cells"][-1]["attachments"] == {"a.png": {}} and "".join(found["cells"][-1]["source"]) == "é"
    assert not any(SUM.splitlines()[-1] in "".join(cell["source"]) for cell in found["cells"])
