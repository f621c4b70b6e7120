"""The kit checks itself: lesson, graders and reference answers belong together, and the layers hold."""

from __future__ import annotations

import ast
import graphlib
import importlib
import inspect
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autograder.basics.kit import KIT
from autograder.lesson.manifest import Lesson
from autograder.lesson.modules import load
from autograder.lesson.report import Status, Verdict
from tests.conftest import Grade
from tests.sample_class import Maker

PACKAGE = KIT / "autograder"
ROW = re.compile(r"^\| `(\w+)` \|.*\|([^|]*)\|$", re.MULTILINE)  # of the table of rooms: its name, and which it may use
SETS = [path.read_text() for path in KIT.glob("constraints*.txt")]  # of versions that were tested together
OLDEST = ["3.11.0", "3.11.2"]  # the first of what pyproject.toml admits, and Debian 12's
UNTRUSTED = [
    "sandbox.warm", "sandbox.alone", "sandbox.worker", "sandbox.shell", "sandbox.spelling", "sandbox.drawing",
    "sandbox.switches", "sandbox.tensors", "sandbox.jupyter", "sandbox.programs", "sandbox.processes", "sandbox.files",
]  # fmt: skip


def criteria_of(lesson: Lesson, exercise: str) -> dict[str, str]:
    """The docstrings of an exercise's criteria, by test name."""
    module = load(lesson.folder, f"graders.test_{exercise}")
    return {name: inspect.getdoc(test) or "" for name, test in vars(module).items() if name.startswith("test_")}


