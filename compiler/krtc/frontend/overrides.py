"""Overrides: what stands in a document in place of what its file says.

They are laid over the nodes, before these become a record: an override is judged by the same schema and the same rules
as what it replaces, and what is said of it has its own place, in its own text.
"""

from krtc.frontend.nodes import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from krtc.frontend.nodes import Node


class Override:
    """The scalar `value` at `path`: keys and indexes from the root of the document."""

    __slots__ = ("path", "value")

    def __init__(self, path: tuple[str | int, ...], value: Scalar) -> None:
        self.path = path
        self.value = value


def lay(root: Mapping, overrides: "Iterable[Override]") -> None:
    """Lays overrides over a document; mappings and items that are missing on the way are made.

    What cannot be on the way, as a text where a mapping belongs, stays: the file is wrong there, and will be told so.
    """
    for override in overrides:
        at: Node | None = root
        for step, below in zip(override.path, override.path[1:], strict=False):
            at = _step(at, step, Sequence if isinstance(below, int) else Mapping, override.value)
        last = override.path[-1]
        if isinstance(at, Mapping) and isinstance(last, str):
            at.entries[last] = (_key(last, override.value), override.value)


def _step(at: "Node | None", step: str | int, made: "type[Sequence | Mapping]", value: Scalar) -> "Node | None":
    if isinstance(at, Mapping) and isinstance(step, str):
        if step not in at.entries:
            at.entries[step] = (_key(step, value), made(value.file, value.start, value.end))
        return at.entries[step][1]
    if isinstance(at, Sequence) and isinstance(step, int):
        if step == len(at.items):
            at.items.append(made(value.file, value.start, value.end))
        return at.items[step] if step < len(at.items) else None
    return None


def _key(text: str, value: Scalar) -> Scalar:
    """A key for a value; it has no place of its own."""
    return Scalar(text, False, value.file, value.start, value.end)
