"""What every room needs and none is about: texts made fit, files written whole, how a command begins and ends.

It knows nothing of lessons, notebooks or marks.
"""

__all__ = [
    "advice", "exits", "files", "interrupted", "kit", "memory", "python", "refused", "start", "text", "versions",
]  # fmt: skip
