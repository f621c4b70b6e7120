"""Gradescope's table of an export, `submission_metadata.yml`: whose each folder is, and when it was handed in.

Its form is that of public scripts that read it: a key for each folder, below it `:submitters:`, a list of `:name:`,
`:sid:` and `:email:`, and `:created_at:`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograder.intake.programs import Label, Who

NAME = "submission_metadata.yml"
MOST, DEEPEST = 100, 50  # people of one group; levels of lists in lists


def labels(content: bytes) -> dict[str, Label]:
    """What the table says of each folder; nothing, if it is none.

    All of it is read as text: a student may be called `No`, and `00123` is a number of eight digits for YAML.
    """
    import yaml  # slow to import

    # Of all loaders the one that makes the least of a file: no types, and nothing of Ruby's.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        table = yaml.load(content, loader) if _flat(yaml.parse(content, loader)) else None
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return {name: _label(row) for name, row in _dict(table).items() if isinstance(name, str)}


def _flat(events: Iterable[Any]) -> bool:
    """Whether nothing is nested deeper than such a table is: the loader in C would end this process by that."""
    depth = 0
    for event in events:
        depth += 1 if hasattr(event, "flow_style") else -1 if type(event).__name__.endswith("EndEvent") else 0
        if depth > DEEPEST:
            return False
    return True


def _label(row: Any) -> Label:
    found = _dict(row).get(":submitters")
    people = [_who(one) for one in found[:MOST]] if isinstance(found, list) else []
    when = _dict(row).get(":created_at")
    return Label(tuple(one for one in people if one.folder), when=when if isinstance(when, str) else "")


def _who(person: Any) -> Who:
    number, email, name = (_text(_dict(person).get(key)) for key in (":sid", ":email", ":name"))
    return Who(tuple(filter(None, (number, email))), name)


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) and value.strip() not in ("null", "~") else ""
