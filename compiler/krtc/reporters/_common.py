"""What the reporters for machines share: paths, fingerprints, and texts that nothing on their way obeys."""

import os

from krtc.sha256 import sha256
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from krtc.diagnostics import Diagnostic


def path(name: str) -> str:
    """A file name as CI systems compare it: `/` between folders, and no `./` in front."""
    path = name.replace(os.sep, "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def encodable(text: str) -> str:
    """A text that UTF-8 can hold: lone surrogates, which strict readers of JSON refuse, are shown by number."""
    return text if text.isascii() else "".join([visible(c) if "\ud800" <= c <= "\udfff" else c for c in text])


def lines(diagnostic: "Diagnostic") -> list[str]:
    """What a diagnostic says, in lines that can be printed: its message, its second places, its help.

    Only the message, the first, begins with a text of the user's.
    """
    said = [visible(diagnostic.message)]
    for related in diagnostic.related:
        span = related.span
        said.append(f"see {visible(path(span.file.name))}:{span.line}:{span.column}: {visible(related.message)}")
    if diagnostic.help:
        said.append(f"help: {visible(diagnostic.help)}")
    return said


def fingerprints(diagnostics: "Iterable[Diagnostic]") -> list[str]:
    """One for each diagnostic, 64 hex digits, none twice, and the same when its line moves.

    Those that say the same of one file are told apart by their order.
    """
    seen: dict[str, int] = {}
    prints = []
    for diagnostic in diagnostics:
        # Made visible, no part holds a line break: other parts never give the same key.
        parts = (diagnostic.code.id, path(diagnostic.span.file.name), diagnostic.message)
        key = "\n".join([visible(part) for part in parts])
        seen[key] = seen.get(key, 0) + 1
        prints.append(sha256(f"{key}\n{seen[key]}"))
    return prints


def document(data: object) -> str:
    """Data as JSON: ASCII, so that a terminal has nothing in it to obey."""
    import json

    # GitHub's runner obeys `##[error]`, and Azure's `##vso[`, anywhere in a line of what a job prints.
    return json.dumps(data, indent=2).replace("##", "#\\u0023") + "\n"
