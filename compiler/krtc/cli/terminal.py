"""What a terminal is told, and whether it is one."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def colour(stream: "TextIO") -> bool:
    """Whether colours belong there: on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()
