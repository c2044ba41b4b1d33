"""What an editor can fold: what stands under a key or in an item, when it has more than one line."""

from krtc.frontend.nodes import Mapping, Scalar
from krtc.lsp import tree
from krtc.lsp.symbols import end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.frontend.nodes import Node


def stretches(text: str) -> list[tuple[int, int]]:
    """Each as the offset of what stays, the key or the item, and the end of what is folded."""
    found: dict[int, int] = {}  # by the line feed before it: of several on one line the outermost
    for start, stop in _below(text, tree.read(text)):
        if "\n" in text[start:stop]:
            found.setdefault(text.rfind("\n", 0, start), stop)
    return sorted((line + 1, stop) for line, stop in found.items())


def _below(text: str, root: "Node | None") -> "Iterator[tuple[int, int]]":
    todo: list[Node | None] = [root]
    while todo:
        node = todo.pop()
        if node is None or isinstance(node, Scalar):
            continue
        if isinstance(node, Mapping):
            for key, value in node.entries.values():
                yield key.start, end(text, value)
                todo.append(value)
        else:
            for item in node.items:
                yield item.start, end(text, item)
                todo.append(item)
