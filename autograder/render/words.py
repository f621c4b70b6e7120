"""The words of a Report, the same wherever it is shown."""

from autograder.lesson.report import Criterion, Report, Status, Verdict

STATUS = {
    Status.PASSED: "all right",
    Status.PARTIAL: "partly right",
    Status.FAILED: "not right yet",
    Status.ERROR: "could not be run",
    Status.NOT_ATTEMPTED: "not attempted",
}
MARK = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.NOT_RUN: "–", Verdict.ERROR: "!"}
VERDICT = {
    Verdict.PASSED: "passed", Verdict.FAILED: "not passed", Verdict.NOT_RUN: "not run", Verdict.ERROR: "no answer",
}  # fmt: skip
GRADED = {"python": "Python", "torch": "torch", "kit": "autograder"}
INPUT, ACTUAL, EXPECTED = "input", "yours", "expected"
HINT, ANOTHER_HINT = "Hint:", "Another hint"
KEPT = "What is right"
SAME = "The same seems to be behind this one."
TODO = "Nothing is written here yet."
STOPS = "Get that cell to run in the notebook, and save."
NO_WALLS = "No walls on this machine: your code runs as you, and may do whatever you may do."
DIGITS = 12  # of a file's digest that are shown: enough to tell it from all others
UNISOLATED = "Student code ran without isolation (--isolation none)."


def receipt(report: Report) -> str:
    """What there is to quote in a letter about it; empty if it was not handed in."""
    about = report.receipt
    if about is None:
        return ""
    handed_in = f"handed in {about.handed_in}, " if about.handed_in else ""
    file = f"file {about.file[:DIGITS]}" if about.file else "no file"
    return f"{report.assignment}, {report.student}: {handed_in}{file}, graded {about.graded} with {versions(report)}"


def versions(report: Report) -> str:
    """What graded it; empty if that is unknown."""
    return ", ".join(f"{name} {report.versions[key]}" for key, name in GRADED.items() if key in report.versions)


def points(number: float) -> str:
    """4, 2.5: a mark without needless zeros."""
    return f"{number:g}"


def others(number: int) -> str:
    """What stands above the further lost criteria."""
    return "One more thing to look at" if number == 1 else f"{number} more things to look at"


def same(one: Criterion, first: Criterion) -> bool:
    """Whether a lost criterion has nothing to say that the first one has not said."""
    return one.misconception is not None and one.misconception == first.misconception


def first(report: Report) -> tuple[str, str]:
    """Where to begin: the id of an exercise, or "", and a sentence."""
    outdated = [exercise for exercise in report.exercises if exercise.outdated]
    for exercise in report.exercises:
        if exercise.outdated:
            continue
        if exercise.status is Status.NOT_ATTEMPTED:
            return exercise.id, "is the next one to look at." if exercise.note else "is the next one to write."
        if exercise.lost and exercise.status is Status.ERROR:
            return exercise.id, "could not be run. Get that going first."
        if exercise.lost:
            return exercise.id, f"is the first one to look at again: {exercise.lost[0].name}."
    if outdated:
        return outdated[0].id, "could not be judged here, and that is not your fault."
    if len(report.exercises) == 1:
        return report.exercises[0].id, "is all right."
    return "", "Everything is right. There is nothing left to do." if report.exercises else ""
