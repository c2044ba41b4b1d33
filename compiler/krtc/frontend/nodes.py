"""Positioned nodes: a YAML document in which every key and value knows its place."""

from krtc.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from krtc.source import SourceFile

    class Mark(Protocol):
        """A place of PyYAML's; lines and columns count from 0, as does the index of its character in the text."""

        index: int
        line: int
        column: int


def span(file: "SourceFile", start: "Mark", end: "Mark | None" = None) -> Span:
    """The stretch between two marks, or the one character at a mark; what is behind the end of the file is its end."""
    line, column = _inside(file, start)
    end_line, end_column = _inside(file, end) if end else (line, column + 1)
    return Span(file, line, column, end_line, end_column)


def _inside(file: "SourceFile", mark: "Mark") -> tuple[int, int]:
    # libyaml ends the last line, and what stands on it, on a line of its own.
    if mark.line < len(file.lines):
        return mark.line + 1, mark.column + 1
    return len(file.lines), len(file.lines[-1]) + 1


class Placed:
    """What has a place in a file; hardly any of them is ever asked for it, so it is made when it is."""

    __slots__ = ("end", "file", "start")

    def __init__(self, file: "SourceFile", start: "Mark", end: "Mark") -> None:
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

    def __init__(self, text: str, plain: bool, file: "SourceFile", start: "Mark", end: "Mark") -> None:
        self.text = text
        self.plain = plain
        self.file = file
        self.start = start
        self.end = end


class Sequence(Placed):
    """A list of nodes."""

    __slots__ = ("items",)

    def __init__(self, file: "SourceFile", start: "Mark", end: "Mark") -> None:
        super().__init__(file, start, end)
        self.items: list[Node] = []

    def at(self, inside: int | str, of: str = "key") -> Placed | None:
        """An item, by its index."""
        return self.items[inside] if isinstance(inside, int) else None


class Mapping(Placed):
    """Keys and values, in the order of the file; each key stands once."""

    __slots__ = ("entries",)

    def __init__(self, file: "SourceFile", start: "Mark", end: "Mark") -> None:
        super().__init__(file, start, end)
        self.entries: dict[str, tuple[Scalar, Node]] = {}

    def at(self, inside: int | str, of: str = "key") -> Placed | None:
        """A key, or its `value`, by the text of the key."""
        entry = self.entries.get(inside) if isinstance(inside, str) else None
        return entry and entry[of == "value"]


Node = Scalar | Sequence | Mapping
