"""Writing what a command makes to standard output."""

import os
import sys

from krtc.cli.errors import UsageError


def to_stdout(text: str) -> None:
    """Writes a text; UsageError when nobody can take it."""
    try:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries once more when it ends
        raise UsageError(f"cannot write to standard output: {error.strerror}") from error
