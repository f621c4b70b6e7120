"""A class in which everything that a student has a say in attacks the page, or says who they are."""

from __future__ import annotations

from pathlib import Path

from autograder.lesson.report import Criterion, Exercise, Report, Status, Verdict
from tests.overview.made import empty, keep, report, right, told, wrong

ATTACKS = [
    "<script>window.hit = 1</script>", "<img src=x onerror='window.hit = 2'>", "</style><script>window.hit = 3</script>",
    "</title></head><body onload='window.hit = 4'>", "\"><svg onload='window.hit = 5'>", "{{ 7 * 7 }}{% raw %}",
    "`<b onclick=window.hit=6>`", "<link rel=stylesheet href=http://127.0.0.1:9/a.css>", "\u202e\u0000\ud800", "&lt;",
]  # fmt: skip
ATTACK = "".join(ATTACKS)
NAMES = ["Anna Gröning", "Bertil Öst", "Chidi <b>Okeke</b>", "Dalia Fröhlich", "Emeka Quarshie"]
IDS = ["ag8811", "bo8812", "co8813", "df8814", "eq8815"]


def signed(person: str, number: str) -> str:
    """An answer that says in every way that there is whose it is."""
    first = person.split()[0]
    return (
        f"# {person}, {number}\ndef mse(y_hat, y):\n    '''by {person}'''\n    {first.lower()}_loss = (y_hat - y) ** 2"
        f"  # {number}\n    print('{person}', b'x', f'{{y}} {person}')\n    seed = {number[2:]}\n    return {first.lower()}_loss.sum()\n"
    )


PLAIN = "def mse(y_hat, y):\n    squares = (y_hat - y) ** 2\n    return squares.sum() + 0 * squares.mean() + 0 * len(y)"


def members(course: Path) -> None:
    """Five who have lost the same, each with a text of their own; and a few to whom something odd has happened."""
    rows = ["id,first_name,last_name,email,section"]
    for number, (person, student) in enumerate(zip(NAMES, IDS, strict=True)):
        first, last = person.split(" ", 1)
        rows.append(f"{student},{first},{last},{first}@uni.example,{'Gröning' if number % 2 else '<i>B</i>'}")
        keep(course, student, lost(person), mse=PLAIN if number == 4 else signed(person, student))
        page = course / "course" / "feedback" / student / "sgd" / "sgd.html"
        page.parent.mkdir(parents=True)
        page.touch()
    rows.append(
        f'zz9999,Zita,Missing,,"{ATTACK.replace(chr(34), chr(39)).replace(chr(0), "").encode("utf-8", "replace").decode()}"'
    )
    (course / "course" / "students.csv").write_text("\n".join(rows), "utf-8")
    keep(course, "<b>stranger", Report.unreadable("sgd", 53.0, ATTACK, isolation="none"))
    keep(course, "odd", odd(), mse=f"def mse(y):\n    return {ATTACK!r}")


def lost(person: str) -> Report:
    return report(
        Exercise.of(
            "mse", (told("squares the error"), wrong("one number", f"{person} says 38"), wrong("mean", "same"))
        ),
        Exercise.of("fit", (wrong("a list", "38"), right("every row"))),
    )


def odd() -> Report:
    cell = Criterion("moves", Verdict.NOT_RUN, 0.0, 1.0)
    died = Criterion("moves", Verdict.ERROR, 0.0, 1.0, actual=ATTACK, expected="an answer")
    return report(
        Exercise.of(
            "mse", (told("squares the error", diagnosis=ATTACK), wrong("mean", ATTACK, input=ATTACK, expected=ATTACK))
        ),
        Exercise.of("sgd_step", (cell,), status=Status.ERROR, note=ATTACK),
        Exercise.of("predict", (died,)),
        Exercise.of("fit", (wrong("a list", "stopped after 10 s", expected="an answer"), right("every row"))),
        empty("plot_fit", "draws"),
        note=ATTACK,
    )
