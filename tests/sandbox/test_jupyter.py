"""What runs to its end in Jupyter or Colab runs to its end here, and what is passed over says so in one line."""

from __future__ import annotations

import ast
import asyncio
import os
import pdb
import subprocess
import sys
from typing import Any

import matplotlib
import pytest
import torch
from IPython.core import debugger
from torch.utils.data import DataLoader

from autograder.sandbox import jupyter
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.submission import Output, Submission
from tests.conftest import QUICK

PASSED_OVER = {
    "!pip install -q torch": "!pip install -q torch",
    "%pip install torch": "%pip install torch",
    "%conda install torch": "%conda install torch",
    "!!ls": "!ls",
    "%sx ls": "!ls",
    "lines = !ls -a\nassert lines == []": "!ls -a",
    "%mkdir data": "!mkdir data",
    "%%bash\nls": "%%bash",
    "%%sh\nls": "%%sh",
    "get_ipython().system('ls')": "!ls",
    "import os\nassert os.system('ls') == 0": "os.system",
    "import os\nassert os.popen('ls').read() == ''": "ls",
    "import subprocess\nassert subprocess.run(['ls', '-a'], capture_output=True, check=True).stdout == b''": "ls -a",
    "import subprocess\nassert subprocess.check_output('ls', shell=True, text=True) == ''": "ls",
    "%matplotlib widget": "%matplotlib widget",
    "%matplotlib qt": "%matplotlib qt",
    "import matplotlib\nmatplotlib.use('TkAgg')": "matplotlib.use('TkAgg')",
    "breakpoint()": "breakpoint()",
    "import pdb; pdb.set_trace()": "breakpoint()",
    "%debug": "%debug",
    "import torch\ntorch.set_default_device('mps')": "torch.set_default_device('mps')",
    "import torch\ndouble = torch.compile(lambda x: 2 * x)\nassert double(2) == 4": "torch.compile",
    "import torch\n@torch.compile(mode='max-autotune')\ndef double(x):\n    return 2 * x\nassert double(2) == 4": "torch.compile",
    "%load_ext tensorboard": "%load_ext tensorboard",
    "from google.colab import drive\ndrive.mount('/content/drive')": "google.colab.mount()",
}  # fmt: skip
JUST_RUNS = (
    "%cd .", "%pwd", "%pushd .", "%bookmark here", "%store", "x = 3\n%store x", "%alias list ls", "%env A=1", "%who", "%history",
    "%precision 3", "%xmode Verbose", "%matplotlib inline", "%matplotlib notebook", "%time 1 + 1", "%timeit -n1 -r1 1 + 1",
    "%config InlineBackend.figure_format = 'retina'", "%load_ext autoreload\n%autoreload 2", "1 + 1", "%reset -f",
    "import asyncio\nawait asyncio.sleep(0.01)", "import asyncio\nasync def f():\n    return 3\nassert asyncio.run(f()) == 3",
    "import asyncio\nassert await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2)) == [1, 2]",
    "print?", "import torch\ntorch.randperm?", "from tqdm.auto import tqdm\nassert list(tqdm(range(3))) == [0, 1, 2]",
    "import pandas as pd, seaborn as sns, sklearn\nassert len(pd.DataFrame({'a': [1]})) == 1",
    "from torch.utils.data import DataLoader\n"
    "assert len(list(DataLoader(range(5), 2, num_workers=2, prefetch_factor=4, persistent_workers=True))) == 3",
    "try:\n    import google.colab\nexcept ImportError:\n    pass",
)  # fmt: skip
ABSENT = {  # imports of what is not there, and what may be done afterwards
    "import nowhere": "",
    "import nowhere.deep as n, math": "assert math.pi > 3",
    "from nowhere import a, b as c": "",
    "from nowhere import *": "",
    "def late():\n    import nowhere\n    return 4": "assert late() == 4",
    "if True:\n    import nowhere": "",
    "try:\n    import nowhere\nfinally:\n    pass": "",
}
EXPECTED = (  # to be absent by who wrote it
    "try:\n    import nowhere\nexcept ImportError:\n    nowhere = None",
    "try:\n    import nowhere\nexcept (ModuleNotFoundError, AttributeError):\n    nowhere = None",
    "try:\n    from nowhere import a\nexcept Exception:\n    nowhere = None",
    "try:\n    import nowhere\nexcept:\n    nowhere = None",
    "from contextlib import suppress\nnowhere = None\nwith suppress(ImportError):\n    import nowhere",
)
END = "print('to the end')"


def run(warm: WarmProcess, *cells: str) -> list[list[Output]]:
    with Submission(warm, cells, QUICK) as submission:
        return submission.run()


def printed(outputs: list[Output]) -> str:
    assert [output["evalue"] for output in outputs if output["output_type"] == "error"] == []
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def test_what_is_passed_over_says_so_in_one_line_and_the_rest_of_its_cell_runs(warm: WarmProcess) -> None:
    cells = [source if source.startswith("%%") else f"{source}\n{END}" for source in PASSED_OVER]
    for source, said, outputs in zip(cells, PASSED_OVER.values(), run(warm, *cells), strict=True):
        end = "" if source.startswith("%%") else "to the end\n"
        assert printed(outputs) == f"{said}: not run when grading\n{end}", source


