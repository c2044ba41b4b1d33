"""The diagnostics as a code quality report, which GitLab shows in a merge request.

Format: "Code Quality report format" in GitLab's documentation.
"""

from krtc.reporters._common import document, encodable, fingerprints, lines, path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from krtc.diagnostics import Diagnostic

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def report(diagnostics: "Sequence[Diagnostic]", checked: "Sequence[str]" = ()) -> str:
    """A JSON array with an object for each diagnostic."""
    return document(
        [
            {
                "description": "; ".join(lines(diagnostic)),  # GitLab shows it in one line
                "check_name": f"{diagnostic.code.id} {diagnostic.code.slug}",
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[diagnostic.severity],
                "location": {
                    # Not made visible: GitLab compares it with the files of the repository.
                    "path": encodable(path(diagnostic.span.file.name)),
                    "lines": {"begin": diagnostic.span.line, "end": diagnostic.span.end_line},
                },
            }
            for diagnostic, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
        ]
    )
