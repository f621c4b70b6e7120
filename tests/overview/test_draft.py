"""A group's entry for the catalogue: whatever the group wrote, it loads, runs nothing when it is read, and fits."""

from __future__ import annotations

import ast
import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.diagnosis import diagnose
from autograder.grading.imitation import Imitation
from autograder.grading.misconceptions import Misconceptions
from autograder.grading.verdicts import judge
from autograder.grading.verdicts import tests as named
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.lesson.report import DRAWN, Criterion
from autograder.overview.answers import bare
from autograder.overview.draft import draft, unused
from autograder.overview.losses import Cause, Kind, Loss
from tests.answers import load
from tests.overview.made import wrong

HALF_MORE = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).mean() * 1.5"
LENT = "def gradient(x, y, a):\n    a.grad = None\n    mse(predict(x, a), y).backward()\n    return a.grad[[1, 0]]"
EVIL = [
    "def mse(y_hat, y):\n    import os\n    return os.system('x')",
    "def mse(y_hat, y):\n    return __import__('os')",
    "def mse(y_hat, y):\n    return y.__class__.__base__",
    "def mse(y_hat, y):\n    return torch.os.system(y)",
    "def mse(y_hat, y):\n    return getattr(torch, chr(111) + chr(115))",
    "def mse(y_hat, y=open(0)):\n    return y",
    "def mse(y_hat, y):\n    return eval(y)",
    "def mse(y_hat, y):\n    while True:\n        pass",
    "def mse(y_hat, y):\n    return [].append('text')",
    "def mse(y_hat, y):\n    global torch\n    torch = 1",
    "def mse(y_hat, y):\n    class y(evil()):\n        pass",
    "def mse(y_hat, y):\n    return helper(y)",
    "def mse(y_hat, y):\n    return mse(y, y_hat)",
    "async def mse(y_hat, y):\n    return y",
    "mse = torch.nn.MSELoss()",
]
FACTS = [
    '"""',
    "\\",
    '\\"""',
    '"',
    "'''",
    "\n\n\ndef evil(): ...",
    '""" + evil() + """',
    "\u202e\x00",
    "{}",
    "%s",
    "x" * 5000,
]


def cause(exercise: str, *criteria: Criterion) -> Cause:
    return Cause(Kind.UNEXPLAINED, exercise, (Loss("ann", criteria or (wrong("a"),), None),))


def none(_: str) -> dict[str, str]:
    return {}


@pytest.fixture
def own(lesson: Lesson, tmp_path: Path) -> Lesson:
    """The lesson with a catalogue of its own."""
    folder = shutil.copytree(lesson.folder, tmp_path / "sgd", ignore=shutil.ignore_patterns(*shelf.NOT_NEEDED))
    return dataclasses.replace(lesson, folder=folder)


def pasted(own: Lesson, exercise: str, entry: str) -> Misconceptions:
    with (own.folder / "misconceptions" / f"{exercise}.py").open("a", encoding="utf-8") as module:
        module.write(f"\n\n{entry}")
    return Misconceptions(own.folder)