def test_what_can_be_had_is_had(warm: WarmProcess) -> None:
    cells = [f"{source}\n{END}" for source in JUST_RUNS]
    for source, outputs in zip(cells, run(warm, *cells), strict=True):
        assert printed(outputs).endswith("to the end\n") and "Traceback" not in printed(outputs), source


def test_a_module_that_the_notebook_has_written_is_found_and_reloaded(warm: WarmProcess) -> None:
    outputs = run(
        warm, "%load_ext autoreload\n%autoreload 2", "%%writefile helpers.py\nPOWER = 2", "import helpers\nprint(helpers.POWER)",
        "import os\nopen('helpers.py', 'w').write('POWER = 3')\nos.utime('helpers.py', (2e9, 2e9));", "print(helpers.POWER)",
    )  # fmt: skip
    assert [printed(outputs[index]) for index in (1, 2, 4)] == ["Writing helpers.py\n", "2\n", "3\n"]


@pytest.mark.parametrize("source", ABSENT)
def test_a_missing_package_costs_nothing_until_it_is_used(source: str, warm: WarmProcess) -> None:
    outputs = run(
        warm, f"{source}\n{ABSENT[source]}\n{END}", "import nowhere", "print(nowhere is None)\nnowhere.load(3)"
    )
    said = printed(outputs[0])
    assert said == "No module named 'nowhere': what uses it will fail, the rest runs\nto the end\n"
    assert outputs[2][0]["text"] == "False\n"
    assert outputs[2][1]["traceback"] == [
        "Traceback (your code only):", "  line 2 of the cell, in <module>\n    nowhere.load(3)",
        "ModuleNotFoundError: No module named 'nowhere'",
    ]  # fmt: skip


@pytest.mark.parametrize("source", EXPECTED)
def test_who_is_prepared_for_a_missing_package_is_told_of_it(source: str, warm: WarmProcess) -> None:
    assert printed(run(warm, f"{source}\nprint(nowhere)")[0]) == "None\n"


REPLACED: tuple[tuple[Any, str], ...] = (
    (sys, "breakpointhook"), (pdb, "set_trace"), (debugger, "set_trace"), (os, "system"), (subprocess.Popen, "_execute_child"),
    (asyncio.SelectorEventLoop, "_make_self_pipe"), (matplotlib, "use"), (DataLoader, "__init__"), (torch, "compile"),
    (torch, "set_default_device"),
)  # fmt: skip


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, what a worker finds; as it was afterwards."""
    for owner, name in REPLACED:
        monkeypatch.setattr(owner, name, getattr(owner, name))
    jupyter.replace()


def test_stand_ins_do_what_their_callers_wait_for(replaced: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert os.system("ls") == 0
    done = subprocess.run(["ls", "-a"], input=b"x", capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")

    async def three() -> int:
        await asyncio.to_thread(int)  # another thread wakes the loop up
        return 3

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        assert runner.run(three()) == 3
    numbers: Any = list(range(5))
    assert [len(batch) for batch in DataLoader(numbers, 2, num_workers=2, prefetch_factor=4)] == [2, 2, 1]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'dataset'"):
        DataLoader()  # type: ignore[call-arg]
    assert torch.compile(len) is len and torch.compile(mode="default")(len) is len
    torch.set_default_device("mps")
    torch.set_default_device(None)
    pdb.set_trace()
    said = [line.removesuffix(": not run when grading") for line in capsys.readouterr().out.splitlines()]
    device = "torch.set_default_device('mps')"
    assert said == ["os.system", "ls -a", "torch.compile", "torch.compile", device, "breakpoint()"]


@pytest.mark.parametrize("source", [*ABSENT, *EXPECTED])
def test_cells_are_rewritten_into_python_that_does_the_same(source: str) -> None:
    tree = ast.fix_missing_locations(jupyter.Imports().visit(ast.parse(source)))
    names = {jupyter.ABSENT: jupyter.absent}
    exec(compile(tree, "cell", "exec"), names)
    found = names.get("nowhere", names.get("n", names.get("a")))
    assert found is None or isinstance(found, jupyter.Absent) == (source in ABSENT)


def test_what_is_absent_raises_what_its_import_raised(capsys: pytest.CaptureFixture[str]) -> None:
    there = jupyter.absent(ModuleNotFoundError("No module named 'nowhere'", name="nowhere"), "nowhere")
    for use in (lambda: there(), lambda: there.data, lambda: there[0], lambda: list(there), lambda: 1 + there):
        with pytest.raises(ModuleNotFoundError, match=r"^No module named 'nowhere'$"):
            use()
    assert not hasattr(there, "__file__")
    service = jupyter.absent(ModuleNotFoundError("No module named 'google'"), "google.colab")
    assert service.drive.mount("/content") is not None and not hasattr(service, "__path__")
    assert capsys.readouterr().out.splitlines()[1] == "google.colab.drive.mount(): not run when grading"


def test_memory_finds_keys_by_a_pattern() -> None:
    memory = jupyter.Database({"autorestore/x": 1, "bookmarks": {}})
    assert (memory.keys("autorestore/*"), len(memory.keys())) == (["autorestore/x"], 2)
