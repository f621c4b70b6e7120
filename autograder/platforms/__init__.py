"""Platforms that run a grader and read a file of results: Gradescope, PrairieLearn, Classroom 50, whatever reads JUnit.

In go a Report, or a hand-in that becomes one, and the kit itself; out come a results file, which there is whatever
happened, and the zip that a platform runs. It changes no mark, and tells a student nothing but what the feedback page
tells.
"""

__all__ = ["commands", "formats"]