def test_an_entry_has_what_is_known_and_says_where_words_are_missing(lesson: Lesson) -> None:
    lost = wrong("squares the error", "13.5", input="y_hat = [5], y = [2]", expected="9", hint="What is the S?")
    assert draft(lesson, cause("mse", lost), "new_mse_1", [HALF_MORE], none) == (
        "from autograder.graders.catalogue import wrong\n\n\n"
        "@wrong\n"
        "def new_mse_1(y_hat, y):\n"
        '    """SAY HERE what seems to be the matter, in one sentence.\n\n'
        "    For y_hat = [5], y = [2] it gives: 13.5. Expected is: 9.\n\n"
        "    What is the S?\n\n"
        "    SAY HERE the idea behind it, without the answer.\n"
        '    """\n'
        "    return ((y_hat - y) ** 2).mean() * 1.5\n"
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch has some for wrong answers
@pytest.mark.parametrize(
    ("exercise", "answer", "alike"),
    [
        ("mse", HALF_MORE, lambda y_hat, y: 3 * ((y_hat - y) ** 2).sum() / (2 * len(y))),
        ("gradient", LENT, lambda x, y, a: (2 * x.T @ (x @ a - y) / len(x)).detach()[[1, 0]]),
    ],
    ids=["mse", "gradient"],
)
def test_pasted_into_the_catalogue_it_recognises_whoever_behaves_like_it(
    own: Lesson, exercise: str, answer: str, alike: Any
) -> None:
    name = unused(own, exercise, [])
    known = pasted(own, exercise, draft(own, cause(exercise), name, [answer], none))
    assert known.of(exercise)[-1].id == name.replace("_", "-")
    student: Any = Imitation(exercise, alike, own.reference)
    found = judge(own, exercise, student)
    diagnose(own, exercise, student, found)
    assert name.replace("_", "-") in {one.misconception for one in found.criteria}


@pytest.mark.parametrize("answer", EVIL)
def test_code_that_may_do_more_than_compute_is_no_entry(lesson: Lesson, answer: str) -> None:
    entry = draft(lesson, cause("mse", wrong("squares the error")), "new", [answer], lambda _: named(lesson, "mse"))
    assert '@sign("test_one_error", last=True)\ndef new(traces):' in entry
    assert entry.endswith("    return True\n")
    assert "@wrong" in draft(lesson, cause("mse"), "new", [answer, HALF_MORE], none)  # another of the group's


@pytest.mark.parametrize("fact", FACTS)
def test_whatever_an_answer_gave_an_entry_is_one_function_with_four_paragraphs(own: Lesson, fact: str) -> None:
    lost = wrong(fact, fact, input=fact, expected=fact, hint=fact)
    for exercise in ("mse", "fit"):
        entry = draft(own, cause(exercise, lost), f"new_{exercise}_1", [HALF_MORE], lambda _: {fact: f"test[{fact}]"})
        imports, function = ast.parse(entry).body
        assert isinstance(imports, ast.ImportFrom) and isinstance(function, ast.FunctionDef)
        assert (imports.module, len(function.decorator_list)) == ("autograder.graders.catalogue", 1)
        found = pasted(own, exercise, entry).of(exercise)[-1]
        assert (found.id, len(found.hints)) == (f"new-{exercise}-1", 3)


def test_where_answers_are_not_compared_the_criteria_are_named(own: Lesson) -> None:
    lost = [wrong(name) for name in ("draws a new order every epoch", "finds the line that the rows lie on")]
    entry = draft(own, cause("fit", *lost), "new_fit_1", ["def fit():\n    pass"], lambda name: named(own, name))
    found = pasted(own, "fit", entry).of("fit")[-1]
    assert (found.criteria, found.last, found.answers) == (("test_new_order", "test_finds_the_line"), True, ())
    assert found.holds is not None and found.holds({})


def test_of_values_it_is_what_the_group_has_in_common_and_the_lesson_has_not(own: Lesson) -> None:
    answers = [
        "vocabulary = {'epoch': 'F', 'SGD': 'E', 'x': '…'}",
        "vocabulary = {'epoch': 'F', 'SGD': 'E', 'minibatch': 'C'}",
    ]
    lost = cause("vocabulary", wrong('knows what "SGD" means', "E", input="SGD"))
    entry = draft(own, lost, "new_vocabulary_1", answers, lambda name: named(own, name))
    assert "    held = {'SGD': 'E'}\n" in entry
    found = pasted(own, "vocabulary", entry).of("vocabulary")[-1]
    assert (found.id, found.criteria) == ("new-vocabulary-1", ("test_term[SGD]",))


def test_an_exercise_without_a_catalogue_gets_its_first_entry(own: Lesson) -> None:
    (own.folder / "misconceptions" / "mse.py").unlink()
    entry = draft(own, cause("mse"), "new_mse_1", [HALF_MORE], none)
    (own.folder / "misconceptions" / "mse.py").write_text(entry, "utf-8")
    assert [one.id for one in Misconceptions(own.folder).of("mse")] == ["new-mse-1"]


def test_a_name_is_new(own: Lesson) -> None:
    assert unused(own, "mse", []) == "new_mse_1"
    pasted(own, "mse", "def new_mse_1():\n    ...\n")
    assert unused(own, "mse", ["new_mse_2"]) == "new_mse_3"


def test_inputs_that_nobody_else_gets_are_no_counterexample(lesson: Lesson) -> None:
    entry = draft(lesson, cause("mse", wrong("a", input=DRAWN)), "new_mse_1", [HALF_MORE], none)
    assert "SAY HERE an input for which it shows." in entry


@pytest.mark.slow
def test_of_any_wrong_answer_of_the_lesson_an_entry_can_be_made(lesson: Lesson) -> None:
    answers = [one for one in load() if not one.right and one.lesson.assignment == lesson.assignment]
    for answer in answers[::8]:
        texts = [text for text in [bare(answer.code, answer.exercise)] if text]
        compile(draft(lesson, cause(answer.exercise), "new", texts, none), str(answer), "exec")
