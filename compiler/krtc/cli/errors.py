"""What ends a command with exit code 2."""


class UsageError(Exception):
    """A wrong call, or a file that cannot be read or written; its text is for the person who called."""
