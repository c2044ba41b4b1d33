"""Places as editors count them: lines and characters from 0, characters in units of UTF-16, or what was agreed on."""

import re
from bisect import bisect_right

from krtc.source import BYTE_ORDER_MARK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.source import Span

    Position = tuple[int, int]
    Range = tuple[Position, Position]

_LINE_END = re.compile("\r\n|\n|\r")
# How many bytes of an encoding are one unit.
_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Positions:
    """The places of a text, which is given as the editor has it; offsets count without a byte order mark before it."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self._text = text
        self._mark = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
        # The compiler ends lines with line feeds alone.
        self._feeds = [self._mark, *(end.end() for end in re.finditer("\n", text))]
        self._encoding, self._bytes = _UNITS[encoding]

    def position(self, offset: int) -> "Position":
        """The place of a character of the text; of what is behind it, its end."""
        at = min(offset + self._mark, len(self._text))
        line = bisect_right(self._starts, at) - 1
        return line, self._units(self._text[self._starts[line] : at])

    def offset(self, line: int, character: int) -> int:
        """The character at a place; of what is behind a line, its end, and inside of a character, its beginning."""
        if line >= len(self._starts):
            return len(self._text) - self._mark
        start = self._starts[max(line, 0)]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        content = self._text[start:end].rstrip("\r\n")
        at, left = min(max(character, 0), len(content)), character
        if not content.isascii():
            at = 0
            while at < len(content) and left >= (units := self._units(content[at])):
                at, left = at + 1, left - units
        return max(start + at - self._mark, 0)

    def range(self, start: int, end: int) -> "Range":
        """The places of a stretch of the text."""
        return self.position(start), self.position(end)

    def of(self, span: "Span") -> "Range":
        """The places of a span of the compiler's."""
        return self.position(self._at(span.line, span.column)), self.position(self._at(span.end_line, span.end_column))

    def _at(self, line: int, column: int) -> int:
        start = self._feeds[min(line, len(self._feeds)) - 1]
        return min(start + column - 1, len(self._text)) - self._mark

    def _units(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self._encoding, "surrogatepass")) // self._bytes
