"""Diagnostic: one thing that is wrong, where it is, and what to do."""

from krtc.diagnostics.codes import Code, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from krtc.diagnostics.fix import Fix
    from krtc.source import Span


MOST_FINDINGS = 200
"""More than this nobody makes, and nobody reads: a stage stops there, so that a hostile file cannot keep it busy."""


class Related:
    """A second place that belongs to a diagnostic, with what it has to do with it."""

    __slots__ = ("message", "span")

    def __init__(self, span: "Span", message: str) -> None:
        self.span = span
        self.message = message


class Diagnostic:
    """What is wrong (`message`), where (`span`), and what to do (`help`).

    `related` are second places: the other of two duplicates, the node that was meant. `severity` is that of the code,
    unless it depends on where the thing is. `fix` mends it, where that takes no judgement. `secret` says that nobody
    is shown what stands there.
    """

    __slots__ = ("code", "fix", "help", "message", "related", "secret", "severity", "span")

    def __init__(
        self,
        code: Code,
        span: "Span",
        message: str,
        *,
        help: str | None = None,
        related: "Sequence[Related]" = (),
        severity: Severity | None = None,
        secret: bool = False,
        fix: "Fix | None" = None,
    ) -> None:
        self.code = code
        self.span = span
        self.message = message
        self.help = help
        self.related = related
        self.severity = severity or code.severity
        self.secret = secret
        self.fix = fix


def in_order(diagnostics: "Iterable[Diagnostic]") -> list[Diagnostic]:
    """The diagnostics by file, position and code, each once."""
    unique = {(d.span.file.name, d.span.line, d.span.column, d.code.id, d.message): d for d in diagnostics}
    return [unique[key] for key in sorted(unique)]


def has_errors(diagnostics: "Iterable[Diagnostic]") -> bool:
    """Whether one of them keeps the input from being compiled."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)
