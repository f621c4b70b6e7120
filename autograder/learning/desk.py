"""The desk: a process that grades what a live notebook hands over, so that no test or answer enters its kernel.

It speaks JSON, a line a message. First it says which exercises there are, ``{"lessons": {name: [id, …]}}``; then each
``{"lesson": name, "only": id or null, "cells": {…}, "absent": {…}}`` is answered with
``{"html": …, "text": …}``.
It ends when its input does.
"""

from __future__ import annotations

import functools
import json
import sys
from typing import Any

from autograder.basics.advice import Advice
from autograder.grading.local import graders
from autograder.learning import reading
from autograder.lesson import shelf
from autograder.lesson.manifest import Lesson
from autograder.sandbox.limits import INTERACTIVE

WIDTH = 80


def main() -> None:
    """Answer until the notebook hangs up."""
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing else may stand between two answers

    def say(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=answers, flush=True)

    lessons = {lesson.assignment: lesson for lesson in Lesson.all(shelf.here())}
    say({"lessons": {name: [task.id for task in lesson.tasks] for name, lesson in lessons.items()}})
    with graders(INTERACTIVE, thorough=True) as of:
        from autograder.grading.verdicts import uses  # these are slow to import
        from autograder.handin import handin
        from autograder.render import html, terminal

        for line in sys.stdin:
            request = json.loads(line)
            handed = handin.live(request["cells"], request["absent"])
            lesson = lessons[request["lesson"]]
            grading = of(lesson).grade(handed, only=request["only"])
            report = reading.of_kernel(grading.report, handed, functools.partial(uses, lesson))
            page = text = f"{report.score:g} of {report.max_score:g} points"
            with Advice("a Report as text"):
                text = terminal.lines(terminal.report(report), WIDTH)
            with Advice("a Report with its pictures"):
                pictures = {name: [make() for make in makers] for name, makers in grading.pictures.items()}
                page = html.render_inline(report, pictures, grading.losses)
            say({"html": page, "text": text})


if __name__ == "__main__":
    main()
