"""What needs a newer Python than this one: a notebook that was written with it is not to be judged without it.

A notebook says which Python it was run by; Colab's say nothing, so those may be of any. That alone excuses nothing: the
code must be such that a newer Python runs it. So a false version changes no marks.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any

Version = tuple[int, int]
HERE: Version = sys.version_info[:2]
NEWEST: Version = (3, 14)  # that is known here
SAID = re.compile(r"3\.(\d{1,2})(\.\w+)*$")
# New names of the standard library by version, from its "What's New"; and keywords of functions, as `function(keyword`.
NAMES = {
    (3, 12): """
        asyncio.create_eager_task_factory asyncio.eager_task_factory builtins.int.is_integer builtins.bool.is_integer
        calendar.Day calendar.JANUARY calendar.FEBRUARY calendar.Month collections.abc.Buffer csv.QUOTE_NOTNULL
        csv.QUOTE_STRINGS fractions.Fraction.is_integer inspect.BufferFlags inspect.getasyncgenlocals
        inspect.getasyncgenstate inspect.markcoroutinefunction itertools.batched logging.getHandlerByName
        logging.getHandlerNames logging.Logger.getChildren math.sumprod os.listdrives os.listmounts os.listvolumes
        os.path.isjunction os.path.splitroot os.setns os.unshare pathlib.Path.is_junction pathlib.Path.walk
        pathlib.Path.with_segments random.binomialvariate random.Random.binomialvariate sqlite3.Connection.autocommit
        sys.monitoring sys.activate_stack_trampoline threading.setprofile_all_threads threading.settrace_all_threads
        types.get_original_bases typing.TypeAliasType typing.override uuid.main
        exists(follow_symlinks glob(case_sensitive match(case_sensitive relative_to(walk_up rglob(case_sensitive
        rmtree(onexc connect(autocommit
    """,
    (3, 13): """
        array.array.clear asyncio.Queue.shutdown asyncio.QueueShutDown base64.z85decode base64.z85encode
        builtins.PythonFinalizationError copy.replace dbm.sqlite3 enum.EnumDict glob.translate
        math.fma mimetypes.guess_file_type os.process_cpu_count os.path.isdevdrive os.path.isreserved
        pathlib.Path.from_uri pathlib.Path.full_match pathlib.UnsupportedOperation queue.Queue.shutdown queue.ShutDown
        random.main re.PatternError statistics.kde statistics.kde_random types.CapsuleType typing.NoDefault
        typing.ReadOnly typing.TypeIs typing.get_protocol_members typing.is_protocol warnings.deprecated
        glob(recurse_symlinks rglob(recurse_symlinks is_dir(follow_symlinks is_file(follow_symlinks read_text(newline
        replace(count eval(globals exec(globals eval(locals exec(locals
    """,
    (3, 14): """
        annotationlib compression compression.zstd concurrent.futures.InterpreterPoolExecutor concurrent.interpreters
        datetime.date.strptime datetime.time.strptime fractions.Fraction.from_number functools.Placeholder
        heapq.heapify_max heapq.heappop_max heapq.heappush_max heapq.heappushpop_max heapq.heapreplace_max io.Reader
        io.Writer operator.is_none operator.is_not_none pathlib.Path.copy pathlib.Path.copy_into pathlib.Path.info
        pathlib.Path.move pathlib.Path.move_into string.templatelib typing.evaluate_forward_ref uuid.uuid6 uuid.uuid7
        uuid.uuid8 map(strict
    """,
}
BRACKETS = r"\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\]"  # three deep
GRAMMAR = (  # what was added to Python's grammar, and what an older one has in its place, where that is only parsed
    (re.compile(rf"^(\s*)type\s+(\w+)\s*(?:{BRACKETS})?\s*=(?!=)", re.MULTILINE), r"\1\2 ="),
    (re.compile(rf"^(\s*(?:async\s+def|def|class)\s+\w+)\s*{BRACKETS}", re.MULTILINE), r"\1"),
    (re.compile(r"^(\s*except\*?)\s+([\w.]+(?:\s*,\s*[\w.]+)+)\s*:", re.MULTILINE), r"\1 (\2):"),
)
TEXT = re.compile(r"#[^\n]*|(?<!\w)(?P<kind>[a-zA-Z]{0,2})(?P<quote>'''|\"\"\"|'|\")")
PAIRS = {")": "(", "]": "[", "}": "{"}
MISSING = (
    re.compile(r"module '(?P<owner>[\w.]+)' has no attribute '(?P<name>\w+)'"),
    re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<owner>[\w.]+)'"),
    re.compile(r"(?:type object )?'(?P<owner>[\w.]+)'(?: object)? has no attribute '(?P<name>\w+)'"),
    re.compile(r"No module named '(?P<name>[\w.]+)'"),
    re.compile(r"name '(?P<name>\w+)' is not defined"),
)
UNEXPECTED = re.compile(r"(?:\w+\.)*(?P<name>\w+)\(\) got an unexpected keyword argument '(?P<keyword>\w+)'")
NO_KEYWORDS = re.compile(r"(?:\w+\.)*(?P<name>\w+)\(\) takes no keyword arguments")


def said(metadata: Any) -> Version | None:
    """The version of Python that a notebook's metadata name."""
    about = metadata.get("language_info") if isinstance(metadata, dict) else None
    found = SAID.match(str(about.get("version"))) if isinstance(about, dict) else None
    return (3, int(found[1])) if found else None


def fails_here(kind: str, message: str, source: str, version: Version) -> bool:
    """Whether an exception comes of this Python's age alone; `source` is of the cell, `version` of its notebook."""
    if version <= HERE:
        return False
    if kind == SyntaxError.__name__:
        return is_newer(source)
    return bool(_lacking(message) & _new(version))


def is_newer(source: str) -> bool:
    """Whether code is no Python of this version, and would be if some of a newer grammar's signs were not in it."""
    return not _parses(source) and _parses(_older(source))


def _new(version: Version) -> set[str]:
    """The names that are new since this Python, up to a version, and the ends of those that belong to classes."""
    found = {name for since, names in NAMES.items() if HERE < since <= version for name in names.split()}
    return found | {".".join(name.split(".")[-2:]) for name in found if name.count(".") > 1}


def _lacking(message: str) -> set[str]:
    """What there is none of, in each of the ways that `NAMES` may say it."""
    for pattern in MISSING:
        if found := pattern.search(message):
            name, owner = found["name"], found.groupdict().get("owner")
            owner = re.sub(r"^(Posix|Windows)Path$", "Path", owner or "builtins")
            return {f"{owner}.{name}", *([name] if found.re is MISSING[3] else [])}
    if found := UNEXPECTED.search(message):
        return {f"{found['name']}({found['keyword']}"}
    if found := NO_KEYWORDS.search(message):
        return {name for names in NAMES.values() for name in names.split() if name.startswith(f"{found['name']}(")}
    return set()


def _parses(source: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _older(source: str) -> str:
    """The same without what is new in the grammar: formatted texts are plain ones, and nothing has type parameters."""
    plain = "".join(_pieces(source))
    for pattern, replacement in GRAMMAR:
        plain = pattern.sub(replacement, plain)
    return plain


def _pieces(source: str) -> Iterator[str]:
    """The source, with an empty text for each formatted one that ends."""
    place = 0
    while found := TEXT.search(source, place):
        if not found["quote"]:
            yield source[place : found.end()]
            place = found.end()
            continue
        end = _end(source, found)
        formatted = set(found["kind"].lower()) & set("ft")
        yield source[place : found.start()] + (
            "''" if formatted and end else source[found.start() : end or found.end()]
        )
        place = end or found.end()
    yield source[place:]


def _end(source: str, begin: re.Match[str]) -> int:
    """Where a text ends that begins here; 0 if it does not."""
    kind, quote = begin["kind"].lower(), begin["quote"]
    formatted, place = bool(set(kind) & set("ft")), begin.end()
    while place < len(source):
        if source.startswith(quote, place):
            return place + len(quote)
        if source[place] == "\n" and len(quote) == 1:
            return 0
        if formatted and source[place] == "{" and source[place : place + 2] != "{{":
            place = _field_end(source, place + 1)
            if not place:
                return 0
            continue
        place += 2 if source[place] == "\\" or (formatted and source[place : place + 2] == "{{") else 1
    return 0


def _field_end(source: str, place: int) -> int:
    """Behind the brace that ends a replacement field, which may hold any texts, also with the same quotes."""
    opened = ["{"]
    while place < len(source) and opened:
        sign = source[place]
        if (text := TEXT.match(source, place)) and text["quote"]:
            place = _end(source, text)
            if not place:
                return 0
            continue
        if sign in PAIRS and opened.pop() != PAIRS[sign]:
            return 0
        opened += [sign] if sign in PAIRS.values() else []
        place += 1
    return 0 if opened else place
