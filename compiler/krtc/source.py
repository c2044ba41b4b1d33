"""Where every value came from: a file that a person wrote, and a place in it."""

from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    # A stretch of a text, from and to, and what takes its place.
    Splice = tuple[int, int, str]

BYTE_ORDER_MARK = "\ufeff"


class SourceFile:
    """A text that was read.

    `name` is how people are told of it (a path relative to where they stand, or `<stdin>`); `text` is its
    content, decoded.
    """

    __slots__ = ("_lines", "_starts", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._lines: list[str] | None = None
        self._starts: list[int] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines, without the line feeds between them: at least one, and an empty one behind a last line feed."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    def let_go(self) -> None:
        """Keeps no more than the text; what was made of it is made again where it is asked for."""
        self._lines = self._starts = None

    def place(self, at: int) -> tuple[int, int]:
        """The line and the column, both from 1, of a character of the text; of what is behind it, its end."""
        from bisect import bisect_right  # what nothing is said of is asked for no place

        if self._starts is None:
            self._starts = [*accumulate((len(line) + 1 for line in self.lines), initial=0)][:-1]
        at = min(at, len(self.text))
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The character at a line and a column: the other way round."""
        self.place(0)
        assert self._starts is not None
        return self._starts[line - 1] + column - 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line break; empty behind the last line."""
        return self.lines[number - 1].rstrip("\r") if number <= len(self.lines) else ""


class Span:
    """A stretch of a file: lines and columns count from 1, columns in code points, the end is exclusive."""

    __slots__ = ("column", "end_column", "end_line", "file", "line")

    def __init__(self, file: SourceFile, line: int, column: int, end_line: int, end_column: int) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    def holds(self, other: "Span") -> bool:
        """Whether another stretch of the file begins within this one."""
        return (self.line, self.column) <= (other.line, other.column) < (self.end_line, self.end_column)

    def __repr__(self) -> str:
        return f"{self.file.name}:{self.line}:{self.column}-{self.end_line}:{self.end_column}"


def spliced(text: str, splices: "Iterable[Splice]") -> str:
    """A text with other texts cut in, those for the same place in the order given; ValueError where two overlap."""
    pieces, at = [], 0
    for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
        if start < at:
            raise ValueError("one edit lies over another")
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])
