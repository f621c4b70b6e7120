"""Whatever a notebook may have switched is set back before each call: torch's switches are found, not remembered."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.basics.kit import KIT
from autograder.sandbox import wire
from autograder.sandbox.launch import WarmProcess
from autograder.sandbox.submission import Submission
from tests.conftest import PATIENT

# What is set back: by the name of its function, a line that switches it, and an expression that shows how it stands.
SET_BACK = {
    "torch.set_default_device": ("torch.set_default_device('meta')", "torch.zeros(1).device.type"),
    "torch.set_default_dtype": ("torch.set_default_dtype(torch.float64)", "torch.zeros(1).dtype"),
    "torch.set_default_tensor_type": ("torch.set_default_tensor_type(torch.DoubleTensor)", "torch.zeros(1).dtype"),
    "torch.set_deterministic_debug_mode": ("torch.set_deterministic_debug_mode(2)", "torch.get_deterministic_debug_mode()"),
    "torch.use_deterministic_algorithms": ("torch.use_deterministic_algorithms(True)", "torch.are_deterministic_algorithms_enabled()"),
    "torch.set_float32_matmul_precision": ("torch.set_float32_matmul_precision('medium')", "torch.get_float32_matmul_precision()"),
    "torch.set_warn_always": ("torch.set_warn_always(True)", "torch.is_warn_always_enabled()"),
    "torch._C.set_flush_denormal": ("torch.set_flush_denormal(True)", "(torch.tensor([1e-45]) * 1).item()"),
    "torch._C.set_num_threads": ("torch.set_num_threads(2)", "torch.get_num_threads()"),
    "torch._C.set_anomaly_enabled": ("torch.autograd.set_detect_anomaly(True)", "torch.is_anomaly_enabled()"),
    "torch.autograd.anomaly_mode.set_detect_anomaly": ("torch.autograd.set_detect_anomaly(True, check_nan=False)", "torch.is_anomaly_check_nan_enabled()"),
    "torch.autograd.grad_mode.set_grad_enabled": ("torch.set_grad_enabled(False)", "torch.is_grad_enabled()"),
    "torch.autograd.grad_mode.set_multithreading_enabled": ("torch.autograd.set_multithreading_enabled(False)", "torch._C._is_multithreading_enabled()"),
    "torch._C.set_autocast_enabled": ("torch.set_autocast_enabled('cpu', True)", "torch.is_autocast_enabled('cpu')"),
    "torch._C.set_autocast_cpu_enabled": ("torch.set_autocast_cpu_enabled(True)", "(torch.ones(2, 2) @ torch.ones(2, 2)).dtype"),
    "torch._C.set_autocast_dtype": ("torch.set_autocast_dtype('cpu', torch.float16)", "torch.get_autocast_dtype('cpu')"),
    "torch._C.set_autocast_cpu_dtype": ("torch.set_autocast_cpu_dtype(torch.float16)", "torch.get_autocast_cpu_dtype()"),
    "torch._C.set_autocast_cache_enabled": ("torch.set_autocast_cache_enabled(False)", "torch.is_autocast_cache_enabled()"),
    "torch.__future__.set_overwrite_module_params_on_conversion": ("torch.__future__.set_overwrite_module_params_on_conversion(True)", "torch.__future__.get_overwrite_module_params_on_conversion()"),
    "torch.__future__.set_swap_module_params_on_conversion": ("torch.__future__.set_swap_module_params_on_conversion(True)", "torch.__future__.get_swap_module_params_on_conversion()"),
    "torch.backends.mha.set_fastpath_enabled": ("torch.backends.mha.set_fastpath_enabled(False)", "torch.backends.mha.get_fastpath_enabled()"),
    "torch.backends.nnpack.set_flags": ("torch.backends.nnpack.set_flags(False)", "torch._C._get_nnpack_enabled()"),
    "torch.backends.mkldnn": ("torch.backends.mkldnn.enabled = False", "torch.backends.mkldnn.enabled"),
    "torch.random.set_rng_state": ("torch.set_rng_state(torch.Generator().manual_seed(5).get_state())", "torch.rand(1).item()"),
    "torch.inference_mode": ("mode = torch.inference_mode(); mode.__enter__()", "torch.is_inference_mode_enabled()"),
    "torch modes": ("torch.device('meta').__enter__()", "torch.zeros(1).device.type"),
    "numpy.random": ("np.random.seed(9)", "np.random.rand()"),
    "random": ("random.seed(9)", "random.random()"),
    "numpy.seterr": ("np.seterr(all='raise')", "np.geterr()"),
    "numpy.seterrcall": ("np.seterrcall(print)", "np.geterrcall()"),
    "numpy.setbufsize": ("np.setbufsize(1024)", "np.getbufsize()"),
    "decimal": ("decimal.getcontext().prec = 2", "decimal.Decimal(1) / 3"),
    "decimal traps": ("decimal.getcontext().traps[decimal.Inexact] = True", "decimal.Decimal(1) / 3"),
    "locale": ("locale.setlocale(locale.LC_ALL, 'C')", "locale.setlocale(locale.LC_ALL)"),
    "warnings": ("warnings.simplefilter('error')", "warnings.warn('x')"),
    "matplotlib": ("plt.rcParams['lines.linestyle'] = ''", "plt.rcParams['lines.linestyle']"),
    "matplotlib.style": ("plt.style.use('dark_background')", "plt.rcParams['axes.facecolor']"),
    "matplotlib interactive": ("plt.ion()", "matplotlib.is_interactive()"),
    "sys.setswitchinterval": ("sys.setswitchinterval(0.5)", "sys.getswitchinterval()"),
    "sys.setrecursionlimit": ("sys.setrecursionlimit(200)", "sys.getrecursionlimit() >= 1000"),
    "sys.settrace": ("sys.settrace(lambda *_: None)", "sys.gettrace()"),
    "threading.settrace": ("threading.settrace(print)", "threading.gettrace()"),
    "gc": ("gc.disable()", "gc.isenabled()"),
    "gc.set_threshold": ("gc.set_threshold(1)", "gc.get_threshold()"),
    "tracemalloc": ("tracemalloc.start()", "tracemalloc.is_tracing()"),
}  # fmt: skip
# What need not be: by the beginning of its name, why it cannot matter.
NO_MATTER = {
    "torch._C.set_autocast_gpu_": "there is no such device", "torch._C.set_autocast_ipu_": "likewise",
    "torch._C.set_autocast_xla_": "likewise", "torch.accelerator.": "likewise", "torch.cuda.": "likewise",
    "torch.mps.": "likewise", "torch.mtia.": "likewise", "torch.xpu.": "likewise",
    "torch.cpu.set_device": "there is one only, and it does nothing",
    "torch._C.set_num_interop_threads": "can be said once, and changes no number",
    "torch._C._dynamo.": "torch.compile's own, and nothing is compiled", "torch.compiler.": "nothing is compiled", "torch.jit._fuser.": "changes when code is joined, not what it does",
    "torch._tensor_str.": "texts are not judged", "torch.hub.": "nothing is fetched",
    "torch.multiprocessing.": "there are no other processes", "torch._C._distributed_c10d.": "likewise",
    "torch.serialization.": "no grader loads files",
    "torch.utils.checkpoint.": "when a model's values are computed again, not what they are",
    "torch.autograd.graph.set_": "of streams, which devices have",
    "torch._C._functorch.": "torch's own", "torch._library.": "likewise", "torch._logging.": "likewise",
    "torch._prims_common.": "a function, no switch", "torch._utils.": "likewise", "torch._utils_internal.": "likewise",
    "torch.fx.": "likewise", "torch.nn.utils._named_member_accessor.": "likewise", "torch.utils.data.datapipes.": "likewise", "torch.ops.": "likewise", "torch.utils.set_module": "likewise",
    "torch.utils._python_dispatch.": "torch's own", "torch.backends.set_flags": "allows others' flags, which are set back",
}  # fmt: skip
IMPORTS = "import decimal, gc, locale, matplotlib, random, sys, threading, tracemalloc, warnings\nimport numpy as np, torch\nimport matplotlib.pyplot as plt"
LOOK = "def look(code):\n    try:\n        return repr(eval(code))\n    except Exception as error:\n        return repr(error)"


def found(module: types.ModuleType, seen: set[int]) -> Iterator[str]:
    """The functions of torch that are called `set_…`, each once."""
    seen.add(id(module))
    for name, value in list(vars(module).items()):
        if isinstance(value, types.ModuleType):
            if value.__name__.startswith(f"{module.__name__}.") and id(value) not in seen:
                yield from found(value, seen)
        elif name.startswith("set_") and callable(value) and id(value) not in seen:
            seen.add(id(value))
            yield f"{module.__name__}.{name}"


def looks(warm: WarmProcess, switched: bool) -> dict[str, str]:
    """How each switch stands in a call, each switched in a worker of its own."""
    stands = {}
    for name, (switch, code) in SET_BACK.items():
        with Submission(warm, [IMPORTS, LOOK, switch if switched else "pass"], PATIENT) as submission:
            outputs = submission.run()
            assert [one for cell in outputs for one in cell if one["output_type"] == "error"] == [], name
            header, body = submission.call({"op": "call", "name": "look", "args": [wire.Encoder().encode(code)]}, b"")
            stands[name] = str(wire.Decoder(body).decode(header["value"]))
    return stands


def test_each_switch_of_torch_is_set_back_or_cannot_matter() -> None:
    code = "import torch; from tests.sandbox.test_switches import found; print(*found(torch, set()))"
    done = subprocess.run(  # in a fresh process, where nobody has loaded more of torch
        [sys.executable, "-W", "ignore", "-c", code], cwd=KIT, capture_output=True, text=True, check=True
    )
    names = set(done.stdout.split())
    assert len(names) > 60
    assert sorted(name for name in names if name not in SET_BACK and not name.startswith(tuple(NO_MATTER))) == []


@pytest.mark.slow
def test_what_a_notebook_has_switched_is_as_it_was_in_a_call(warm: WarmProcess) -> None:
    plain: dict[str, Any] = looks(warm, switched=False)
    assert looks(warm, switched=True) == plain


@pytest.mark.slow
def test_each_line_switches_something(warm: WarmProcess) -> None:
    """Else the test before this one would say nothing: in the cell that switches it, each stands otherwise."""
    cells = [
        f"{IMPORTS}\n{LOOK}\nbefore = look({code!r})\n{switch}\nprint(before != look({code!r}))"
        for switch, code in SET_BACK.values()
    ]
    for name, cell in zip(SET_BACK, cells, strict=True):
        with Submission(warm, [cell], PATIENT) as submission:
            said = [output.get("text") for output in submission.run()[0]]
        assert "True\n" in said, name
