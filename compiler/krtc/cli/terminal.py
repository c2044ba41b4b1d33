"""What a terminal is told, and whether it is one."""

import os
import sys

from krtc.reporters import text
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from krtc.diagnostics import Diagnostic


def say(*lines: str) -> None:
    """Lines on stderr; stdout carries the product only. What a terminal would obey is shown by number."""
    sys.stderr.write("".join([text.tame(visible(line)) + "\n" for line in lines]))


def report(diagnostics: "Sequence[Diagnostic]") -> None:
    """Diagnostics on stderr, as text."""
    sys.stderr.write(text.report(diagnostics, colour=colour(sys.stderr)))


def colour(stream: "TextIO") -> bool:
    """Whether colours belong there: on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()
