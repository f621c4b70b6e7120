"""What every room needs and none is about: texts made fit, files written whole, limits of memory, advice that may fail.

It knows nothing of lessons, notebooks or marks.
"""

__all__ = ["advice", "files", "kit", "memory", "python", "refused", "text", "versions"]
