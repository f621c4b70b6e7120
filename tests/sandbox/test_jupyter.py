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

from autograder.sandbox import files, jupyter, processes
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.submission import Output, Submission
from tests.conftest import PATIENT

PASSED_OVER = {
    "!pip install -q torch": "!pip install -q torch",
    "%pip install torch": "%pip install torch",
    "%conda install torch": "%conda install torch",
    "!!git log": "!git log",
    "%sx git log": "!git log",
    "lines = !git log\nassert lines == []": "!git log",
    "!ls | wc": "!ls | wc",
    "!echo `date`": "!echo `date`",
    "!mkdir a && cd a": "!mkdir a && cd a",
    "!echo 'no end": "!echo 'no end",
    "%%bash\ngit log": "git log",
    "%%sh\nif true; then\n  rm -r .\nfi": "%%sh",
    "%%ruby\nputs 3": "%%ruby",
    "%autosave 60": "%autosave 60",
    "%unheard_of": "%unheard_of",
    "get_ipython().system('git log')": "!git log",
    "import os\nassert os.system('git log') == 0": "git log",
    "import os\nassert os.popen('git log').read() == ''": "git log",
    "import subprocess\nassert subprocess.run(['git', 'log'], capture_output=True, check=True).stdout == b''": "git log",
    "import subprocess\nassert subprocess.check_output('git log', shell=True, text=True) == ''": "git log",
    "import subprocess as s\ns.run(['git', 'log'], stdout=s.DEVNULL)": "git log",
    "import asyncio\nprogram = await asyncio.create_subprocess_exec('git', 'log')\nassert await program.wait() == 0": "git log",
    "get_ipython().kernel.do_shutdown(True)": "get_ipython().kernel.do_shutdown()",
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
}
DONE = {  # shell commands that are run, and what they say
    "!mkdir -p a/b\n!ls a": "b\n",
    "!mkdir a": "mkdir: a: File exists\n",
    "!touch a/c .hidden && ls a ; echo done": "b\nc\ndone\n",
    "n = 3\n!echo {n} $n > a/n.txt\n!echo more >> a/n.txt\n!cat a/n.txt": "3 3\nmore\n",
    "!cp -r a z\n!mv z/n.txt m.txt\n!rm -rf z\n!ls": "a\nm.txt\n",
    "!rm a": "rm: a: Is a directory\n",
    "!rm -f nowhere\n!cat nowhere": "cat: nowhere: No such file or directory\n",
    "!echo -n *.txt": "m.txt",
    "where = !pwd\nimport os\nassert where == [os.getcwd()] and _exit_code == 0": "",
    "%%bash\n# a comment\nmkdir -p c\n\nls": "a\nc\nm.txt\n",
    "import os\nassert os.system('ls c/nowhere') == 256": "ls: c/nowhere: No such file or directory\n",
    "import subprocess as s\nprint(s.run('ls', shell=True, capture_output=True, text=True).stdout)": "a\nc\nm.txt\n\n",
    "import subprocess as s\nprint(s.check_output(['echo', 'a  b']))": "b'a  b\\n'\n",
    "import asyncio\np = await asyncio.create_subprocess_shell('pwd', stdout=-1)\nimport os\nassert (await p.communicate())[0].decode() == os.getcwd() + '\\n'": "",
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
SQUARE = "import multiprocessing as mp\ndef square(n):\n    return n * n"
PROCESSES = (
    "with mp.Pool(2) as pool:\n    assert pool.map(square, [1, 2]) == [1, 4]",
    "with mp.Pool(2, maxtasksperchild=1) as pool:\n    assert list(pool.imap(square, range(9), 2))[8] == 64",
    "with mp.get_context('spawn').Pool(2) as pool:\n    assert pool.apply_async(square, (3,)).get() == 9",
    "from multiprocessing.pool import Pool, ThreadPool\nassert Pool(1).map(square, [2]) == ThreadPool(1).map(square, [2])",
    "from concurrent.futures import ProcessPoolExecutor as P\nwith P(2, mp.get_context('fork'), max_tasks_per_child=1) as p:\n    assert list(p.map(square, [1, 2])) == [1, 4]",
    "p = mp.Process(target=square, args=(2,), name='p', daemon=True)\np.start(); p.join()\nassert (p.exitcode, p.is_alive()) == (0, False)\np.close()",
    "class P(mp.get_context().Process):\n    def run(self):\n        queue.put(3)\nqueue = mp.SimpleQueue()\np = P()\np.start(); assert queue.get() == 3",
    "n, row = mp.Value('i', 3), mp.Array('d', [1, 2])\nwith n.get_lock(), mp.Lock(), row:\n    n.value += row[1] == 2\nassert n.value == 4",
    "n, row = mp.Value('i', lock=False), mp.RawArray('i', 2)\nn.value = 2\nassert n.value == 2 and list(row) == [0, 0]",
    "here, there = mp.Pipe()\nhere.send('x')\nassert there.recv() == 'x'\nq = mp.Queue()\nq.put(1)\nassert q.get() == 1\nq.close(); q.join_thread()",
    "with mp.Manager() as m:\n    d, l, n = m.dict(a=1), m.list([1]), m.Namespace(b=2)\n    q, lock = m.Queue(), m.Lock()\nassert (d['a'], l, n.b) == (1, [1], 2)",
    "import torch.multiprocessing as t\nfound = []\nt.spawn(lambda rank, n: found.append(rank * n), (2,), nprocs=2)\nassert sorted(found) == [0, 2]",
    "import torch\nassert torch.ones(2).share_memory_().tolist() == [1, 1]\ntorch.nn.Linear(1, 1).share_memory()",
)  # fmt: skip
UNDONE = (
    "os.chmod('own', 0o755)", "os.utime('own')", "os.chown('own', 1, 1)", "shutil.copy2('own', 'other')",
    "with zipfile.ZipFile('z', 'w') as z:\n    z.write('own')", "open(os.devnull, 'w').write('x')",
    "with open('own', 'w') as own:\n    fcntl.flock(own, fcntl.LOCK_EX)\n    fcntl.lockf(own, fcntl.LOCK_EX)\n    os.fchmod(own.fileno(), 0o600)",
    "with sqlite3.connect('base') as base:\n    base.execute('create table t (n)')\n    base.execute('insert into t values (3)')\n"
    "assert sqlite3.connect('file:base?mode=ro', uri=True).execute('select n from t').fetchone() == (3,)\nsqlite3.connect(':memory:')",
)  # fmt: skip


def run(warm: WarmProcess, *cells: str) -> list[list[Output]]:
    with Submission(warm, cells, PATIENT) as submission:
        return submission.run()


def printed(outputs: list[Output]) -> str:
    assert [output["evalue"] for output in outputs if output["output_type"] == "error"] == []
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def test_what_is_passed_over_says_so_in_one_line_and_the_rest_of_its_cell_runs(warm: WarmProcess) -> None:
    cells = [source if source.startswith("%%") else f"{source}\n{END}" for source in PASSED_OVER]
    for source, said, outputs in zip(cells, PASSED_OVER.values(), run(warm, *cells), strict=True):
        end = "" if source.startswith("%%") else "to the end\n"
        assert printed(outputs) == f"{said}: not run when grading\n{end}", source


def test_plain_commands_on_files_are_run(warm: WarmProcess) -> None:
    for source, said, outputs in zip(DONE, DONE.values(), run(warm, *DONE), strict=True):
        assert printed(outputs) == said, source


def test_what_a_kernel_tells_of_itself_and_remembers(warm: WarmProcess) -> None:
    about = "type(get_ipython()).__name__, 'IPKernelApp' in get_ipython().config"
    outputs = run(warm, about, "_[0], In[1][:4], len(Out)", "import sys\nsys.stdout.fileno(), sys.stderr.fileno()")
    assert [cell[0]["data"]["text/plain"] for cell in outputs] == [
        "('ZMQInteractiveShell', True)", "('ZMQInteractiveShell', 'type', 1)", "(1, 2)",
    ]  # fmt: skip


def test_a_task_goes_on_in_the_cells_after_its_own(warm: WarmProcess) -> None:
    begin = "import asyncio\ntask = asyncio.create_task(asyncio.sleep(0.01, 5))"
    assert printed(run(warm, begin, "print(await task, asyncio.run(asyncio.sleep(0, 6)))")[1]) == "5 6\n"


@pytest.mark.parametrize("source", PROCESSES)
def test_threads_stand_for_processes(source: str, warm: WarmProcess) -> None:
    assert printed(run(warm, f"{SQUARE}\n{source}\n{END}")[0]) == "to the end\n"


@pytest.mark.parametrize("source", UNDONE)
def test_what_may_not_be_done_to_files_and_means_nothing_is_left_undone(source: str, warm: WarmProcess) -> None:
    outputs = run(warm, f"import fcntl, os, shutil, sqlite3, sys, zipfile\nopen('own', 'w').close()\n{source}\n{END}")
    assert printed(outputs[0]) == "to the end\n"


def test_files_of_others_are_not_taken_for_changed(warm: WarmProcess) -> None:
    outputs = run(
        warm, "import os\nos.chmod('/usr', 0o777)", "import fcntl\nfcntl.flock(open('/usr/bin/env'), fcntl.LOCK_EX)"
    )
    refused = "PermissionError: [Errno 1] Operation not permitted"
    assert [cell[0]["traceback"][-1] for cell in outputs] == [f"{refused}: '/usr'", refused]


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
    (torch, "set_default_device"), (asyncio, "run"), (asyncio, "create_subprocess_exec"), (asyncio, "create_subprocess_shell"),
)  # fmt: skip


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, what a worker finds; as it was afterwards."""
    for owner, name in REPLACED:
        monkeypatch.setattr(owner, name, getattr(owner, name))
    for module in (files, processes):  # tried in a worker only: they replace too much
        monkeypatch.setattr(module, "replace", lambda: None)
    jupyter.replace()


def test_stand_ins_do_what_their_callers_wait_for(replaced: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert os.system("git log") == 0
    done = subprocess.run(["git", "log"], input=b"x", capture_output=True, check=True)
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
    assert said == ["git log", "git log", "torch.compile", "torch.compile", device, "breakpoint()"]


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