def named(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


MODULES = {named(path): path for path in PACKAGE.rglob("*.py") if not path.name.startswith("__")}
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def imported(path: Path) -> set[str]:
    """The modules of the kit that a file imports, whether at its top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"):
            base = (node.module or "").removeprefix("autograder").lstrip(".")
            names |= {".".join(filter(None, (base, alias.name))) for alias in node.names} | {base}
    return names & MODULES.keys()


def room(module: str) -> str:
    return module.partition(".")[0]


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
        texts = criteria_of(lesson, task.id)
        assert len(texts) >= 4 or task.id == "vocabulary"
        for name, text in texts.items():
            title, _, hint = text.partition("\n\n")
            assert title and "\n" not in title, f"{task.id}: {name} needs a name of one line"
            assert hint.strip(), f"{task.id}: {name} needs a hint"


def test_no_hint_gives_a_reference_answer_away(lesson: Lesson) -> None:
    for task in lesson.tasks:
        for text in criteria_of(lesson, task.id).values():
            assert [
                spoiler for spoiler in (*lesson.words["spoilers"], "x @ coefficients", ".mean()") if spoiler in text
            ] == []


def test_vocabulary_grader_knows_the_lessons_terms(lesson: Lesson) -> None:
    terms = load(lesson.folder, "graders.test_vocabulary").TERMS
    assert set(terms) == set(lesson.reference.vocabulary)
    assert len(set(lesson.reference.vocabulary.values())) == 7


def test_rooms_use_only_those_that_the_table_says() -> None:
    """The table in docs/architecture.md is the rule; and it says no more than is so."""
    text = (KIT / "docs" / "architecture.md").read_text("utf-8")
    table = {name: set(re.findall(r"`(\w+)`", uses)) for name, uses in ROW.findall(text) if name in (*ROOMS, "cli")}
    used: dict[str, set[str]] = {name: set() for name in (*ROOMS, "cli")}
    for module, path in MODULES.items():
        used[room(module)] |= {room(other) for other in imported(path)} - {room(module)}
    assert used == table
    assert list(graphlib.TopologicalSorter(table).static_order())  # no two use each other


@pytest.mark.parametrize("name", ROOMS)
def test_imports_point_down_within_a_room(name: str) -> None:
    inside = {module: imported(path) for module, path in MODULES.items() if room(module) == name}
    graph = {module: {other for other in others if room(other) == name} for module, others in inside.items()}
    assert set(graphlib.TopologicalSorter(graph).static_order()) == inside.keys()


@pytest.mark.parametrize("name", ROOMS)
def test_a_rooms_face_is_what_others_import_of_it(name: str) -> None:
    package = importlib.import_module(f"autograder.{name}")
    outside = [path for module, path in MODULES.items() if room(module) != name]
    others = [*outside, PACKAGE / "__init__.py", *(KIT / "lessons").rglob("*.py")]
    found = {other.partition(".")[2] for path in others for other in imported(path) if room(other) == name}
    assert (package.__all__, bool(package.__doc__)) == (sorted(found), True)


def test_lessons_import_nothing_of_the_kit_but_what_graders_are_written_in() -> None:
    found = {room(other) for path in (KIT / "lessons").rglob("*.py") for other in imported(path)}
    assert found == {"graders"}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_the_engine_names_no_lesson_and_no_exercise(module: str, lesson: Lesson) -> None:
    """Two of the exercises have names that are also words: those may stand in texts, and nowhere else."""
    words = {lesson.assignment, *(task.id for task in lesson.tasks)}
    source = MODULES[module].read_text("utf-8")
    texts = {word for word in words - {"fit", "gradient"} if re.search(rf"\b{word}\b", source)}
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    strings = words & {node.value for node in nodes if isinstance(node.value, str)}
    assert texts | strings == set()


def test_untrusted_side_imports_nothing_of_the_trusted_side() -> None:
    for module in UNTRUSTED:
        assert {room(name) for name in imported(MODULES[module])} <= {"sandbox"}
        assert not imported(MODULES[module]) & {"sandbox.launch", "sandbox.session", "sandbox.submission"}


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
    trusted = {name: path for name, path in MODULES.items() if room(name) != "sandbox"}
    found = {name: calls for name, path in trusted.items() if (calls := printing(path))}
    assert found.pop("render.terminal")[0].startswith("console.print(_Plain(renderable)")
    assert found == {
        "basics.interrupted": ["sys.stderr.write('autograder: interrupted\\n')"],  # before that place is imported
        "learning.desk": ["print(json.dumps(message), file=answers, flush=True)"],  # to the notebook, and in ASCII
        "learning.live": ["print(plain(text, keep='\\n').encode(encoding, SPELLED).decode(encoding))"],
    }


def test_pins_admit_every_python_that_the_kit_admits() -> None:
    """Debian 12 has Python 3.11.2; pip says neither which pin it is nor what that needs."""
    torch = f"torch=={metadata.version('torch').partition('+')[0]}\n"
    pinned = next((text for text in SETS if torch in text), None)
    assert pinned is not None, "this environment is none of the constraints*.txt: make install"
    pins = {canonicalize_name(name): version for name, version in (pin.split("==") for pin in pinned.split())}
    installed = metadata.distributions()
    found = [one for one in installed if pins.get(canonicalize_name(one.name)) == one.version.partition("+")[0]]
    needs = [(one.name, (one.metadata.get_all("Requires-Python") or [""])[0]) for one in found]
    assert len(needs) > len(pins) - 10, "this environment is not the one of its constraints: make install"
    assert [need for need in needs if list(SpecifierSet(need[1]).filter(OLDEST)) != OLDEST] == []


LEFT = """grades.csv students.csv course/gradebook.db course-old/gradebook.db downloaded/sgd/archive/sgd.zip sgd/sgd.ipynb
exercises/sgd/progress.json exercises/sgd/set-aside/mse-1.py exercises/sgd/.ipynb_checkpoints/x solutions/sgd/sgd.ipynb"""


def test_git_ignores_what_an_instructors_day_leaves_and_no_more(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=tmp_path, capture_output=True, text=True).stdout

    git("init")
    (tmp_path / ".gitignore").write_text((KIT / ".gitignore").read_text())
    assert git("check-ignore", *LEFT.split()).split() == LEFT.split()
    ours = [
        "exercises/sgd/sgd.ipynb",
        "solutions/sgd.py",
        "autograder/classroom/course.py",
        "lessons/sgd/answers/mse.toml",
        "docs/x.csv",
    ]
    assert git("check-ignore", *ours) == ""


@pytest.mark.slow
def test_nothing_slow_is_imported_where_it_is_not_needed() -> None:
    code = "import sys, autograder.cli, autograder.classroom.batch, autograder.render.terminal; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib", "IPython", "jupytext"} & set(done.stdout.split())
    assert "rfc3987_syntax.syntax_helpers" not in done.stdout
