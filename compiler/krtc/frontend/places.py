"""Places in a large file, found when they are asked for by reading it once more.

A record knows where it stands by its nodes. Those of ten thousand versions are most of what a compile would keep in
memory, and hardly ever is one of them asked for.
"""

from functools import lru_cache

from krtc.frontend import yaml
from krtc.frontend.binder import snake
from krtc.frontend.nodes import Mapping, Sequence
from krtc.model.record import Record, place, places_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.frontend.nodes import Node
    from krtc.source import SourceFile, Span

    Path = tuple[str | int, ...]


def let_go(record: Record, file: "SourceFile") -> None:
    """Has a record, and those in it, know their places by what leads to them in their file, and no longer by nodes."""
    _let_go(record, file, (), None)


def _let_go(value: "Any", file: "SourceFile", above: "Path", step: str | int | None) -> None:
    path = above if step is None else (*above, step)
    if isinstance(value, Record):
        for field, (key, _) in places_of(value).items():
            _let_go(value.__dict__[field], file, path, key.text)
        later = _Later(file, above, step)
        place(value, later, later)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _let_go(item, file, path, index)
    elif isinstance(value, dict):
        for name, item in value.items():
            _let_go(item, file, path, name)


class _Later:
    """Where a record stands as a whole, and its fields by their names.

    The last step to it is apart, for the many of one list have the others in common.
    """

    __slots__ = ("_above", "_file", "_step")

    def __init__(self, file: "SourceFile", above: "Path", step: str | int | None) -> None:
        self._file = file
        self._above = above
        self._step = step

    @property
    def span(self) -> "Span":
        return self._node().span

    def __contains__(self, field: object) -> bool:
        return any(snake(key) == field for key in self._node().entries)

    def __getitem__(self, field: str) -> "tuple[Node, Node]":
        return next(entry for key, entry in self._node().entries.items() if snake(key) == field)

    def _node(self) -> Mapping:
        node = _root(self._file)
        for step in self._above if self._step is None else (*self._above, self._step):
            if isinstance(node, Sequence) and isinstance(step, int):
                node = node.items[step]
            elif isinstance(node, Mapping) and isinstance(step, str):
                node = node.entries[step][1]
        assert isinstance(node, Mapping)
        return node


@lru_cache(maxsize=1)
def _root(file: "SourceFile") -> "Node | None":
    return yaml.parse(file)[0]
