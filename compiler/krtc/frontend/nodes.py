"""Positioned nodes: a YAML document in which every key and value knows its place."""

from krtc.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.source import SourceFile


def span(file: "SourceFile", start: int, end: int | None = None) -> Span:
    """The stretch between two characters of a text, or the one character; what is behind its end is its end."""
    line, column = file.place(start)
    end_line, end_column = (line, column + 1) if end is None else file.place(end)
    return Span(file, line, column, end_line, end_column)


class Placed:
    """What has a place in a file, from one character to another.

    Hardly any of them is ever asked for its lines and columns, so these are found when it is.
    """

    __slots__ = ("end", "file", "start")

    def __init__(self, file: "SourceFile", start: int, end: int) -> None:
        self.file = file
        self.start = start
        self.end = end

    @property
    def span(self) -> Span:
        """The place."""
        return span(self.file, self.start, self.end)

    def at(self, inside: int | str, of: str = "key") -> "Placed | None":
        """What stands in it."""
        return None


class Scalar(Placed):
    """A scalar as it was written: its text, and whether it stood without quotes (so that YAML would guess a type)."""

    __slots__ = ("plain", "text")

    def __init__(self, text: str, plain: bool, file: "SourceFile", start: int, end: int) -> None:
        self.text = text
        self.plain = plain
        self.file = file
        self.start = start
        self.end = end


class Sequence(Placed):
    """A list of nodes."""

    __slots__ = ("items",)

    def __init__(self, file: "SourceFile", start: int, end: int) -> None:
        super().__init__(file, start, end)
        self.items: list[Node] = []

    def at(self, inside: int | str, of: str = "key") -> Placed | None:
        """An item, by its index."""
        return self.items[inside] if isinstance(inside, int) else None


class Mapping(Placed):
    """Keys and values, in the order of the file; each key stands once."""

    __slots__ = ("entries",)

    def __init__(self, file: "SourceFile", start: int, end: int) -> None:
        super().__init__(file, start, end)
        self.entries: dict[str, tuple[Scalar, Node]] = {}

    def at(self, inside: int | str, of: str = "key") -> Placed | None:
        """A key, or its `value`, by the text of the key."""
        entry = self.entries.get(inside) if isinstance(inside, str) else None
        return entry and entry[of == "value"]


Node = Scalar | Sequence | Mapping
