"""Record: the base of everything that people write in a krt.yml or a runtime.yml.

A subclass is a list of annotated fields and their defaults, and the only place where the language is written down:
`schema.py` makes the published JSON Schemas from it, the front end interprets those schemas and fills records. The
annotations stay text (`from __future__ import annotations`), so they cost a compile nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, NoReturn, Protocol, dataclass_transform

    from krtc.source import Span

    Place = (
        str | tuple[str, int | str] | tuple[str, str, Literal["value"]] | tuple[str, str, Literal["value"], int | str]
    )

    class Whole(Protocol):
        """What has a place."""

        @property
        def span(self) -> Span:
            """Its place."""

    class Placed(Whole, Protocol):
        """What has a place, and perhaps things in it that have theirs."""

        def at(self, inside: int | str, of: str = "key") -> "Placed | None":
            """An item of a list by its index; of a mapping, a key by its text, or its `value`."""

    class Places(Protocol):
        """The key and the value of each field that the source has."""

        def __contains__(self, field: object) -> bool: ...
        def __getitem__(self, field: str) -> tuple[Placed, Placed]: ...
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
        try:
            return f"{type(self).__name__}({canonical(self)})"
        except Unsaid:
            return f"{type(self).__name__}(...)"


# Where a record came from, and what is right of its lists, stand beside its fields, under names that no field can have.
_PLACES = "@places"
_PARTS = "@parts"


class Unsaid(Exception):
    """A field was asked for whose value is wrong: that has been said, and nothing that builds on it is true."""


def broken(record: type[Record], fields: "dict[str, Any]", wrong: "Mapping[str, dict[int, Any]]") -> Record:
    """A record whose fields `wrong` raise Unsaid; of a wrong list, the items that are right are given by index."""

    def unsaid(_: Record) -> "NoReturn":
        raise Unsaid

    result = type(record.__name__, (record,), dict.fromkeys(wrong, property(unsaid)))(**fields)
    assert isinstance(result, Record)
    result.__dict__[_PARTS] = wrong
    return result


def known(record: Record, field: str) -> "Any":
    """A field, or None when its value is wrong."""
    try:
        return getattr(record, field)
    except Unsaid:
        return None


def parts(record: Record, field: str) -> "dict[int, Any]":
    """The items of a list by their index: all of them, or those that are right of a list in which some are wrong."""
    wrong: Mapping[str, dict[int, Any]] = record.__dict__.get(_PARTS, {})
    return wrong[field] if field in wrong else dict(enumerate(getattr(record, field) or ()))


def place(record: Record, places: "Places", whole: "Whole") -> None:
    """Notes where the fields of a record stand, each with its key and its value, and where the record as a `whole`."""
    one: object = places
    record.__dict__[_PLACES] = one if one is whole else (places, whole)


def places_of(record: Record) -> "Any":
    """What was noted of the places of its fields; nothing for a record that did not come from a file."""
    return _places(record)[0] if _PLACES in record.__dict__ else {}


def _places(record: Record) -> "Any":
    found = record.__dict__[_PLACES]
    return found if type(found) is tuple else (found, found)


def span_of(record: Record, *where: "Place") -> "Span":
    """The first of the places `where` that the source has, or else the whole record's.

    A place is a field, "field:" for its key, (field, index) for an item of its list, (field, key) for a key of its
    mapping, (field, key, "value") for what stands under that, and (field, key, "value", key) for a key in there.
    Raises KeyError for a record that did not come from a file.
    """
    places, whole = _places(record)
    for at in where:
        field, *inside = at if isinstance(at, tuple) else (at.rstrip(":"),)
        if field in places:
            key, value = places[field]
            if not inside:
                return (key if at[-1] == ":" else value).span  # type: ignore[no-any-return]
            found = value.at(*inside[:2])
            if inside[2:]:
                found = found and found.at(inside[2])
            if found is not None:
                return found.span  # type: ignore[no-any-return]
    return whole.span  # type: ignore[no-any-return]


def given(record: Record, field: str) -> bool:
    """Whether the file gave the field, or the default stands in for it."""
    return field in record.__dict__


def canonical(value: object) -> "Any":
    """A value as plain data, defaults filled in, in the order of the fields: what a digest is made of.

    Raises Unsaid for a record in which something is wrong.
    """
    if isinstance(value, Record):
        if _PARTS in value.__dict__:
            raise Unsaid
        return {field: canonical(getattr(value, field, None)) for field in type(value).__annotations__}
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    return value
