"""One reader and one notebook: start, next, watch, hint, reset, solution, check; and `check` in a notebook.

What is remembered of a reader lies beside the notebook. It knows no class and no gradebook.
"""

__all__ = ["commands", "live"]
