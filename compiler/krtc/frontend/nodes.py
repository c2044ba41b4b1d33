"""Positioned nodes: a YAML document in which every key and value knows its place."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.source import Span


class Scalar:
    """A scalar as it was written: its text, and whether it stood without quotes (so that YAML would guess a type)."""

    __slots__ = ("plain", "span", "text")

    def __init__(self, text: str, plain: bool, span: "Span") -> None:
        self.text = text
        self.plain = plain
        self.span = span


class Sequence:
    """A list of nodes."""

    __slots__ = ("items", "span")

    def __init__(self, span: "Span") -> None:
        self.items: list[Node] = []
        self.span = span


class Mapping:
    """Keys and values, in the order of the file; each key stands once."""

    __slots__ = ("entries", "span")

    def __init__(self, span: "Span") -> None:
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.span = span


Node = Scalar | Sequence | Mapping
