"""`# krtc: todo TEXT`, a comment of a YAML file: what a person has to decide before the file has a meaning."""

import re
from itertools import islice

from krtc.diagnostics import MOST_FINDINGS, Diagnostic
from krtc.diagnostics.codes import TODO
from krtc.frontend.ignores import in_text
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = r"(?:^|(?<=[ \t]))#[ \t]*krtc:[ \t]*todo\b[: \t]*(.*)"


def find(file: SourceFile) -> list[Diagnostic]:
    """An error for each such comment."""
    return [*islice(_find(file), MOST_FINDINGS)]


def _find(file: SourceFile) -> "Iterator[Diagnostic]":
    holds = None
    for number, line in enumerate(file.lines, 1):
        found = re.search(_COMMENT, line) if "krtc:" in line else None
        if found is None:
            continue
        holds = holds or in_text(file)
        if holds((number, found.start() + 1)):
            continue  # it only looks like a comment
        end = found.start() + len(found[0].rstrip())
        what = " ".join(found[1].split())
        message = f"to be done: {what}" if what else "something is to be done here"
        span = Span(file, number, found.start() + 1, number, end + 1)
        yield Diagnostic(TODO, span, message, help="do it, and remove this comment")
