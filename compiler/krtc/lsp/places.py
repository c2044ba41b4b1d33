"""What is being written at a cursor: which key or value it will be, in a text that need not be YAML yet."""

import re

from krtc.frontend.nodes import Mapping
from krtc.lsp import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.frontend.nodes import Node
    from krtc.lsp.tree import Path

# What ends a word, beside the quote that it stands in.
_NO_WORD = re.compile(r"[\s,\[\]{}]")
_WORD = "krtc"  # what stands for the word that is being written


class Place:
    """A word that is being written: from `start` to `end`, as a key of the mapping at `path`, or as its value.

    Of a key `siblings` are the mapping's other keys, and `has_colon` says whether a colon follows already. `is_quoted`
    says whether it stands in quotes, `is_item` whether it begins an item of a list, which may become a mapping. `root`
    is the document with another word in its place, at `written`; None where no more than the way there could be read.
    """

    __slots__ = (
        "end",
        "has_colon",
        "is_item",
        "is_key",
        "is_quoted",
        "path",
        "root",
        "siblings",
        "start",
        "written",
    )

    def __init__(self, word: "_Word", path: "Path", siblings: "list[str]", *, is_key: bool, is_item: bool) -> None:
        self.start = word.start
        self.end = word.end
        self.has_colon = word.has_colon
        self.is_quoted = bool(word.quote)
        self.written = word.outer_start
        self.root: Node | None = None
        self.path = path
        self.siblings = siblings
        self.is_key = is_key
        self.is_item = is_item


def find(text: str, offset: int) -> Place | None:
    """The place of a cursor; None in a comment, inside of a longer text, or where nothing can be made of it."""
    word = _word(text, offset)
    if word is None:
        return None
    line = text.count("\n", 0, word.start) + 1
    for head in (text, _spine(text, word.start)):
        for before, after in word.variants():
            changed = head[: word.outer_start] + before + after + head[word.outer_end :]
            root = tree.read(changed, line)
            at = tree.at(root, word.outer_start)
            if at is not None and at.scalar.start == word.outer_start and at.scalar.text == _WORD:
                place = _place(word, at)
                place.root = root if head is text else None
                return place
    return None


def _place(word: "_Word", at: tree.At) -> Place:
    if not at.is_key:
        return Place(word, at.path, [], is_key=False, is_item=isinstance(at.path[-1] if at.path else None, int))
    path, parent = at.path[:-1], at.parents[-1]
    siblings = [key for key in parent.entries if key != _WORD] if isinstance(parent, Mapping) else []
    # `- wor` becomes a text or a mapping: what belongs there decides.
    is_item = not siblings and bool(path) and isinstance(path[-1], int)
    return Place(word, path, siblings, is_key=True, is_item=is_item)


class _Word:
    """A word in its line; with the quotes around it, from `outer_start` to `outer_end`."""

    __slots__ = ("closers", "end", "has_colon", "outer_end", "outer_start", "quote", "start")

    def __init__(
        self, start: int, end: int, outer: tuple[int, int], quote: str, *, has_colon: bool, closers: str
    ) -> None:
        self.start = start
        self.end = end
        self.outer_start, self.outer_end = outer
        self.quote = quote
        self.has_colon = has_colon
        self.closers = closers

    def variants(self) -> "Iterator[tuple[str, str]]":
        """What may stand there in its place, and what then follows it: a key, or a value; brackets closed or not."""
        kinds = [_WORD] if self.has_colon else [_WORD, f"{_WORD}: "] if self.quote else [f"{_WORD}: ", _WORD]
        for closers in dict.fromkeys(("", self.closers)):
            for kind in kinds:
                yield kind, closers


def _word(text: str, offset: int) -> _Word | None:
    line_start = text.rfind("\n", 0, offset) + 1
    line_end = text.find("\n", offset)
    line_end = len(text) if line_end < 0 else line_end
    quote, opened, brackets = _before(text[line_start:offset])
    if quote == "#":
        return None
    rest = text[offset:line_end].rstrip("\r")
    closers = "".join("]" if bracket == "[" else "}" for bracket in reversed(brackets))
    if quote:
        start = line_start + opened + 1
        closes = rest.find(quote)
        end = offset + (closes if closes >= 0 else _length(rest))
        outer = (start - 1, end + 1 if closes >= 0 else end)
    else:
        head = text[line_start:offset]
        start = line_start + max((m.end() for m in _NO_WORD.finditer(head)), default=0)
        end = offset + _length(rest)
        if text[end - 1 : end] == ":" and end > start and text[end : end + 1] in ("", " ", "\n", "\r"):
            end -= 1
            if offset > end:
                return None  # behind the colon of a key, before the blank
        outer = (start, end)
    has_colon = re.match(r"[ \t]*:(\s|$)", text[outer[1] : line_end]) is not None
    for bracket in rest[outer[1] - offset :] if outer[1] >= offset else rest:
        closers = closers[1:] if closers[:1] == bracket else closers
    return _Word(start, end, outer, quote, has_colon=has_colon, closers=closers)


def _length(rest: str) -> int:
    """How much of what follows the cursor belongs to its word."""
    found = _NO_WORD.search(rest)
    return found.start() if found else len(rest)


def _before(head: str) -> tuple[str, int, list[str]]:
    """What a line up to a cursor leaves open: a quote ("#": a comment), where it began, and brackets."""
    quote, opened = "", 0
    brackets: list[str] = []
    fresh = True  # whether a quote or a bracket here begins a value
    for index, character in enumerate(head):
        if quote:
            if character == quote and head[index - 1 : index] != "\\":
                quote, fresh = "", False
            continue
        if character in "\"'" and fresh:
            quote, opened = character, index
        elif character == "#" and (index == 0 or head[index - 1] in " \t"):
            return "#", index, brackets
        elif character in "[{" and (fresh or brackets):
            brackets.append(character)
        elif character in "]}" and brackets:
            brackets.pop()
        if character not in " \t":
            fresh = character in "[{,:-"
    return quote, opened, brackets


def _spine(text: str, start: int) -> str:
    """The text with nothing but the line of a place and those that lead to it, by their indentation."""
    lines = text.split("\n")
    here = text.count("\n", 0, start)
    own = lines[here]
    column = start - (text.rfind("\n", 0, start) + 1)
    indent = len(own) - len(own.lstrip(" ")) if own[:column].strip() else column
    is_item = own[indent : indent + 1] == "-"
    kept = {here}
    for number in range(here - 1, -1, -1):
        line = lines[number]
        content = line.lstrip(" ")
        depth = len(line) - len(content)
        if not content.strip() or content.startswith("#"):
            continue
        if depth < indent or (depth == indent and is_item and not content.startswith("-")):
            kept.add(number)
            indent, is_item = depth, content.startswith("-")
            if indent == 0 and not is_item:
                break
    return "\n".join(line if number in kept else " " * len(line) for number, line in enumerate(lines))
