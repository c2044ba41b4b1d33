"""The diagnostics as one JSON object, for programs.

Format: krtc's own. Lines and columns count from 1, columns in code points, and the end is exclusive.
"""

from krtc.reporters._common import document, encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from krtc.diagnostics import Diagnostic
    from krtc.diagnostics.fix import Fix
    from krtc.source import Span


def report(diagnostics: "Sequence[Diagnostic]", checked: "Sequence[str]" = ()) -> str:
    """The diagnostics in the order given, and how many there are of each severity; texts are as they were written."""
    summary = {"errors": 0, "warnings": 0, "notes": 0}
    for diagnostic in diagnostics:
        summary[f"{diagnostic.severity}s"] += 1
    return document({"diagnostics": [_diagnostic(diagnostic) for diagnostic in diagnostics], "summary": summary})


def _diagnostic(diagnostic: "Diagnostic") -> dict[str, object]:
    return {
        "code": diagnostic.code.id,
        "name": diagnostic.code.slug,
        "severity": diagnostic.severity,
        "message": encodable(diagnostic.message),
        "file": encodable(diagnostic.span.file.name),
        "range": _range(diagnostic.span),
        "related": [
            {
                "message": encodable(related.message),
                "file": encodable(related.span.file.name),
                "range": _range(related.span),
            }
            for related in diagnostic.related
        ],
        "help": None if diagnostic.help is None else encodable(diagnostic.help),
        "fix": None if diagnostic.fix is None else _fix(diagnostic.fix),
    }


def _fix(fix: "Fix") -> dict[str, object]:
    edits = [{"range": _range(edit.span), "text": encodable(edit.text)} for edit in fix.edits]
    return {"title": encodable(fix.title), "edits": edits}


def _range(span: "Span") -> dict[str, object]:
    return {
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }
