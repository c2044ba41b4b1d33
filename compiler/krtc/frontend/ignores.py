"""`# krtc: ignore[KRT203]` at the end of a line: the comments by which people silence a diagnostic there."""

import re

from krtc.diagnostics import Ignore
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Several codes stand between commas.
_COMMENT = r"(?:#|//)[ \t]*krtc:[ \t]*ignore\[([^][]*)\]"
_MOST_CODES = 50  # in one comment


def find(file: SourceFile) -> list[Ignore]:
    """Each code that a comment of a YAML file or a .proto names."""
    if "krtc:" not in file.text:
        return []
    sign = "//" if file.name.endswith(".proto") else "#"
    holds = None
    ignores: list[Ignore] = []
    for number, line in enumerate(file.lines, 1):
        if "krtc:" not in line:
            continue
        start = line.rfind(sign)  # the last thing of its line
        comment = re.fullmatch(_COMMENT, line[start:].rstrip()) if start >= 0 and line[:start][-1:] in " \t" else None
        if comment is None:
            continue
        if holds is None and sign == "#":
            holds = in_text(file)
        if holds is not None and holds((number, start + 1)):
            continue  # it only looks like a comment: a text of several lines holds it
        column = start + comment.start(1) + 1
        for code in comment[1].split(",")[:_MOST_CODES]:
            begin = column + len(code) - len(code.lstrip())
            ignores.append(Ignore(code.strip(), Span(file, number, begin, number, begin + max(1, len(code.strip())))))
            column += len(code) + 1
    return ignores


def in_text(file: SourceFile) -> "Callable[[tuple[int, int]], bool]":
    """Whether a place of a YAML file, a line and a column, is inside a text."""
    from bisect import bisect_right  # most files have no such comment

    texts = _texts(file)

    def holds(at: tuple[int, int]) -> bool:
        before = bisect_right(texts, (at, at)) - 1
        return before >= 0 and texts[before][1] > at

    return holds


# Only a text of several lines can hold what looks like a comment at the end of a line: a block, or an open quote.
_BLOCK = r"(?m)[|>][-+0-9]*[ \t]*(?:#.*)?\r?$"


def _texts(file: SourceFile) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the scalars of a document begin and end, as far as it can be read; nothing when none has several lines."""
    open_quotes = any(line.count('"') % 2 or line.count("'") % 2 for line in file.lines)
    if not open_quotes and not re.search(_BLOCK, file.text):
        return []
    import yaml  # PyYAML's events once more: hardly a file comes here

    found = []
    try:
        for event in yaml.parse(file.text, Loader=yaml.CSafeLoader):
            start, end = event.start_mark, event.end_mark
            if isinstance(event, yaml.ScalarEvent) and start and end:
                found.append(((start.line + 1, start.column + 1), (end.line + 1, end.column + 1)))
    except yaml.YAMLError:
        pass
    return found
