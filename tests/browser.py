"""A real browser for tests: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.needs import demand

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "NO CHROMIUM ON THIS MACHINE: install Debian's package chromium, or no page is looked at in a browser"


def program() -> str:
    """The browser's program; without one the test is skipped, but where CI runs it fails."""
    return demand(next(filter(None, map(shutil.which, NAMES)), None), MISSING)


def opened(chromium: Browser, path: Path, **settings: Any) -> Page:
    """The page in a file, with what it asked for, and what popped up, in `page.asked`."""
    page = chromium.new_context(**settings).new_page()
    page.set_default_timeout(20_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog: {dialog.message}"))
    page.goto(path.as_uri())
    page.asked = asked  # type: ignore[attr-defined]
    return page


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])  # CI runs as root
        yield browser
        browser.close()
