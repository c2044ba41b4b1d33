"""Fix: what mends a diagnostic without a person's judgement, as edits of the text that was judged."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from krtc.source import Span


class Edit:
    """What takes the place of a stretch of a file: nothing deletes it, and an empty stretch is an insertion."""

    __slots__ = ("span", "text")

    def __init__(self, span: "Span", text: str) -> None:
        self.span = span
        self.text = text


class Fix:
    """Edits of the diagnostic's file, none over another, and a `title` that says in the imperative what they do."""

    __slots__ = ("edits", "title")

    def __init__(self, title: str, edits: "Sequence[Edit]") -> None:
        self.title = title
        self.edits = edits


def mended(text: str, edits: "Iterable[Edit]") -> str:
    """A text with the edits made; ValueError where one lies over another."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    end = len(text) + 1
    places = [
        (starts[e.span.line - 1] + e.span.column - 1, starts[e.span.end_line - 1] + e.span.end_column - 1, e.text)
        for e in edits
    ]
    for start, stop, new in sorted(places, reverse=True):
        if stop > end:
            raise ValueError("one edit lies over another")
        text = text[:start] + new + text[stop:]
        end = start
    return text
