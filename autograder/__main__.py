"""``python -m autograder``: the command, where scripts of the environment are not on the path."""

import sys

from autograder.cli import main

sys.exit(main())
