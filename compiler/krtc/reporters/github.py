"""The diagnostics as workflow commands, which GitHub Actions shows as annotations beside the code.

Format: "Workflow commands for GitHub Actions" in GitHub's documentation; the escapes are those of actions/toolkit.
"""

from krtc.reporters._common import lines, path
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from krtc.diagnostics import Diagnostic

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def report(diagnostics: "Sequence[Diagnostic]", checked: "Sequence[str]" = ()) -> str:
    """A line for each diagnostic; nothing when there are none."""
    return "".join([_command(diagnostic) for diagnostic in diagnostics])


def _command(diagnostic: "Diagnostic") -> str:
    span, code = diagnostic.span, diagnostic.code
    properties = {"file": visible(path(span.file.name)), "line": span.line, "endLine": span.end_line}
    # GitHub drops the columns of what is longer than a line.
    if span.line == span.end_line:
        properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = f"{code.id} {code.slug}"
    listed = ",".join([f"{key}={_property(str(value))}" for key, value in properties.items()])
    data = _data("\n".join(lines(diagnostic)))
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{data}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
