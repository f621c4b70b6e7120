"""A handed-in notebook: which file it is and of which lesson, read in any state, brought back into the released shape.

In goes a file or a folder, and out comes a `HandIn`, or a reason in words. It runs nothing of what it reads.
"""

__all__ = ["calls", "delivery", "handin", "newer", "notebook", "recognition"]
