"""Writing what a command makes to standard output."""

import os
import sys

from krtc.cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def to_stdout(text: str | bytes) -> None:
    """Writes a text, or its bytes; UsageError when nobody can take it."""
    stream([text])


def stream(texts: "Iterable[str | bytes]") -> None:
    """The same of several texts, each made when it is its turn."""
    try:
        for text in texts:
            sys.stdout.buffer.write(text.encode() if isinstance(text, str) else text)
        sys.stdout.buffer.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries once more when it ends
        raise UsageError(f"cannot write to standard output: {error.strerror}") from error
