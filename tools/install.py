"""Makes `.venv` with the kit and all that it needs: what `make install` and `make install-dev` run.

It says what it does, asks pip before anything large is fetched, and begins anew after an attempt that failed.
Run it with the Python that `.venv` is to have: ``python3 tools/install.py [dev]``.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # before anything that an older one does not know
    old = ".".join(map(str, sys.version_info[:2]))
    sys.exit(f"The kit needs Python 3.11 or newer, and this is {old}: name another one, as in PYTHON=python3.13.")

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
PIP = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
VERSION = ".".join(map(str, sys.version_info[:3]))
CONSTRAINTS = ROOT / "constraints.txt"
CUDA = ("nvidia-", "cuda-")  # how the packages are called that a build of torch with CUDA needs
NO_VENV = "This Python makes no environment. On Debian and Ubuntu, `apt install python3-venv` gets what is missing."
LARGE = (
    "pip would fetch torch {} with CUDA: several gigabytes that are not needed here. Set PIP_EXTRA_INDEX_URL to the "
    "address that PyTorch's installation page gives for builds for the CPU, and say this again; or say it with CUDA=1."
)
# Which requirements hold here, found by the packaging library that pip brings along.
HOLDING = """
import json, sys
from pip._vendor.packaging.requirements import Requirement
needs = map(Requirement, json.load(sys.stdin))
print(*[need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})])
"""


def main(extra: str) -> None:
    """Make the environment; `extra` names what is installed besides the kit."""
    if not taken_up():
        say(f"Making .venv with Python {VERSION} …")
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode:
            sys.exit(NO_VENV)
    if not os.environ.get("CUDA"):
        say("Asking pip which torch it would fetch …")
        refuse_cuda(torch())
    pins = CONSTRAINTS.read_text("utf-8").split()
    say(f"Fetching and installing the kit and about {len(pins)} packages; this takes some minutes …")
    pip("install", "--quiet", "--no-compile", "--constraint", str(CONSTRAINTS), "--editable", f"{ROOT}[{extra}]")
    say("Compiling them …")
    compile_all = [PYTHON, "-m", "compileall", "-qq", "-j", "0", str(VENV / "lib")]  # on all cores, which pip does not
    subprocess.run(compile_all, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # some are no Python on purpose
    say("Done: the command is .venv/bin/autograder.")


def taken_up() -> bool:
    """Whether there is an environment that can be added to: of this Python, and from an attempt that did not fail."""
    marker, settings = VENV / "installed", VENV / "pyvenv.cfg"
    whole = marker.exists() and f"version = {VERSION}" in settings.read_text("utf-8").splitlines()
    marker.unlink(missing_ok=True)  # make puts it back when all is done
    return whole


def say(text: str) -> None:
    """What happens now."""
    print(text, flush=True)


def pip(*arguments: str) -> bytes:
    """What pip prints; it says itself why it fails."""
    done = subprocess.run([*PIP, *arguments], cwd=ROOT, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def torch() -> dict[str, Any]:
    """The metadata of the torch that pip would fetch, and nothing if one is there that will do.

    Only that is fetched, where the package index has it apart.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = next(need for need in project["dependencies"] if need.startswith("torch"))
    report = pip(
        "install", "--quiet", "--dry-run", "--no-deps", "--report", "-", "--constraint", str(CONSTRAINTS), wanted
    )
    found: list[dict[str, Any]] = json.loads(report)["install"]
    return found[0]["metadata"] if found else {}


def refuse_cuda(metadata: dict[str, Any]) -> None:
    """Go no further if it is a build with CUDA, on this machine."""
    asked = json.dumps(metadata.get("requires_dist", []))
    done = subprocess.run([PYTHON, "-c", HOLDING], input=asked, stdout=subprocess.PIPE, text=True, check=True)
    if any(name.startswith(CUDA) for name in done.stdout.split()):
        sys.exit(LARGE.format(metadata["version"]))


if __name__ == "__main__":
    main("dev" if "dev" in sys.argv[1:] else "postgresql,popular")
