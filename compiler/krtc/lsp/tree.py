"""The nodes of a text that may be half-typed: lines that keep it from being YAML count as blank."""

import re
from functools import lru_cache

from krtc.diagnostics.codes import SYNTAX
from krtc.frontend import yaml
from krtc.frontend.nodes import Mapping, Scalar, Sequence
from krtc.source import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.diagnostics import Diagnostic
    from krtc.frontend.nodes import Node

    Path = tuple[str | int, ...]

# More lines than people leave broken at a time, and characters of a text that is read so often.
_MOST_BROKEN = 6
_LARGE = 256 << 10
# A quote where a text begins.
_OPEN = re.compile(r"""(^|[\s\[{,:-])['"]""")


@lru_cache(maxsize=16)
def read(text: str, keep: int | None = None) -> "Node | None":
    """The nodes of a text; where it is broken, of what is left without a few lines, the line `keep` (from 1) not one.

    Every offset is that of the text. None when it is empty, or broken beyond that.
    """
    blanked = {keep}
    most = _MOST_BROKEN if len(text) < _LARGE else 1
    file = SourceFile("", text if len(text) <= yaml.LARGEST_FILE else "")
    while True:
        node, found = yaml.parse(file)
        stopped = next((diagnostic for diagnostic in found if diagnostic.severity == "error"), None)
        if node is not None or stopped is None:
            return node
        suspects = [line for line in _suspects(stopped, file) if file.line(line).strip(" ")]
        broken = next((line for line in suspects if line not in blanked), None)
        if broken is None or suspects[0] == keep or len(blanked) > most:
            return None
        blanked.add(broken)
        lines = list(file.lines)
        lines[broken - 1] = " " * len(lines[broken - 1])
        file = SourceFile("", "\n".join(lines))


def _suspects(diagnostic: "Diagnostic", file: SourceFile) -> list[int]:
    """The lines that may be what keeps a text from being read, the likeliest first."""
    # A quote that does not end takes the next one, wherever that is, for its end.
    above = enumerate(file.lines[: diagnostic.span.line], 1)
    quotes = [number for number, line in above if (line.count('"') % 2 or line.count("'") % 2) and _OPEN.search(line)]
    here = [*quotes, diagnostic.span.line]
    begins = [related.span.line for related in diagnostic.related]
    # A key without a colon, a quote or a bracket that does not end is wrong where it begins; a mapping is not.
    is_open = diagnostic.code is SYNTAX and re.search("simple key|quoted|flow", diagnostic.message)
    return begins + here if is_open else here


def whole(text: str) -> "Node | None":
    """The nodes of a text that is not broken; None for any other."""
    return yaml.parse(SourceFile("", text))[0]


class At:
    """What stands at a place: a scalar, as a key or as a value, and the `path` that leads to it.

    The path of a key ends with the key itself. `parents` are the mappings and sequences around it, the nearest last.
    """

    __slots__ = ("is_key", "parents", "path", "scalar")

    def __init__(self, scalar: Scalar, is_key: bool, path: "Path", parents: "list[Mapping | Sequence]") -> None:
        self.scalar = scalar
        self.is_key = is_key
        self.path = path
        self.parents = parents


def at(root: "Node | None", offset: int) -> At | None:
    """The scalar at an offset or just before it, or None when there is none."""
    path: list[str | int] = []
    parents: list[Mapping | Sequence] = []
    node = root
    while node is not None and not isinstance(node, Scalar):
        parents.append(node)
        below: Node | None = None
        if isinstance(node, Mapping):
            for text, (key, value) in node.entries.items():
                if key.start <= offset <= key.end:
                    return At(key, True, (*path, text), parents)
                if value.start <= offset <= value.end and (below is None or value.start <= offset):
                    below, step = value, text
        else:
            for index, item in enumerate(node.items):
                if item.start <= offset <= item.end:
                    below, step = item, index  # type: ignore[assignment]
        if below is None:
            return None
        path.append(step)
        node = below
    return At(node, False, tuple(path), parents) if node is not None and node.start <= offset <= node.end else None


def step(node: "Node | None", *path: str | int) -> "Node | None":
    """What a path leads to from a node."""
    for one in path:
        if isinstance(node, Mapping) and isinstance(one, str):
            node = node.entries[one][1] if one in node.entries else None
        elif isinstance(node, Sequence) and isinstance(one, int):
            node = node.items[one] if one < len(node.items) else None
        else:
            return None
    return node


def scalar(node: "Node | None", *path: str | int) -> Scalar | None:
    """The text that a path leads to, or None where there is none."""
    found = step(node, *path)
    return found if isinstance(found, Scalar) and found.text.strip() else None


def mappings(node: "Node | None", *path: str | int) -> list[Mapping]:
    """The mappings in the list that a path leads to."""
    found = step(node, *path)
    return [item for item in found.items if isinstance(item, Mapping)] if isinstance(found, Sequence) else []


def content(text: str, scalar: Scalar) -> tuple[int, int] | None:
    """Where the text of a scalar stands, without its quotes; None where it is written with escapes or over lines."""
    start, end = (scalar.start, scalar.end) if scalar.plain else (scalar.start + 1, scalar.end - 1)
    return (start, end) if text[start:end] == scalar.text else None
