"""Where student code runs: one process a hand-in, forked from a warm one, behind walls and with limits.

In go sources of cells, names of functions and inputs, and out come values and texts, as frames. It judges nothing, and
no test, answer or mark ever comes here. `warm`, `alone`, `worker`, `shell`, `spelling`, `drawing`, `switches` and
`tensors` are the untrusted side.
"""

__all__ = ["drawing", "landlock", "launch", "levels", "limits", "probe", "process", "session", "submission", "wire"]
