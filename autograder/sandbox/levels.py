"""The names of the levels of isolation."""

NONE = "none"
BEST = "landlock+seccomp"
LEVELS = (BEST, NONE)
