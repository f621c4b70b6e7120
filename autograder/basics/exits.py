"""How a command ends, as a shell or a script is told."""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """The exit status of every command; docs/reference.md has the same table."""

    DONE = 0
    NOT_RIGHT = 1  # of `check`: the notebook was graded, and has lost marks; of `doctor`: something is lacking
    NOT_DONE = 2  # what was asked was refused, or some of it could not be done
    CRASHED = 3  # a fault of the kit
    INTERRUPTED = 130  # as after SIGINT
    NOT_READ = 141  # nobody read the output to its end: as after SIGPIPE
