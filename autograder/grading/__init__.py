"""One hand-in → Report: the graders are run, and lost criteria are explained and followed through.

In go a lesson, a hand-in, and where workers come from. It opens no gradebook, prints nothing, and knows no class.
"""

__all__ = ["audit", "diagnosis", "grader", "local", "verdicts"]
