"""`# krtc: ignore[KRT203]` at the end of a line: the comments by which people silence a diagnostic there."""

import re

from krtc.diagnostics import Ignore
from krtc.source import SourceFile, Span

# The last thing of its line; several codes stand between commas.
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))(?:#|//)[ \t]*krtc:[ \t]*ignore\[([^\]\n]*)\][ \t]*$")


def find(file: SourceFile) -> list[Ignore]:
    """Each code that a comment of a YAML file or a .proto names."""
    if "krtc:" not in file.text:
        return []
    texts = None
    ignores = []
    for number, line in enumerate(file.text.split("\n"), 1):
        comment = _COMMENT.search(line.rstrip("\r")) if "krtc:" in line else None
        if comment is None:
            continue
        if texts is None:
            texts = [] if file.name.endswith(".proto") else _texts(file)
        at = (number, comment.start() + 1)
        if any(start <= at < end for start, end in texts):
            continue  # it only looks like a comment: a text of several lines holds it
        column = comment.start(1) + 1
        for code in comment[1].split(","):
            begin = column + len(code) - len(code.lstrip())
            ignores.append(Ignore(code.strip(), Span(file, number, begin, number, begin + max(1, len(code.strip())))))
            column += len(code) + 1
    return ignores


# Only a text of several lines can hold what looks like a comment at the end of a line: a block, or an open quote.
_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?\r?$", re.MULTILINE)


def _texts(file: SourceFile) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the scalars of a document begin and end, as far as it can be read; nothing when none has several lines."""
    open_quotes = any(line.count('"') % 2 or line.count("'") % 2 for line in file.text.split("\n"))
    if not open_quotes and not _BLOCK.search(file.text):
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
