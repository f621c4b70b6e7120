"""The kit checks itself: lesson, graders and reference answers belong together, and the layers hold."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autograder import graders
from autograder.lesson import HOME, Lesson
from autograder.report import Status, Verdict
from tests.conftest import Grade
from tests.sample_class import Maker

PACKAGE = Path(graders.__file__).resolve().parent.parent
LAYERS = [
    {"memory", "parser", "sandbox.switches", "sandbox.tensors"},
    {
        "advice",
        "bundle",
        "calls",
        "files",
        "lesson",
        "sandbox.folder",
        "sandbox.gate",
        "sandbox.handle",
        "sandbox.kernel",
        "sandbox.levels",
        "sandbox.limits",
        "sandbox.spelling",
        "sandbox.syscalls",
        "sandbox.wire",
        "text",
    },
    {
        "report",
        "handin",
        "names",
        "show",
        "sandbox.guard",
        "sandbox.landlock",
        "sandbox.seccomp",
        "sandbox.drawing",
        "sandbox.shell",
    },
    {"sandbox.isolation"},
    {"delivery", "progress", "sandbox.launch", "sandbox.probe", "sandbox.worker"},
    {"sandbox.session", "sandbox.warm", "sandbox.cold", "sandbox.alone"},
    {"sandbox.submission", "sandbox.process"},
    {"student"},
    {"graders", "imitation"},
    {"misconceptions", "verdicts"},
    {"diagnosis", "followthrough"},
    {"case"},
    {"grading", "standing"},
    {"local", "render"},
    {"typesetter"},
    {"room"},
    {"exhibit", "formgrader", "stock"},
    {"nbgrading", "course", "sheet"},
    {"converters", "release"},
    {"batch", "desk", "live", "workbook"},
    {"study"},
    {"watch"},
    {"tutor"},
    {"cli"},
]
CONSTRAINTS = (HOME / "constraints.txt").read_text()
OLDEST = ["3.11.0", "3.11.2"]  # the first of what pyproject.toml admits, and Debian 12's
UNTRUSTED = [
    "sandbox.warm", "sandbox.alone", "sandbox.worker", "sandbox.shell", "sandbox.spelling", "sandbox.drawing",
    "sandbox.switches", "sandbox.tensors",
]  # fmt: skip


def criteria_of(exercise: str) -> dict[str, str]:
    """The docstrings of an exercise's criteria, by test name."""
    module = importlib.import_module(f"autograder.graders.test_{exercise}")
    return {name: inspect.getdoc(test) or "" for name, test in vars(module).items() if name.startswith("test_")}


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> set[str]:
    """The modules of the kit that a file imports, whether at its top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"):
            base = (node.module or "").removeprefix("autograder").lstrip(".")
            names |= {".".join(filter(None, (base, alias.name))) for alias in node.names} | {base}
    return names & modules().keys() - {"", "__init__", "sandbox"}


def layer(module: str) -> int:
    """The number of the layer that a module or its package stands in."""
    return next(level for level, names in enumerate(LAYERS) if module in names or module.split(".")[0] in names)


def test_reference_earns_full_marks(maker: Maker, grade: Grade, lesson: Lesson) -> None:
    report = grade(maker.text()).report
    assert (report.score, report.max_score, report.note) == (lesson.max_score, lesson.max_score, None)
    assert [(exercise.status, exercise.note) for exercise in report.exercises] == [(Status.PASSED, None)] * 7


def test_every_stub_fails_unsolved(maker: Maker, grade: Grade) -> None:
    report = grade(maker.text("blank")).report
    assert [exercise.status for exercise in report.exercises] == [Status.NOT_ATTEMPTED] * 7
    assert {one.status for exercise in report.exercises for one in exercise.criteria} == {Verdict.NOT_RUN}
    assert report.score == 0


def test_points_add_up_between_lesson_and_graders(maker: Maker, grade: Grade, lesson: Lesson) -> None:
    report = grade(maker.text("blank")).report
    assert {one.id: one.max_score for one in report.exercises} == {task.id: task.points for task in lesson.tasks}


def test_every_exercise_has_criteria_with_names_and_hints(lesson: Lesson) -> None:
    for task in lesson.tasks:
        texts = criteria_of(task.id)
        assert len(texts) >= 4 or task.id == "vocabulary"
        for name, text in texts.items():
            title, _, hint = text.partition("\n\n")
            assert title and "\n" not in title, f"{task.id}: {name} needs a name of one line"
            assert hint.strip(), f"{task.id}: {name} needs a hint"


def test_no_hint_gives_a_reference_answer_away(lesson: Lesson) -> None:
    for task in lesson.tasks:
        for text in criteria_of(task.id).values():
            assert "x @ a" not in text and "x @ coefficients" not in text and ".mean()" not in text


def test_vocabulary_grader_knows_the_lessons_terms(lesson: Lesson) -> None:
    from autograder.graders.test_vocabulary import TERMS

    assert set(TERMS) == set(lesson.reference.vocabulary)
    assert len(set(lesson.reference.vocabulary.values())) == 7


@pytest.mark.parametrize("module", sorted(modules().keys() - {"", "__init__"}))
def test_imports_point_down(module: str) -> None:
    if module in ("sandbox", "render", "graders", "misconceptions"):
        assert imported(modules()[module]) == set()
        return
    level = layer(module)
    for other in imported(modules()[module]):
        package = module.split(".")[0]
        same = package in ("graders", "render", "misconceptions") and other.split(".")[0] == package
        assert same or layer(other) < level, f"{module} (layer {level}) imports {other} (layer {layer(other)})"


def test_untrusted_side_imports_nothing_of_the_trusted_side() -> None:
    for module in UNTRUSTED:
        assert all(name.startswith("sandbox.") for name in imported(modules()[module]))
        assert not imported(modules()[module]) & {"sandbox.launch", "sandbox.session", "sandbox.submission"}


def test_regrading_gives_the_same_report(maker: Maker, grade: Grade) -> None:
    text = maker.text(answers={"fit": "def fit(x, y, a, lr, epochs, batch_size):\n    return []"}, bare=True)
    assert grade(text).report.to_json() == grade(text).report.to_json()


def printing(path: Path) -> list[str]:
    """The calls in a file that print, and what they print: `print`, rich's, and writing to a standard stream."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    names = [(ast.unparse(call.func), call) for call in calls]
    direct = ("print", "sys.stdout.write", "sys.stderr.write", "warnings.warn")
    return [ast.unparse(call) for name, call in names if name in direct or name.endswith(".print")]


