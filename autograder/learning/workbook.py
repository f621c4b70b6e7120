"""A reader's own copy of the notebook: how one is made and found, and how one answer goes back to its stub."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from autograder.basics.files import write
from autograder.basics.refused import Refused
from autograder.handin import handin
from autograder.handin.notebook import NBFORMAT_MINOR, Unreadable, content, grade_id, loaded
from autograder.learning import reading
from autograder.lesson import shelf
from autograder.lesson.manifest import Cell, Lesson
from autograder.lesson.release import fresh

PROGRESS = "progress.json"
ASIDE = "set-aside"


class NoWorkbook(Refused):
    """There is no notebook to work on, or it cannot be used; the text is one line that says what to do."""


class Reset(NamedTuple):
    """What a reset has done: whether anything, and the file that now holds the old answer, if there was one."""

    changed: bool
    aside: Path | None


class Workbook:
    """One reader's notebook.

    Attributes:
        path: the notebook's file, as the reader names it.
        file: the same wherever this process is: the current folder may be moved away, and another put in its place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.absolute()

    @classmethod
    def find(cls, where: Path, assignments: Sequence[str]) -> Workbook:
        """The notebook at `where`: the file itself, or an assignment's in that folder, or where `start` puts it.

        Raises:
            NoWorkbook: there is none, or there are several.
        """
        if where.is_file():
            return cls(where)
        found = [place for name in assignments if (place := cls._place(where, name))]
        if len(found) == 1:
            return cls(found[0])
        if found:
            raise NoWorkbook(f"there are several notebooks: say which one, {shelf.either(list(map(str, found)))}")
        name = shelf.either([f"{name}.ipynb" for name in assignments])
        said = "here" if where == Path() else f"at {where}"
        raise NoWorkbook(f"there is no {name} {said}: `autograder start` makes you a copy, or say where yours is")

    @staticmethod
    def _place(where: Path, assignment: str) -> Path | None:
        name = f"{assignment}.ipynb"
        places = (where / name, where / assignment / name, where / "exercises" / assignment / name)
        return next((place for place in places if place.is_file()), None)  # the last: in the kit's own folder

    @property
    def progress(self) -> Path:
        """The file that remembers progress, beside the notebook."""
        return self.file.with_name(PROGRESS)

    def reset(self, exercise: str, lesson: Lesson) -> Reset:
        """Put the exercise's stub back where its answer stands, or if it has no cell, where the lesson has it.

        Raises:
            NoWorkbook: the notebook cannot be read, or not be written. Then it is as it was.
        """
        import nbformat  # slow to import

        with warnings.catch_warnings(action="ignore"):  # about cells without an id
            try:
                found = reading.read(self.file, lesson)
                if found.at_home:
                    raise NoWorkbook(f"{self.path} cannot be read: {found.at_home}")
                notebook = nbformat.from_dict(loaded(content(self.file)))
            except (OSError, Unreadable) as error:
                raise NoWorkbook(f"{self.path} cannot be read: {why(error)}") from None
            return self._reset(notebook, exercise, lesson)

    def _reset(self, notebook: Any, exercise: str, lesson: Lesson) -> Reset:
        import nbformat

        lesson = released(lesson)
        stub, place = lesson.cells[exercise], handin.places(notebook.cells, lesson).get(exercise)
        old = None if place is None else notebook.cells[place].source
        if old is not None and old.strip() == stub["source"].strip():
            return Reset(False, None)
        if place is None:
            new = {key: stub[key] for key in stub if key != "id" or notebook.nbformat_minor >= NBFORMAT_MINOR}
            notebook.cells.insert(home(notebook.cells, exercise, lesson), nbformat.from_dict(new))
        else:
            notebook.cells[place].update({key: stub[key] for key in stub if key != "id"})
        aside = None
        try:
            aside = None if old is None else self._set_aside(exercise, old)
            write(self.file, nbformat.writes(notebook) + "\n")
        except OSError as error:
            if aside is not None:
                aside.unlink(missing_ok=True)
            raise NoWorkbook(f"{self.path} cannot be written, and stays as it is: {why(error)}") from None
        return Reset(True, aside)

    def _set_aside(self, exercise: str, source: str) -> Path:
        """Write an old answer to a new file."""
        number, folder = 1, self.path.with_name(ASIDE)
        while (path := folder / f"{exercise}-{number}.py").exists():
            number += 1
        write(path, source.rstrip() + "\n")
        return path


def start(folder: Path, lesson: Lesson) -> Workbook:
    """Put a fresh copy of the exercises into a folder, which is made if need be. Nothing is ever overwritten.

    Raises:
        NoWorkbook: there is such a notebook already, or the folder cannot be written to.
    """
    path = folder / f"{lesson.assignment}.ipynb"
    if path.exists():
        raise NoWorkbook(f"{path} is there already, and stays as it is: go on with it, or name another folder")
    try:
        with tempfile.TemporaryDirectory() as temporary:
            for file in filter(Path.is_file, fresh(lesson, Path(temporary)).parent.iterdir()):
                if file.name != PROGRESS and not (folder / file.name).exists():
                    write(folder / file.name, file.read_bytes())
    except OSError as error:
        raise NoWorkbook(f"no copy can be put into {folder}: {why(error)}; name another folder") from None
    return Workbook(path)


def released(lesson: Lesson) -> Lesson:
    """The lesson as it was released, also if somebody has worked on the kit's own copy."""
    if lesson.untouched:
        return lesson
    with tempfile.TemporaryDirectory() as temporary:
        notebook = json.loads(fresh(lesson, Path(temporary)).read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return dataclasses.replace(lesson, notebook=notebook)


def home(cells: Sequence[Any], exercise: str, lesson: Lesson) -> int:
    """Where the lesson has an exercise's cell: above its checks, or else behind what comes before."""
    ours = lesson.notebook["cells"]
    own = ours.index(lesson.cells[exercise])
    before, after = ours[:own], ours[own + 1 :]
    choices = [*((one, 0) for one in after[:1]), *((one, 1) for one in reversed(before)), *((one, 0) for one in after)]
    found = ((_place(one, cells), step) for one, step in choices)
    return next((place + step for place, step in found if place is not None), len(cells))


def _place(ours: Cell, cells: Sequence[Any]) -> int | None:
    """Where a cell of the lesson's is among a reader's, by its id for nbgrader or by its text."""
    name, text = grade_id(ours), ours["source"].strip()
    same = (
        place for place, cell in enumerate(cells) if (grade_id(cell) == name if name else cell.source.strip() == text)
    )
    return next(same, None)


def why(error: Exception) -> str:
    """What keeps a file from being read or written, in the system's words."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
