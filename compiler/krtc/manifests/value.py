"""Value: one of a chart's values, with all that a person needs to know to set it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Value:
    """A value of a chart: its path, its default (None: it must be given), its comment, and its JSON Schema."""

    __slots__ = ("comment", "default", "path", "schema")

    def __init__(self, path: tuple[str, ...], default: "Any", comment: str, schema: "dict[str, Any]") -> None:
        self.path = path
        self.default = default
        self.comment = comment
        self.schema = schema
