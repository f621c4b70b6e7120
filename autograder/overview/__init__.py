"""A class on one page, and as two tables: how many handed in, their marks, and what to teach next.

In go Reports, the gradebook, the roster and the graded notebooks, and out come files in `course/class/`. It grades
nothing, changes no mark, and runs nothing of a student's.
"""

__all__ = ["commands"]
