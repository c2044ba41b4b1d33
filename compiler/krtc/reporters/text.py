"""The text that people read: what is wrong, the line with a caret under it, and what to do."""

import re

from krtc.diagnostics import Diagnostic
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from krtc.source import Span

_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_BOLD, _BLUE, _PLAIN = "\x1b[1m", "\x1b[1;34m", "\x1b[0m"
# A line of a file is shown up to here, and from here before its mistake: a file may be one long line.
_WIDEST = 160
_BEFORE = 60


def report(diagnostics: "Sequence[Diagnostic]", *, colour: bool = False) -> str:
    """The diagnostics in the order given, and how many there are; nothing when there are none."""
    if not diagnostics:
        return ""
    paint = _painted if colour else _unpainted
    counts = dict.fromkeys(_COLOURS, 0)
    secret = {
        (d.span.file.name, line) for d in diagnostics if d.secret for line in range(d.span.line, d.span.end_line + 1)
    }
    out = []
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
        out += _diagnostic(diagnostic, paint, secret)
    summary = f"{count(counts['error'], 'error')}, {count(counts['warning'], 'warning')}"
    if counts["note"]:
        summary += f", {count(counts['note'], 'note')}"
    return "\n".join([*map(tame, out), summary]) + "\n"


def _diagnostic(diagnostic: Diagnostic, paint: "Paint", secret: "Container[tuple[str, int]]") -> list[str]:
    span, code = diagnostic.span, diagnostic.code
    severity = paint(_COLOURS[diagnostic.severity], f"{diagnostic.severity}[{code.id}]")
    title = paint(_BOLD, f"{code.slug}: {visible(diagnostic.message)}")
    out = [f"{paint(_BOLD, _where(span))}: {severity} {title}"]
    if (span.file.name, span.line) not in secret:
        out += _source(span, paint, diagnostic.severity)
    gutter = " " * len(str(span.line))
    for related in diagnostic.related:
        out.append(f"{gutter} {paint(_BLUE, '=')} {paint(_BOLD, _where(related.span))}: {visible(related.message)}")
    if diagnostic.help:
        out.append(f"{gutter} {paint(_BLUE, '=')} {paint(_BOLD, 'help')}: {visible(diagnostic.help)}")
    return out


def _where(span: "Span") -> str:
    return f"{visible(span.file.name)}:{span.line}:{span.column}"


def _source(span: "Span", paint: "Paint", severity: str) -> list[str]:
    found = excerpt(span)
    if found is None:
        return []
    before, marked, after = found
    number = str(span.line)
    bar = paint(_BLUE, "|")
    carets = paint(_COLOURS[severity], "^" * max(1, _width(marked)))
    return [
        f"{' ' * len(number)} {bar}",
        f"{paint(_BLUE, number)} {bar} {before}{marked}{after}".rstrip(),
        f"{' ' * len(number)} {bar} {' ' * _width(before)}{carets}",
    ]


def excerpt(span: "Span") -> tuple[str, str, str] | None:
    """The first line of a stretch, visible: what is before it, the stretch, and what is behind; None for no text."""
    line = span.file.line(span.line)
    if not line and not span.file.text:
        return None
    last = span.end_column if span.end_line == span.line else len(line) + 1
    start = max(0, span.column - 1 - _BEFORE) if len(line) > _WIDEST else 0
    shown = line[start : start + _WIDEST]
    # A tab is kept as one column, so that the caret stands where the column says.
    before = visible(shown[: span.column - 1 - start].replace("\t", " "))
    marked = visible(shown[span.column - 1 - start : last - 1 - start].replace("\t", " "))
    after = visible(shown[max(span.column, last) - 1 - start :].replace("\t", " "))
    return before, marked, after


def _width(text: str) -> int:
    """How many cells of a terminal a text takes: East Asian characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def tame(line: str) -> str:
    """A line that no CI system obeys: GitHub does `::x::` at its start or after blanks, and `##[x]`; Azure `##vso[`."""
    if "##" in line:
        line = re.sub(r"##(?=\[|vso\[)", r"#\\u{23}", line, flags=re.IGNORECASE)
    return f"./{line}" if line.lstrip().startswith("::") else line


def count(number: int, word: str) -> str:
    """As many things, in words."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def _painted(colour: str, text: str) -> str:
    return f"{colour}{text}{_PLAIN}"


def _unpainted(colour: str, text: str) -> str:
    return text


if TYPE_CHECKING:
    from collections.abc import Callable

    Paint = Callable[[str, str], str]
