"""Code that only a newer Python runs is told from code that none does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.handin import newer

# As they stand in notebooks of 3.12 and later. Whoever has such a Python has it read them, too.
NEWER = (
    'd = {"a": 1}\nprint(f"{d["a"]}")', "print(f'{', '.join(['a', 'b'])}')", 'print(f"{f"{f"{1 + 1}"}"}")',
    'print(f"{"\\n".join("ab")}")', 'x = f"{\n    1 +  # a comment\n    1\n}"', 'print(f"{1:{"^"}{10}}")',
    'print(f"{ {"a": 1}["a"] } and {{}}")', 'def f(x):\n    """A text."""\n    return f"{x["a"]!r:>{x["w"]}}"',
    "type Row = list[float]", "type Pair[T] = tuple[T, T]", "def first[T](xs: list[T]) -> T:\n    return xs[0]",
    "class Box[T: (int, str), *Ts, **P]:\n    pass", "async def f[T: dict[str, list[int]]](x: T): ...",
    "if True:\n    class A[T](B): pass\n    def f[T](x): pass",
)  # fmt: skip
NEWEST = ("try:\n    1\nexcept ValueError, TypeError:\n    2", 'print(t"hello {name}")')  # of 3.14
WRONG = (  # in any Python
    "def f(:\n    pass", "print(f'{x')", 'print(f"{d["a"}")', "def f[T(x): pass", "type = = 3", "return = 3", "if x = 3: pass",
    'print("a"b")', "for i in range(3)\n    pass", 'print(f"{d["a"]}"', "except: pass", "x = [1, 2", "print 'hello'",
    "def predict(x, a):\nreturn x @ a", "f'", 'f"""{', "type X: int =", "class A[T]",
)  # fmt: skip
PLAIN = (
    "f\"{x['a']}\"",
    "type = 3\ntype == 4\ntype[0] = 5",
    "x[0] = f'{{}}'",
    "'# no comment'",
    "rb'\\x00'",
    'F"""{\n1}"""',
)
MISSING = {  # what this Python says where a newer one has it
    (3, 12): [
        ("AttributeError", "module 'itertools' has no attribute 'batched'"),
        ("ImportError", "cannot import name 'batched' from 'itertools' (unknown location)"),
        ("ImportError", "cannot import name 'override' from 'typing' (/usr/lib/python3.11/typing.py)"),
        ("AttributeError", "'PosixPath' object has no attribute 'walk'. Did you mean: 'absolute'?"),
        ("AttributeError", "'int' object has no attribute 'is_integer'"),
        ("TypeError", "rmtree() got an unexpected keyword argument 'onexc'"),
        ("TypeError", "PurePath.relative_to() got an unexpected keyword argument 'walk_up'"),
    ],
    (3, 13): [
        ("AttributeError", "module 'copy' has no attribute 'replace'"),
        ("NameError", "name 'PythonFinalizationError' is not defined"),
        ("TypeError", "str.replace() takes no keyword arguments"),
        ("TypeError", "eval() takes no keyword arguments"),
    ],
    (3, 14): [
        ("ModuleNotFoundError", "No module named 'annotationlib'"),
        ("ModuleNotFoundError", "No module named 'compression'"),
        ("ImportError", "cannot import name 'Placeholder' from 'functools' (/usr/lib/functools.py)"),
    ],
}
THERE = (  # what no Python has
    ("AttributeError", "module 'itertools' has no attribute 'batch'"), ("AttributeError", "'Tensor' object has no attribute 'walk'"),
    ("NameError", "name 'batched' is not defined"), ("ModuleNotFoundError", "No module named 'tensorflow'"),
    ("TypeError", "fit() got an unexpected keyword argument 'lr'"), ("TypeError", "len() takes no keyword arguments"),
    ("ImportError", "cannot import name 'batched' from 'more_itertools' (unknown location)"), ("SyntaxError", "invalid syntax"),
)  # fmt: skip
OLD = pytest.mark.skipif(newer.HERE > (3, 11), reason="this Python has some of it")


@OLD
@pytest.mark.parametrize("source", [*NEWER, *NEWEST])
def test_a_newer_grammar_is_told(source: str) -> None:
    assert newer.is_newer(source)
    assert newer.fails_here("SyntaxError", "f-string: expecting '}'", source, (3, 13))
    assert not newer.fails_here("SyntaxError", "f-string: expecting '}'", source, newer.HERE)


@pytest.mark.parametrize("source", [*WRONG, *PLAIN])
def test_what_no_python_reads_is_wrong_and_what_every_one_reads_is_not_newer(source: str) -> None:
    assert not newer.is_newer(source)


@pytest.mark.parametrize("source", [*NEWER, *WRONG])
def test_a_newer_python_agrees(source: str) -> None:
    found = sorted(Path(sys.base_prefix).parent.glob("3.1[2-9].*/bin/python"))
    if not found:
        pytest.skip("no newer Python lies beside this one")
    read = subprocess.run(
        [found[-1], "-I", "-c", "import ast, sys; ast.parse(sys.argv[1])", source], capture_output=True
    )
    assert (read.returncode == 0) == (source in NEWER)


@OLD
def test_names_that_a_newer_library_has_are_told() -> None:
    for version, messages in MISSING.items():
        for kind, message in messages:
            assert newer.fails_here(kind, message, "", version), message
            assert not newer.fails_here(kind, message, "", (3, version[1] - 1)), message


def test_names_that_none_has_are_not() -> None:
    assert [message for kind, message in THERE if newer.fails_here(kind, message, "x = 1", newer.NEWEST)] == []


@pytest.mark.parametrize(
    ("metadata", "version"),
    [
        ({"language_info": {"version": "3.13.1"}}, (3, 13)), ({"language_info": {"version": "3.14.0rc2"}}, (3, 14)),
        ({"language_info": {"name": "python"}}, None), ({"language_info": "3.12"}, None), ({}, None), ([], None),
        ({"language_info": {"version": "2.7"}}, None), ({"language_info": {"version": [3, 12]}}, None),
    ],
)  # fmt: skip
def test_what_a_notebook_says_of_its_python(metadata: object, version: tuple[int, int] | None) -> None:
    assert newer.said(metadata) == version
