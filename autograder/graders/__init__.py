"""What a lesson's hidden graders and misconceptions are written in: the one room that lessons may import.

`student` is the student's side of a question, `expect` and `show` say what was wrong with the answer, `draw` makes
inputs that nobody knows, `slopes` nudges, and `catalogue` is how a misconception is written down.
It knows no lesson by name.
"""

__all__ = ["catalogue", "common", "draw", "errors", "expect", "picture", "show", "slopes", "student"]
