"""A class: its course folder, a batch of hand-ins, and our place in nbgrader, its formgrader and its gradebook.

In go folders of hand-ins, and out come marks, Reports and feedback pages. It makes no verdict of its own.
"""

__all__ = [
    "audits", "batch", "commands", "course", "history", "init", "marks", "names", "origins",
    "root", "roster", "sheet", "submitted", "table", "timestamp",
]  # fmt: skip
