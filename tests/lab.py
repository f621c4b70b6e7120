"""JupyterLab for tests: a server with settings of its own, and notebooks as students see them in a browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Locator, expect

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
PATIENCE = 90  # seconds; on a machine that is busy with other tests a kernel takes half a minute to start


@dataclass(frozen=True)
class Server:
    """A server of JupyterLab and of the classic view, Notebook 7."""

    url: str
    token: str

    def lab(self, name: str) -> str:
        """The address of a notebook in JupyterLab."""
        return f"{self.url}lab/tree/{name}?token={self.token}"

    def classic(self, name: str) -> str:
        """The address of a notebook in the classic view."""
        return f"{self.url}notebooks/{name}?token={self.token}"


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server of the folder, which sees nothing of the user's settings, and ends with all its kernels."""
    with tempfile.TemporaryDirectory(prefix="lab-") as place:
        home = Path(place)
        _write_settings(home / "config" / "labconfig")
        with (home / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"],
                cwd=folder, env=_environment(home), stdout=log, stderr=log,
            )  # fmt: skip
        try:
            yield _answering(process, home)
        finally:
            _end(process)


def _write_settings(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "default_setting_overrides.json").write_text(json.dumps(SETTINGS), "utf-8")


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the user's own: what Jupyter, IPython and matplotlib keep goes into `home`."""
    own = ("JUPYTER", "IPYTHON", "MPL", "XDG")
    folders = {f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in ("config", "data", "runtime")}
    others = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**others, **folders, "HOME": str(home)}


def _answering(process: subprocess.Popen[bytes], home: Path) -> Server:
    """The server, as soon as it answers: then it writes a file that tells its address."""
    card = home / "runtime" / f"jpserver-{process.pid}.json"
    end = time.monotonic() + PATIENCE
    while not (card.exists() and card.read_text("utf-8").rstrip().endswith("}")):
        assert process.poll() is None and time.monotonic() < end, (home / "log").read_text("utf-8")
        time.sleep(0.05)
    found = json.loads(card.read_text("utf-8"))
    return Server(found["url"], found["token"])


def _end(process: subprocess.Popen[bytes]) -> None:
    """At once: nothing in its folder is worth a farewell."""
    kernels = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()  # first, so that it does not revive a kernel
    for kernel in kernels:
        with suppress(psutil.NoSuchProcess):
            kernel.kill()
    process.wait()
    psutil.wait_procs(kernels, timeout=10)


class Notebook:
    """A notebook that is open in a browser, in either view. Its cells go by their place in the file.

    Cells outside the window are in the page, but the browser does not lay them out: read text contents, not inner text.
    """

    def __init__(self, browser: Browser, url: str, cells: int) -> None:
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.goto(url)
        self.cells = self.page.locator(".jp-Notebook .jp-Cell")
        self.dialog = self.page.locator(".jp-Dialog")
        self.errors = self.page.locator(".jp-OutputArea-output[data-mime-type*=error]")
        self.cells.nth(cells - 1).wait_for(state="attached")  # those further down are added by and by
        self.page.locator(".jp-KernelName").get_by_text("Python 3 (ipykernel)").wait_for()
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Until no cell runs or waits for its turn, and the kernel has nothing to do."""
        expect(self.page.locator(".jp-InputArea-prompt").filter(has_text="[*]")).to_have_count(
            0, timeout=PATIENCE * 1000
        )
        self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")

    def choose(self, menu: str, item: str) -> None:
        """Choose from the menu."""
        self.page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def write(self, cell: int, text: str) -> None:
        """Put the text in place of what is there, like a paste: the editor neither indents it nor closes brackets."""
        self.cells.nth(cell).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    def run(self, *cells: int) -> None:
        """Run these cells in this order, and wait until the last of them is done."""
        before = self.prompt(cells[-1]).text_content() or ""
        for cell in cells:
            self.cells.nth(cell).locator(".cm-content").click()
            self.page.keyboard.press("ControlOrMeta+Enter")
        self.prompt(cells[-1]).filter(has_text=before).wait_for(state="detached")
        self.wait_for(cells[-1])

    def wait_for(self, cell: int, number: str = r"\d+") -> None:
        """Until the cell has been run, as the kernel's `number`-th."""
        self.prompt(cell).filter(has_text=re.compile(rf"\[{number}\]:")).wait_for(state="attached")
        self.wait_until_idle()

    def prompt(self, cell: int) -> Locator:
        """What stands beside the cell: [ ], or [*] while it waits or runs, or its number."""
        return self.cells.nth(cell).locator(".jp-InputArea-prompt")

    def printed(self, cell: int) -> str:
        """The text below the cell."""
        return "".join(self.cells.nth(cell).locator(".jp-OutputArea-output").all_text_contents())

    def pictures(self) -> list[tuple[int, int]]:
        """How wide and how high the pictures are, all down the notebook."""
        size = "images => images.map(image => [image.naturalWidth, image.naturalHeight])"
        found = self.page.locator(".jp-OutputArea-output img").evaluate_all(size)
        return [(width, height) for width, height in found]

    def save(self) -> None:
        """Save, and wait until it is saved."""
        self.page.keyboard.press("ControlOrMeta+S")
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0, timeout=PATIENCE * 1000)
