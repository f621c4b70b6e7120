"""Which student somebody is that an archive names: one of the class, or a new one, or nobody that is known."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from autograder.classroom import names
from autograder.classroom.roster import Person, Roster
from autograder.classroom.submitted import alike
from autograder.intake.labels import composed
from autograder.intake.programs import Who

RENAME = "name the file or its folder after the student"
SEPARATORS = "/\\"  # of paths


@dataclass(frozen=True)
class Student:
    """Whose a hand-in is.

    Attributes:
        id: the name of their folder; "" if nobody knows whose it is.
        note: why nobody does, or what else there is to say.
    """

    id: str
    note: str = ""


@dataclass(frozen=True)
class Class:
    """Those that the roster has, and the ids that there are folders for."""

    roster: Roster
    folders: tuple[str, ...] = ()

    def students(self, who: tuple[Who, ...]) -> list[Student]:
        """Whose a hand-in of these people, or of this group, is."""
        if not who:
            return [Student("", f"nobody is named: {RENAME}")]
        found = [student for one in who for student in self._students(one)]
        return [one for place, one in enumerate(found) if one.id not in [other.id for other in found[:place]]]

    def knows(self, name: str) -> bool:
        """Whether somebody of the class has this name, or is called so by a program."""
        return bool(name) and (self.roster.find(name) or self._named(name)) is not None

    def _students(self, who: Who) -> list[Student]:
        by_key, by_name = self.roster.find(*who.keys), self._named(who.name)
        if by_key and by_name and by_key != by_name:
            return [self._doubtful(who, by_key, f"{names.shown(who.name)} is {by_name.id}")]
        group = [] if by_name or who.plain else self._group(who.name)
        if group and (by_key is None or by_key in group):
            return [self._fit(one.id, f"of the group {names.shown(who.name)}") for one in group]
        called = by_key and not by_name and not who.plain and self._called(by_key, who.name)
        if by_key and called and not set(map(alike, by_key.keys)) & set(map(alike, who.keys)) and who.keys[0].isdigit():
            return [self._doubtful(who, by_key, called)]  # it is a number of another program's
        if person := by_key or by_name:
            return [self._fit(person.id, called or "")]
        if number := len(self._namesakes(who.name)):
            return [Student("", f"{number} of the class are called {names.shown(who.name)}: {RENAME}, by id")]
        return [self._new(who)]

    def _doubtful(self, who: Who, person: Person, but: str) -> Student:
        return Student("", f"{names.shown(who.keys[0])} is {person.id} in the class, but {but}: {RENAME}, by id")

    def _called(self, person: Person, name: str) -> str:
        """That an archive has another name for somebody."""
        return f"called {names.shown(name)} there" if name and person not in self._namesakes(name) else ""

    def _group(self, name: str) -> list[Person]:
        sections = {one: map(_mashed, re.split(r"[,;]", one.section)) for one in self.roster}
        return [one for one, found in sections.items() if _mashed(name) and _mashed(name) in found]

    def _new(self, who: Who) -> Student:
        """Somebody that the class does not have: as the archive calls them, if that can be an id."""
        id_ = composed(who.folder).strip()
        if not id_:
            return Student("", f"nobody is named: {RENAME}")
        if alike(id_) in map(alike, (one.id for one in self.roster)):
            return Student("", f"{names.shown(id_)} means several of the class: {RENAME}, by id")
        return self._fit(self._spelled.get(alike(id_), id_), "not in students.csv" if len(self.roster) else "")

    def _fit(self, id_: str, note: str) -> Student:
        """The student of this id, if a folder can be called so."""
        if names.fault(id_) or set(id_) & set(SEPARATORS):
            return Student("", f"{names.shown(id_)} can be no student's id: {RENAME}")
        return Student(id_, note)

    def _named(self, name: str) -> Person | None:
        """Who is called that, also where blanks and signs are left out of it."""
        if not name:
            return None
        found = self._namesakes(name)
        return self.roster.named(name) or (found[0] if len(found) == 1 else None)

    def _namesakes(self, name: str) -> list[Person]:
        """All that are called that."""
        return self._mashed.get(_mashed(name), [])

    @cached_property
    def _mashed(self) -> dict[str, list[Person]]:
        """The class by names of which only the letters are left, as Canvas writes them; in either order."""
        found: dict[str, list[Person]] = {}
        for one in self.roster:
            for name in {_mashed(one.first + one.last), _mashed(one.last + one.first)} - {""}:
                found.setdefault(name, []).append(one)
        return found

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """How ids that there are already are written: one that differs in case or accents' form is the same."""
        return {alike(id_): id_ for id_ in self.folders}


def _mashed(name: str) -> str:
    bare = "".join(one for one in unicodedata.normalize("NFKD", alike(name)) if not unicodedata.combining(one))
    return re.sub(r"[\W_]", "", bare)
