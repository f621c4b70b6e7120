"""What a lesson is: where it lies, its exercises and points, its reference answers, and the Report on one hand-in.

In go the files that a lesson's author has written, and out come frozen records. It reads no hand-in, runs no code of a
student's, and knows no lesson by name.
"""

__all__ = ["manifest", "modules", "reference", "release", "report", "shelf", "state", "stub"]
