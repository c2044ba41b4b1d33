"""The diagnostics as results of a KRM function.

Format: KRM Functions Specification, `ResourceList.results`
(https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md). It has no
field for a line: that is in the message, for people, and in the tags, for programs.
"""

from krtc.reporters._common import lines, path
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from krtc.diagnostics import Diagnostic

_SEVERITIES = {"error": "error", "warning": "warning", "note": "info"}


def results(diagnostics: "Iterable[Diagnostic]") -> "list[dict[str, Any]]":
    """A result for each diagnostic, in the order given."""
    return [_result(diagnostic) for diagnostic in diagnostics]


def _result(diagnostic: "Diagnostic") -> "dict[str, Any]":
    span, code = diagnostic.span, diagnostic.code
    return {
        "message": f"{span.line}:{span.column}: {code.id} {code.slug}: " + "\n".join(lines(diagnostic)),
        "severity": _SEVERITIES[diagnostic.severity],
        "file": {"path": visible(path(span.file.name))},
        "tags": {"code": code.id, "line": str(span.line), "column": str(span.column)},
    }
