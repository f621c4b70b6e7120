"""The command for those who get hand-ins from an LMS: collect."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.basics.exits import Exit
from autograder.classroom.root import find_root
from autograder.lesson.manifest import Lesson
from autograder.render import terminal

if TYPE_CHECKING:
    from autograder.intake.account import Collected

ALIKE = 5  # files of one folder or archive of which the same is said that are named, and the others counted
NAMED = 20  # students that a line names
WIDTH = 500  # of a table that is written into a file: no line of it is broken


def collect(options: argparse.Namespace) -> Exit:
    """Take hand-ins into the course, and say what became of every file."""
    from autograder.classroom import roster  # what notebooks are read with
    from autograder.intake.collecting import Collector
    from autograder.intake.times import zone_of

    root = find_root()
    lesson = Lesson.load(options.lesson, root)
    zone = zone_of(options.zone)
    collector = Collector(root, lesson, roster.load(root), zone, options.dry_run)
    found = collector.collect([Path(source) for source in options.sources])
    try:
        _show(found)
        _summarise(found, lesson.assignment, options)
    finally:  # also if nobody reads the table to its end
        for fault in _few(found.faults):
            terminal.complain(fault)
    return Exit.NOT_DONE if found.faults else Exit.DONE


def _show(found: Collected) -> None:
    from rich.table import Table

    table = Table("file", "what became of it", box=None, pad_edge=False, header_style="bold")
    table.columns[0].overflow = table.columns[1].overflow = "fold"
    for place, text in _rows(found.lines):
        table.add_row(terminal.safe(place), terminal.safe(text))
    terminal.show(terminal.console(piped=WIDTH), table)
    terminal.say("")


def _rows(lines: Iterable[tuple[tuple[str, ...], str]]) -> Iterator[tuple[str, str]]:
    """Each file; of many in one place of which the same is said, a few, and how many others there are."""
    from autograder.intake.account import shown

    groups: dict[tuple[tuple[str, ...], str], list[tuple[str, ...]]] = {}
    for path, text in sorted(lines):
        groups.setdefault((path[:-1][:2], text), []).append(path)
    for (place, text), paths in groups.items():
        yield from ((shown(path), text) for path in paths[:ALIKE])
        if len(paths) > ALIKE:
            yield f"{shown(place)}: {len(paths) - ALIKE} more", text


def _summarise(found: Collected, assignment: str, options: argparse.Namespace) -> None:
    from autograder.intake.placing import Became
    from autograder.intake.times import zone_name

    for (program, within), number in sorted(found.programs.items()):
        terminal.say(
            f"{'/'.join(within) or 'what was given'}: {program}, {number} {'attempt' if number == 1 else 'attempts'}"
        )
    became = found.became
    terminal.say(
        f"{became[Became.TAKEN]} taken, {became[Became.REPLACED]} replaced, "
        f"{became[Became.UNCHANGED] + became[Became.OLDER]} unchanged, {len(found.kept)} other files kept"
    )
    if found.passed:
        terminal.say(f"passed over: {found.passed} files that systems and editors leave")
    if found.naive:
        terminal.say(f"times without a zone were taken as {zone_name(options.zone)}: --zone names another")
    if found.missing:
        missing = ", ".join(f"{one.name} ({one.id})" for one in found.missing)
        terminal.say(f"not handed in ({len(found.missing)}): {missing}")
    terminal.say("nothing was written: --dry-run" if options.dry_run else f"next: autograder grade {assignment}")


def _few(faults: Sequence[str]) -> Iterator[str]:
    """Not more lines than one reads."""
    yield from faults[:NAMED]
    if len(faults) > NAMED:
        yield f"{len(faults) - NAMED} more could not be taken: the table has them"
