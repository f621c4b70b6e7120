"""nbgrader's formgrader, set right where its pages would run a student's text or load something from elsewhere.

It fills its pages without escaping: a name in the roster, or an id in an address that somebody was sent, is live script
in the instructor's Jupyter. Those whose names the gradebook does not know it calls "None, None". And it loads MathJax
from elsewhere. nbgrader has no setting for any of these, so two of its names are replaced.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import formgrader

from autograder.render.html import TEMPLATES

OURS = TEMPLATES / "formgrader"
MACROS = ("mathjax.html.j2", "formgrade_macros.html.j2")
SCRIPT = re.compile(r"<script[^>]*>(.+?)</script>|onclick=\"([^\"]*)\"", re.DOTALL)


def mend() -> None:
    """Replace what formgrader uses, in the process that is about to use it."""
    formgrader.Environment, formgrader.HTMLExporter = Pages, HandIns


class Pages(Environment):
    """What formgrader's lists are made with: everything is escaped, and our templates come first."""

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=ChoiceLoader([FileSystemLoader(OURS), PrefixLoader({"nbgrader": loader}), loader]), autoescape=True
        )


class HandIns(HTMLExporter):
    """What formgrader shows a hand-in with: nbgrader's page, which loads nothing from elsewhere and runs its own."""

    def __init__(self, **settings: Any) -> None:
        styles = PrefixLoader({"feedback": FileSystemLoader(TEMPLATES / "feedback")})
        super().__init__(extra_loaders=[FileSystemLoader(OURS / "hand-in"), styles], **settings)

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.globals["scripts"] = " ".join(map(_hash, _scripts(environment)))
        return environment


def _scripts(environment: Environment) -> list[str]:
    """All that stand in formgrader's page, but those above the policy that names them."""
    assert environment.loader is not None
    ours, theirs = (environment.loader.get_source(environment, name)[0] for name in MACROS)
    return [script or handler for script, handler in SCRIPT.findall(ours + theirs.partition("macro nav(")[2])]


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
