"""Whether a text of a student's tells who somebody is: for the page that the whole class sees."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator

from autograder.overview.members import Member

LONG = 4  # characters: a part of a name that is as long is found inside of other words, too
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "ß": "ss"})
TOKEN = re.compile(r"\w+")
PART = re.compile(r"[^\W\d_]+|\d+")
HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")  # where a word begins in `camelCase`


class Cover:
    """Knows everybody's names, numbers and addresses, in whatever case and spelling of accents."""

    def __init__(self, members: Iterable[Member], source: str) -> None:
        """`source` is the lesson's: whoever is called like a function of it is not named by its use."""
        self._parts = {part for member in members for text in _texts(member) for part in _parts(text) if _tells(part)}
        self._long = [part for part in self._parts if len(part) >= LONG]
        code = {name for node in ast.walk(ast.parse(source)) for name in _names(node)}
        self._ours = {name.casefold() for name in (*code, *dir(builtins), *keyword.kwlist)}

    def tells(self, text: str) -> bool:
        """Whether a word of it is a part of anybody's name or id, or holds a long one."""
        theirs = {token for token in TOKEN.findall(text) if token.casefold() not in self._ours}
        if any(part in self._parts for token in theirs for part in _parts(token)):
            return True
        return any(long in form for token in theirs for form in _forms(token) for long in self._long)


def _texts(member: Member) -> Iterator[str]:
    """What somebody is called; where their mail is kept is nobody's name."""
    person = member.person
    for key in (member.id, *((person.id, person.email, *person.keys) if person else ())):
        yield key.partition("@")[0]
    if person is not None:
        yield from (person.name, f"{person.first}{person.last}", f"{person.last}{person.first}")


def _parts(text: str) -> set[str]:
    """The words in a name, however they are joined."""
    words = [*TOKEN.findall(text), *(part for piece in HUMP.split(text) for part in PART.findall(piece))]
    return {form for word in words for form in _forms(word)}


def _tells(part: str) -> bool:
    """Whether it may be somebody's: letters and digits by themselves are in every text, and so are small numbers."""
    return len(part) > 2 if part.isdecimal() else len(part) > 1


def _forms(word: str) -> set[str]:
    """A word as it may be written without accents."""
    low = unicodedata.normalize("NFKC", word).casefold()
    bare = "".join(one for one in unicodedata.normalize("NFKD", low) if not unicodedata.combining(one))
    return {low, bare, low.translate(SPELLED)}


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.FunctionDef(name=name):
            yield name
