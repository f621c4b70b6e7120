"""What a command answers that will not do what was asked."""


class Refused(Exception):
    """The text is one line, for whoever gave the command: why not, and what will do."""
