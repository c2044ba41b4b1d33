"""What a terminal is told, and whether it is one."""

import os
import sys

from krtc.reporters import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO, TypeVar

    from krtc.diagnostics import Diagnostic

    T = TypeVar("T")


def say(*lines: str) -> None:
    """Lines on stderr; stdout carries the product only. What a terminal would obey is shown by number."""
    sys.stderr.write("".join([text.tame(text.visible(line)) + "\n" for line in lines]))


def report(diagnostics: "Sequence[Diagnostic]") -> None:
    """Diagnostics on stderr, as text."""
    sys.stderr.write(text.report(diagnostics, colour=colour(sys.stderr)))


def counted(things: "Iterable[T]") -> "Iterator[T]":
    """Passes things on; when that takes more than a second, a terminal is told how many there were."""
    if not sys.stderr.isatty():
        yield from things
        return
    from time import monotonic

    told = monotonic() + 1
    count = 0
    for count, thing in enumerate(things, 1):
        yield thing
        if monotonic() > told:
            sys.stderr.write(f"\r{count:,} ...")
            told = monotonic() + 0.1
    if count and monotonic() > told - 0.1:
        sys.stderr.write("\r\x1b[K")


def colour(stream: "TextIO") -> bool:
    """Whether colours belong there: on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()