def test_all_that_is_printed_goes_through_one_place() -> None:
    trusted = {name: path for name, path in modules().items() if not name.startswith("sandbox.")}
    found = {name: calls for name, path in trusted.items() if (calls := printing(path))}
    assert found.pop("render.terminal")[0].startswith("console.print(_Plain(renderable)")
    assert found == {
        "desk": ["print(json.dumps(message), file=answers, flush=True)"],  # to the notebook, and in ASCII
        "live": ["print(plain(text, keep='\\n'))"],
    }


def test_pins_admit_every_python_that_the_kit_admits() -> None:
    """Debian 12 has Python 3.11.2; pip says neither which pin it is nor what that needs."""
    pins = {canonicalize_name(name): version for name, version in (pin.split("==") for pin in CONSTRAINTS.split())}
    found = [one for one in distributions() if pins.get(canonicalize_name(one.name)) == one.version]
    needs = [(one.name, one.metadata["Requires-Python"] or "") for one in found]
    assert len(needs) > len(pins) - 10, "this environment is not the one of constraints.txt: make install"
    assert [need for need in needs if list(SpecifierSet(need[1]).filter(OLDEST)) != OLDEST] == []


LEFT = """grades.csv students.csv course/gradebook.db course-old/gradebook.db downloaded/sgd/archive/sgd.zip sgd/sgd.ipynb
exercises/sgd/progress.json exercises/sgd/set-aside/mse-1.py exercises/sgd/.ipynb_checkpoints/x solutions/sgd/sgd.ipynb"""


def test_git_ignores_what_an_instructors_day_leaves_and_no_more(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=tmp_path, capture_output=True, text=True).stdout

    git("init")
    (tmp_path / ".gitignore").write_text((HOME / ".gitignore").read_text())
    assert git("check-ignore", *LEFT.split()).split() == LEFT.split()
    ours = [
        "exercises/sgd/sgd.ipynb",
        "solutions/sgd.py",
        "autograder/course.py",
        "tests/answers/mse.toml",
        "docs/x.csv",
    ]
    assert git("check-ignore", *ours) == ""


def test_nothing_slow_is_imported_where_it_is_not_needed() -> None:
    code = "import sys, autograder.cli, autograder.batch, autograder.render.terminal; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib", "IPython", "jupytext"} & set(done.stdout.split())
    assert "rfc3987_syntax.syntax_helpers" not in done.stdout
