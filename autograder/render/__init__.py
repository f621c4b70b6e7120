"""Reports and hand-ins for eyes: as text and as HTML, by pure functions; `terminal` is the one place that prints.

In go records, and texts of students, which come out harmless. It changes no mark, and asks no student's code anything.
"""

__all__ = ["html", "room", "terminal", "typeset", "words"]
