"""Advice: what is said beside a verdict. If making it fails, it is left out, and the marks stand all the same."""

from __future__ import annotations

import logging
from typing import Self

log = logging.getLogger(__name__)


class Advice:
    """A context whose exceptions are logged and end there. What has been said until then stays."""

    def __init__(self, what: str, *, passes: tuple[type[Exception], ...] = ()) -> None:
        """`what` is left out if it fails, as the log says; exceptions that it `passes` are no failure of it."""
        self._what = what
        self._passes = passes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Hold back all but what ends the process."""
        if not isinstance(error, Exception) or isinstance(error, self._passes):
            return False
        log.error("%s failed and is left out", self._what, exc_info=error)
        return True
