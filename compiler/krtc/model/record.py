"""Record: the base of everything that people write in a krt.yml or a runtime.yml.

A subclass is a list of annotated fields and their defaults, and the only place where the language is written down:
`schema.py` makes the published JSON Schemas from it, the front end interprets those schemas and fills records. The
annotations stay text (`from __future__ import annotations`), so they cost a compile nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, dataclass_transform

    from krtc.source import Span

    Place = str | tuple[str, int | str]
else:

    def dataclass_transform(**_):
        """What type checkers read; it does nothing when the program runs."""
        return lambda cls: cls


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Record:
    """An immutable set of fields; a field that was not given has its class's default."""

    def __init__(self, **fields: "Any") -> None:
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({canonical(self)})"


# Where a record came from stands beside its fields, under a name that no field can have.
_PLACES = "@places"


def place(record: Record, places: "Mapping[Place, Span]") -> None:
    """Notes where the fields of a record stand: by field, by (field, index) for the items of a list, and by
    (field, key) for the keys of a mapping.

    The place of the record as a whole is under "", that of a field's key under "field:".
    """
    record.__dict__[_PLACES] = places


def span_of(record: Record, *where: "Place") -> "Span":
    """The first of the places `where` that the source has, or else the whole record's.

    Raises KeyError for a record that did not come from a file.
    """
    places: Mapping[Place, Span] = record.__dict__[_PLACES]
    for key in where:
        if key in places:
            return places[key]
    return places[""]


def given(record: Record, field: str) -> bool:
    """Whether the file gave the field, or the default stands in for it."""
    return field in record.__dict__


def canonical(value: object) -> "Any":
    """A value as plain data, defaults filled in, in the order of the fields: what a digest is made of."""
    if isinstance(value, Record):
        return {field: canonical(getattr(value, field, None)) for field in type(value).__annotations__}
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    return value
