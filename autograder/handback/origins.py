"""Where each hand-in came from: its file in the archive that an LMS made, as `autograder collect` has noted it.

How the programs name what they let teachers download:

- Moodle: a folder `Full name_NUMBER_assignsubmission_file` (before 4.1 with a `_` at its end), or that and the file's
  name in one. Its `mod/assign/feedback/file/importziplib.php` reads the number and the plugin from it.
- Canvas: `name_LATE_USER_ATTACHMENT_file`, or `anon_ID_ATTACHMENT_file`. Its `infer_comment_context_from_filename`
  (`app/models/abstract_assignment.rb`) reads the two numbers, and passes over a file whose own name begins with "link".
- Brightspace: a folder, or a file, `NUMBER-NUMBER - Full Name - Nov 3, 2026 1021 AM`.
- Blackboard: `Title_USERNAME_attempt_2026-11-03-10-21-00_file`.
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.classroom import origins

NAMES = {
    "moodle": re.compile(r"(?P<name>[^_]*)_(?P<key>\d+)_assignsubmission_[a-z]+(?:_.*)?"),
    "canvas": re.compile(r"(?:anon_[^_]+_\d+|(?:.*?_)?(?P<key>\d+)_\d+)_(?!link).*"),
    "brightspace": re.compile(r"\d+-\d+ - (?P<name>.+?) - .+"),
    "blackboard": re.compile(r".*_(?P<key>[^_]+)_attempt_\d{4}-\d\d-\d\d-.*"),
}


class Origin(origins.Origin):
    """What an archive's program calls the student there, and what it would call a page."""

    @property
    def name(self) -> str:
        """The student's name in it, where there is one."""
        return self._said("name")

    @property
    def key(self) -> str:
        """What else the program calls the student there: a number or a user name."""
        return self._said("key")

    def page(self, name: str) -> str | None:
        """What a page is called for the program to know whose it is; None if it would not.

        In a folder of the student's it has this name. Where the file itself says whose it is, its suffix alone changes.
        """
        *folders, file = self._parts
        if folder := next((one for one in folders if self._known(one)), None):
            return f"{folder}/{name}"
        stem = file.rpartition(".")[0] or file
        return f"{stem}.html" if self._known(f"{stem}.html") else None

    @property
    def _parts(self) -> list[str]:
        return self.entry.replace("\\", "/").split("/")

    def _known(self, part: str) -> re.Match[str] | None:
        pattern = NAMES.get(self.program)
        return pattern.fullmatch(part) if pattern else None

    def _said(self, what: str) -> str:
        found = next(filter(None, map(self._known, self._parts)), None)
        return ((found.groupdict().get(what) if found else None) or "").strip()


def load(course: Path, assignment: str) -> dict[str, Origin]:
    """By student; nothing where hand-ins were not collected.

    Raises:
        Refused: the file is not one that `collect` has written.
    """
    return {student: Origin(one.program, one.entry) for student, one in origins.load(course, assignment).items()}
