"""A lesson's misconceptions: its own, and those that any lesson can meet."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from autograder.graders import common, errors
from autograder.graders.catalogue import Entry, Function, entries_in
from autograder.lesson.modules import find


class Misconceptions:
    """The catalogue of one lesson."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the lesson's."""
        self._folder = folder

    def of(self, exercise: str) -> tuple[Entry, ...]:
        """The exercise's own entries, the most specific first."""
        return entries_in(self._module(exercise))

    @functools.cached_property
    def common(self) -> tuple[Entry, ...]:
        """What any exercise can meet, where none of its own entries fits."""
        return self._own("common", entries_in(common))

    @functools.cached_property
    def errors(self) -> tuple[Entry, ...]:
        """What an exception means."""
        return self._own("errors", entries_in(errors))

    def probe(self, exercise: str) -> Function | None:
        """What makes the further calls that tell this exercise's misconceptions apart, if any."""
        return getattr(self._module(exercise), "probe", None)

    def unspecified(self, exercise: str) -> tuple[str, ...]:
        """The aspects of a call that mean nothing for this exercise: `UNSPECIFIED` in its module."""
        names: tuple[str, ...] = getattr(self._module(exercise), "UNSPECIFIED", ())
        return names

    def _own(self, name: str, shared: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Entries for all lessons; an entry of the same name in this lesson's module stands in the place of one."""
        own = {entry.id: entry for entry in entries_in(self._module(name))}
        return (*(own.pop(entry.id, entry) for entry in shared), *own.values())

    def _module(self, name: str) -> Any:
        return find(self._folder, f"misconceptions.{name}")
