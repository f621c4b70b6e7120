"""Reports in a terminal: the words, what is left out, and that a student's text is never taken for a command."""

from __future__ import annotations

import dataclasses
import logging
import re
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.text import Text

from autograder.basics.text import plain
from autograder.lesson.report import Criterion, Exercise, Report, Status, Verdict
from autograder.render import terminal

KEPT = Criterion("squares the error", Verdict.PASSED, 2.0, 2.0)
LOST = Criterion(
    "averages", Verdict.FAILED, 0.0, 1.5, "y = [0, 0]", "2", "1", "Duplicate every row.", "sum-not-mean",
    "Nothing divides the sum.", ("What does a mean do?", "A mean does not grow."),
)  # fmt: skip
AGAIN = dataclasses.replace(LOST, name="does not grow")
BARE = Criterion("never tried", Verdict.NOT_RUN, 0.0, 1.0)
BROKEN = Criterion("answers", Verdict.ERROR, 0.0, 1.0, actual="no answer: it ended")


def printed(renderable: RenderableType, width: int = 80, colour: bool = False) -> str:
    """What a terminal shows, without blanks at the ends of lines."""
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    terminal.show(console, renderable)
    assert isinstance(console.file, StringIO)
    return "\n".join(line.rstrip(" ") for line in console.file.getvalue().removesuffix("\n").split("\n"))


def report(*exercises: Exercise, student: str | None = None, note: str | None = None) -> Report:
    return Report.of("sgd", exercises, isolation="none", student=student, note=note)


def test_a_report_shows_what_passed_and_what_did_not() -> None:
    found = report(Exercise.of("mse", (KEPT, LOST, BARE, BROKEN), note="A note."), Exercise.of("fit", (KEPT,)))
    assert printed(terminal.report(found)) == (
        "mse: partly right, 2 of 5.5 points\n"
        "  A note.\n"
        "  ✓ squares the error\n"
        "  ✗ averages\n"
        "      input     y = [0, 0]\n"
        "      yours     2\n"
        "      expected  1\n"
        "      Nothing divides the sum.\n"
        "      Hint: Duplicate every row.\n"
        "  – never tried\n"
        "\n"
        "  ! answers\n"
        "      yours  no answer: it ended\n"
        "\n"
        "fit: all right, 2 of 2 points\n"
        "  ✓ squares the error\n"
        "\n"
        "mse is the first one to look at again: averages.\n"
        "4 of 7.5 points"
    )


@pytest.mark.parametrize("hints", [-1, 0, 1, 2, 3, 4])
def test_as_many_hints_are_shown_as_are_wanted(hints: int) -> None:
    text = printed(terminal.report(report(Exercise.of("mse", (LOST,))), hints))
    told = ["Hint: Duplicate every row.", "Hint: What does a mean do?", "Hint: A mean does not grow."]
    assert [hint in text for hint in told] == [number < hints for number in range(3)]
    assert "expected  1" in text


def test_what_has_the_same_cause_is_explained_once() -> None:
    text = printed(terminal.report(report(Exercise.of("mse", (LOST, AGAIN)))))
    assert text.count("Nothing divides the sum.") == text.count("Hint: Duplicate every row.") == 1
    assert "      The same seems to be behind this one.\n" in text


def test_of_an_exercise_that_was_not_attempted_only_that_is_said() -> None:
    found = report(Exercise.of("mse", (BARE,), status=Status.NOT_ATTEMPTED))
    assert printed(terminal.report(found)) == (
        "mse: not attempted, 0 of 1 points\n\nmse is the next one to write.\n0 of 1 points"
    )


def test_a_file_that_could_not_be_read_gets_the_reason_and_no_points() -> None:
    found = Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="none")
    assert printed(terminal.report(found)) == "the file is not JSON\n0 of 53 points"


def test_a_class_is_a_table_of_a_row_a_student_and_a_column_an_exercise() -> None:
    reports = [
        report(Exercise.of("mse", (KEPT, LOST)), Exercise.of("fit", (BARE,)), student="ann"),
        Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="none", student="bob"),
    ]
    assert printed(terminal.class_table(reports, ["mse", "fit"])) == (
        "student  mse  fit  total  note\n"
        "ann        2    0      2\n"
        "bob        ·    ·      0  the file is not JSON"
    )  # fmt: skip


def test_students_stay_on_one_line_each_in_a_narrow_terminal() -> None:
    reports = [report(Exercise.of("mse", (KEPT,)), student=f"student-{number:02}") for number in range(3)]
    lines = printed(terminal.class_table(reports, ["mse"]), width=30).splitlines()
    assert [line.split()[0] for line in lines] == ["student", "student-00", "student-01", "student-02"]


