"""A reader's own copy of the notebook: how one is made and found, and how one answer goes back to its stub."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from autograder.basics.files import write
from autograder.basics.refused import Refused
from autograder.handin import handin
from autograder.handin.notebook import Unreadable, parse
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
        path: the notebook's file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

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
        return self.path.with_name(PROGRESS)

    def reset(self, exercise: str, lesson: Lesson) -> Reset:
        """Put the exercise's stub back, where its answer stands, or at the end if it has none.

        Raises:
            NoWorkbook: the notebook cannot be read.
        """
        import nbformat  # slow to import

        with warnings.catch_warnings(action="ignore"):  # about cells without an id
            try:
                parse(self.path)  # says what is the matter in words
                notebook = nbformat.read(self.path, as_version=nbformat.NO_CONVERT)
            except (OSError, ValueError, Unreadable) as error:
                raise NoWorkbook(f"{self.path} cannot be read: {error}") from None
            done = self._reset(notebook, exercise, lesson)
            if done.changed:
                write(self.path, nbformat.writes(notebook) + "\n")
        return done

    def _reset(self, notebook: Any, exercise: str, lesson: Lesson) -> Reset:
        from nbformat import from_dict

        stub, place = released(lesson)[exercise], handin.places(notebook.cells, lesson).get(exercise)
        if place is None:
            notebook.cells.append(from_dict(stub))
            return Reset(True, None)
        cell = notebook.cells[place]
        if cell.source.strip() == stub["source"].strip():
            return Reset(False, None)
        aside = self._set_aside(exercise, cell.source)
        cell.update({key: stub[key] for key in stub if key != "id"})
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
                    folder.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, folder / file.name)
    except OSError as error:
        raise NoWorkbook(f"no copy can be put into {folder}: {error.strerror}; name another folder") from None
    return Workbook(path)


def released(lesson: Lesson) -> dict[str, Cell]:
    """The cells as they were released, by grade_id, also if somebody has worked on the kit's own copy."""
    if lesson.untouched:
        return lesson.cells
    with tempfile.TemporaryDirectory() as temporary:
        notebook = json.loads(fresh(lesson, Path(temporary)).read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return dataclasses.replace(lesson, notebook=notebook).cells
