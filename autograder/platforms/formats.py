"""The formats of results by their names, as text for a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from autograder.basics.text import escaped, savable
from autograder.lesson.report import Report
from autograder.platforms import classroom50, gradescope, junit, prairielearn

XML = '<?xml version="1.0" encoding="utf-8"?>\n'


def _classroom50(report: Report, hints: int) -> dict[str, Any]:
    return classroom50.result(report, hints, os.environ, datetime.now(UTC))


FORMATS: dict[str, Callable[[Report, int], dict[str, Any] | str]] = {
    "gradescope": gradescope.result,
    "prairielearn": prairielearn.result,
    "classroom50": _classroom50,
    "junit": junit.result,
}


def demand(name: str) -> None:
    """Demand whatever a format needs beside a Report.

    Raises:
        Refused: it is not there.
    """
    if name == "classroom50":
        classroom50.demand(os.environ)


def text(name: str, report: Report, hints: int = 1) -> str:
    """A Report in the format of this name."""
    found = FORMATS[name](report, hints)
    if isinstance(found, str):
        return savable(XML + found)
    return escaped(savable(json.dumps(found, indent=1, ensure_ascii=False) + "\n"))
