"""The names of the levels of isolation, the strongest first."""

NONE = "none"
BEST = "landlock+seccomp"
APART = "uid+seccomp"  # where root grades in a container whose kernel has no Landlock
LEVELS = (BEST, APART, NONE)