MARKS = ("predict", "mse", "gradient", "sgd_step", "fit", "plot_fit", "vocabulary")
WHY = "the file is not JSON, so it is no Jupyter notebook: hand in the .ipynb file itself"
IDS = {
    "short": ["ada", "bob"],
    "ten": ["student-01", "student-02"],
    "mail": [f"{name}.{'x' * 20}@students.example.org" for name in ("ada", "bob")],
    "long": ["ada" + "x" * 200, "bob"],
    "wide": ["李" * 60, "bob"],
}


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 300])
@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
def test_no_mark_and_no_note_is_ever_left_out(ids: list[str], width: int) -> None:
    given = [float(f"{place + 1}.{place + 1}") for place in range(7)]
    exercises = (
        Exercise.of(name, (Criterion("a", Verdict.PASSED, score, 9.0),))
        for name, score in zip(MARKS, given, strict=True)
    )
    reports = [
        report(*exercises, student=ids[0]),
        Report.unreadable("sgd", 53.0, WHY, isolation="none", student=ids[1]),
    ]
    shown = printed(terminal.class_table(reports, MARKS), width)
    assert [float(word) for word in shown.split() if re.fullmatch(r"\d\.\d|30.8", word)] == [*given, 30.8]
    flat = "".join(shown.split())
    assert "".join(WHY.split()) in flat or all(word in shown for word in WHY.split())
    assert ids[1] in flat or width < 100
    if width >= 80:
        assert max(cell_len(line) for line in shown.splitlines()) <= width
        assert shown.splitlines()[0].split()[:9] == ["student", *MARKS, "total"]


def test_where_there_is_no_room_beside_the_marks_notes_stand_below() -> None:
    reports = [
        report(Exercise.of("mse", (KEPT, LOST)), Exercise.of("fit", (BARE,)), student="ada.lovelace@example.org"),
        Report.unreadable("sgd", 53.0, "the file is not JSON", isolation="none", student="bob"),
    ]
    assert printed(terminal.class_table(reports, ["mse", "fit"]), 40) == (
        "student                  mse  fit  total\n"
        "ada.lovelace@example.or    2    0      2\n"
        "g\n"
        "bob                        ·    ·      0\n"
        "bob: the file is not JSON"
    )  # fmt: skip


HOSTILE = ["\x1b[2J", "\x1b]0;title\x07", "\x9b2J", "\rforged", "\ud800", "\u202elia", "\u200b", "\U000e0041", "\u2028"]
NASTY = ["[bold]b[/bold]", "see [/b]", ":smile:", "[link=https://elsewhere.example]x[/link]", "x[0], y[1:]"]


@pytest.mark.parametrize("text", NASTY)
def test_in_a_report_brackets_and_colons_are_only_text(text: str) -> None:
    criterion = Criterion(text, Verdict.FAILED, 0.0, 1.0, text, text, text, text)
    shown = printed(terminal.report(report(Exercise.of("mse", (criterion,), note=text), note=text)))
    assert shown.count(text) == 8


@pytest.mark.parametrize("text", NASTY)
def test_in_the_table_brackets_and_colons_are_only_text(text: str) -> None:
    shown = printed(terminal.class_table([report(student=text, note=text)], []), width=160)
    assert shown.count(text) == 2


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_students_text_can_be_printed_and_cannot_command_the_terminal(text: str) -> None:
    criterion = Criterion("a", Verdict.FAILED, 0.0, 1.0, text, text, text, text)
    found = report(Exercise.of("mse", (criterion,), note=text), student=text, note=text)
    shown = printed(terminal.report(found)) + printed(terminal.class_table([found], ["mse"]))
    assert shown == plain(shown, keep="\n")
    assert shown.encode("utf-8")


@pytest.mark.parametrize(
    ("criterion", "code"), [(KEPT, "\x1b[32m✓"), (LOST, "\x1b[31m✗"), (BARE, "\x1b[2m–"), (BROKEN, "\x1b[31m!")]
)
def test_verdicts_are_coloured_where_there_are_colours(criterion: Criterion, code: str) -> None:
    found = report(Exercise.of("mse", (criterion,)))
    assert code in printed(terminal.report(found), colour=True)
    assert "\x1b" not in printed(terminal.report(found))


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_somebody_forgot_to_make_safe_is_made_so_when_it_is_printed(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for renderable in (text, Text(text), Group(text, Text.assemble("a", (text, "bold")))):
        terminal.show(terminal.console(), renderable)
        terminal.show(terminal.console(error=True), renderable, wrap=False)
    logger = logging.Logger("a")
    logger.addHandler(terminal.Log())
    logger.error("%s", text)
    terminal.say(text)
    terminal.write(f"{text}\n", error=True)
    captured = capsys.readouterr()
    assert "\ufffd" in captured.out and "\ufffd" in captured.err
    assert plain(captured.out + captured.err, keep="\n") == captured.out + captured.err
