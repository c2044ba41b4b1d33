"""The diagnostics as SARIF 2.1.0, which GitHub's code scanning takes, and editors.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; GitHub's "SARIF support for code scanning".
"""

from os.path import isabs

from krtc.reporters._common import document, encodable, fingerprints, path
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from krtc.diagnostics import Code, Diagnostic
    from krtc.diagnostics.fix import Fix
    from krtc.source import Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/konstellation-io/krtc"


def report(
    diagnostics: "Sequence[Diagnostic]", checked: "Sequence[str]" = (), *, pages: "Mapping[str, str] | None" = None
) -> str:
    """A log of one run. `pages` has Markdown by the id of a code: what is wrong with it, and why, and what to do."""
    codes = {diagnostic.code.id: diagnostic.code for diagnostic in diagnostics}
    index = {id: number for number, id in enumerate(sorted(codes))}
    # Without krtc's version: what it says of the same input would change with every release.
    driver = {"name": "krtc", "informationUri": _HOME, "rules": [_rule(codes[id], pages or {}) for id in index]}
    results = [
        _result(diagnostic, index[diagnostic.code.id], fingerprint)
        for diagnostic, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
    ]
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "krtc/"},  # what GitHub tells krtc's findings from other tools' by
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return document({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: "Code", pages: "Mapping[str, str]") -> dict[str, object]:
    page = pages.get(code.id, code.title)  # GitHub wants a help, if it says nothing new
    description = next((part for part in page.split("\n\n") if not part.startswith("# ")), code.title)
    return {
        "id": code.id,
        "name": "".join([word.capitalize() for word in code.slug.split("-")]),
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": description[:1024]},  # GitHub takes no more
        "help": {"text": page, "markdown": page},
        "helpUri": code.page,
        "defaultConfiguration": {"level": code.severity},
    }


def _result(diagnostic: "Diagnostic", index: int, fingerprint: str) -> dict[str, object]:
    said = [diagnostic.message, *([f"help: {diagnostic.help}"] if diagnostic.help else [])]
    return {
        "ruleId": diagnostic.code.id,
        "ruleIndex": index,
        "level": diagnostic.severity,
        "message": {"text": "\n".join([_text(line) for line in said])},
        "locations": [_location(diagnostic.span)],
        "relatedLocations": [  # numbered, for no two may be equal
            {"id": id, **_location(related.span), "message": {"text": _text(related.message)}}
            for id, related in enumerate(diagnostic.related)
        ],
        "partialFingerprints": {"krtc/v1": fingerprint},
        **({"fixes": [_fix(diagnostic.fix, diagnostic.span.file.name)]} if diagnostic.fix else {}),
    }


def _fix(fix: "Fix", name: str) -> dict[str, object]:
    replacements = [
        {"deletedRegion": _region(e.span), "insertedContent": {"text": encodable(e.text)}} for e in fix.edits
    ]
    change = {"artifactLocation": _artifact(name), "replacements": replacements}
    return {"description": {"text": _text(fix.title)}, "artifactChanges": [change]}


def _location(span: "Span") -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": _artifact(span.file.name), "region": _region(span)}}


def _region(span: "Span") -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(name: str) -> dict[str, str]:
    from urllib.parse import quote

    try:
        uri = quote(path(name), errors="surrogateescape")  # the bytes of a name that is not UTF-8
    except UnicodeEncodeError:
        uri = quote(path(name), errors="surrogatepass")  # no name that Linux gives
    return {"uri": f"file:///{uri.lstrip('/')}"} if isabs(name) else {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _text(text: str) -> str:
    """A text that is no link: `[a](b)` is one, in plain text too."""
    return visible(text).replace("](", "]\\u{28}")
