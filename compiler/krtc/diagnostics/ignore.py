"""Silencing: which diagnostics people do not want to see."""

from krtc.diagnostics.codes import CODES, UNUSED_IGNORE
from krtc.diagnostics.diagnostic import MOST_FINDINGS, Diagnostic
from krtc.diagnostics.nearest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from krtc.source import Span


class Ignore:
    """A comment that silences diagnostics of the code `id` on its line; `span` is where the code stands in it."""

    __slots__ = ("id", "span")

    def __init__(self, id: str, span: "Span") -> None:
        self.id = id
        self.span = span


def is_fixed(diagnostic: Diagnostic) -> bool:
    """Whether nobody can silence a diagnostic: an error of bands 0xx and 1xx means that the input has no meaning."""
    return diagnostic.severity == "error" and diagnostic.code.id[3] in "01"


def silence(
    diagnostics: "Iterable[Diagnostic]", ignores: "Iterable[Ignore]", was_judged: "Callable[[Ignore], bool]"
) -> list[Diagnostic]:
    """The diagnostics that no comment silences, and one for each comment that does nothing.

    `was_judged` says of a comment whether what it stands on could be judged by its code.
    """
    left = {id(diagnostic): diagnostic for diagnostic in diagnostics}
    at: dict[tuple[str, int, str], list[Diagnostic]] = {}
    for diagnostic in left.values():
        at.setdefault((diagnostic.span.file.name, diagnostic.span.line, diagnostic.code.id), []).append(diagnostic)
    unused = []
    for ignore in ignores:
        here = at.get((ignore.span.file.name, ignore.span.line, ignore.id), [])
        silenced = [left.pop(id(d), None) for d in here if not is_fixed(d)]
        # What is a warning elsewhere, as a missing file in a folder, may be silenced for there.
        if not silenced and (here[0].code.severity == "error" if here else was_judged(ignore)):
            unused.append(_unused(ignore, fixed=bool(here)))
            if len(unused) == MOST_FINDINGS:
                break
    return [*left.values(), *unused]


def _unused(ignore: Ignore, *, fixed: bool) -> Diagnostic:
    from krtc.diagnostics.fix import rewritten, unsaid  # only where there is one

    help_text: str | None
    fix = None
    if fixed:
        message, help_text = f"{ignore.id} is an error that no comment silences", "mend it"
    elif ignore.id in {code.id for code in CODES}:
        message, help_text = f"nothing on this line is {ignore.id}", "remove it"
        fix = unsaid(ignore.span)
    else:
        by_slug = {code.slug: code.id for code in CODES}
        message = f"there is no code `{ignore.id}`"
        near = by_slug.get(ignore.id)
        help_text = f"write `{near}`" if near else did_you_mean(ignore.id, [code.id for code in CODES])
        fix = rewritten(ignore.span, near, f"write `{near}`") if near else None
    return Diagnostic(UNUSED_IGNORE, ignore.span, message, help=help_text or "`krtc explain` lists the codes", fix=fix)
