"""Who a page is for: the instructor, who sees who is meant, or the class, which must not be able to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from autograder.basics.kit import PACKAGE
from autograder.basics.text import brief, plain
from autograder.classroom import names
from autograder.lesson.manifest import Lesson
from autograder.overview.cover import Cover
from autograder.overview.members import Member

FEW = 3  # a group that is smaller may be told apart
LONGEST = 80  # characters of a name


class Who(NamedTuple):
    """A student on the instructor's page.

    Attributes:
        id: only where it says more than the name.
        page: the address of their feedback.
    """

    name: str
    id: str = ""
    page: str | None = None
    note: str = ""


class Group(NamedTuple):
    """Some students: how many, and who, if that may be said."""

    number: int
    people: tuple[Who, ...] = ()


class Reader:
    """The instructor."""

    least = 1  # of a group that is shown at all
    anonymous = False

    def __init__(self, members: Iterable[Member]) -> None:
        self._members = {member.id: member for member in members}

    def group(self, students: Iterable[str], notes: Mapping[str, str | None] | None = None) -> Group:
        """These students, with a note about some of them."""
        people = tuple(self._who(student, (notes or {}).get(student) or "") for student in students)
        return Group(len(people), people)

    def cover(self, lesson: Lesson) -> Cover:
        """What knows whether an answer says whose it is: that is nobody's business in either case."""
        return Cover(self._members.values(), lesson.source)

    def may_read(self, text: str | None) -> bool:
        """Whether a text that a student had a hand in is shown."""
        return text is not None

    def said(self, number: int) -> str:
        """A number of students."""
        return str(number)

    def _who(self, student: str, note: str) -> Who:
        member = self._members[student]
        label, name = names.shown(student), brief(plain(member.name), LONGEST)
        page = quote(member.page) if member.page else None
        return Who(name if member.person else label, label if member.person and name != label else "", page, note)


class Class(Reader):
    """The class itself, in the lecture."""

    least = FEW
    anonymous = True

    def __init__(self, members: Iterable[Member], lesson: Lesson) -> None:
        super().__init__(members)
        self._cover = self.cover(lesson)
        files = [*lesson.folder.glob("*/*.py"), *(PACKAGE / "graders").glob("*.py")]
        self._ours = _one_line("\n".join(path.read_text("utf-8") for path in files))

    def group(self, students: Iterable[str], notes: Mapping[str, str | None] | None = None) -> Group:
        return Group(len(list(students)))

    def may_read(self, text: str | None) -> bool:
        """What the catalogue and the graders say is nobody's own, even if somebody is called like a word in it."""
        if text is None:
            return False
        return _one_line(text) in self._ours or not self._cover.tells(text)

    def said(self, number: int) -> str:
        return f"fewer than {FEW}" if 0 < number < FEW else str(number)


def _one_line(text: str) -> str:
    return " ".join(text.split())
