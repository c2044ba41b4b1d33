"""Late-bound leaves: the closed algebra that lets one lowering serve every back end.

A manifest is plain data (dict, list, str, int, bool) in which these may stand for a value, an item or a field.
`resolve` gives what they are for one status; a chart's back end writes the same as Helm expressions.
"""

from krtc.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Data = Any  # plain data with leaves in it


class _Absent:
    """What a field or an item resolves to that is not there."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


class Param:
    """A value that people tune: `path` in a chart's values, and `default`, what the other forms print.

    `about` is where the language tells of it ("Nats.replicas": a definition and a key of the published schemas), from
    which its comment and its schema are made; `narrow` is what the schema demands beyond that. Without a default (None)
    it is required of whoever installs the chart.
    """

    __slots__ = ("about", "default", "narrow", "path")

    def __init__(
        self, path: "Sequence[str]", default: "Data", about: str, narrow: "Mapping[str, Data] | None" = None
    ) -> None:
        self.path = tuple(path)
        self.default = default
        self.about = about
        self.narrow = narrow or {}


class Text:
    """The concatenation of texts, numbers and leaves."""

    __slots__ = ("parts",)

    def __init__(self, *parts: "Data") -> None:
        self.parts = parts


class Merge:
    """One mapping, or one list, of several: of mappings, the later wins key by key; lists follow each other."""

    __slots__ = ("parts",)

    def __init__(self, *parts: "Data") -> None:
        self.parts = parts


class Amounts:
    """Mappings of amounts, by name: each amount is a text, and a mapping without any is left out."""

    __slots__ = ("groups",)

    def __init__(self, groups: "Mapping[str, Param | Merge]") -> None:
        self.groups = groups


class Digest:
    """The sha256, in hex, of the joined sha256 of each value: its first `length` digits."""

    __slots__ = ("length", "parts")

    def __init__(self, *parts: "Data", length: int = 64) -> None:
        self.parts = parts
        self.length = length


class Shared(dict):  # type: ignore[type-arg]
    """A mapping that stands in many manifests, one object in all of them: what writes it may keep what it wrote."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # by identity


class Is:
    """A condition: the value of a parameter is one of `values`."""

    __slots__ = ("param", "values")

    def __init__(self, param: Param, *values: "str | bool") -> None:
        self.param = param
        self.values = values


class When:
    """`then` under a condition, else `otherwise`; without `otherwise` the field or the item is not there."""

    __slots__ = ("otherwise", "test", "then")

    def __init__(self, test: Is, then: "Data", otherwise: "Data" = ABSENT) -> None:
        self.test = test
        self.then = then
        self.otherwise = otherwise


class Optional:
    """A value whose field is left out when it is empty: "", [] or {}."""

    __slots__ = ("value",)

    def __init__(self, value: "Data") -> None:
        self.value = value


STATUS = Param(("status",), "started", "VersionEntry.status")
RUNNING = Is(STATUS, "started", "published")
PUBLISHED = Is(STATUS, "published")


def holds(test: Is, status: str) -> bool:
    """Whether a condition holds in a status, with every other parameter at its default."""
    return _value(test.param, status) in test.values


def resolve(data: "Data", status: str, shared: "dict[int, Data] | None" = None) -> "Data":
    """What data with leaves in it is in one status, with every other parameter at its default.

    Lists that stand in several places of `data` (the environment of a pod's containers) are resolved once, and are one
    list in the result, too; `shared` holds them.
    """
    kind = type(data)
    if kind is str or kind is int or kind is bool:
        return data
    if shared is None:
        shared = {}
    if kind is dict or kind is Shared:
        fields = {}
        for key, value in data.items():
            found = value if type(value) is str else resolve(value, status, shared)
            if found is not ABSENT:
                fields[key] = found
        return fields
    if kind is list:
        if id(data) not in shared:
            items = [resolve(item, status, shared) for item in data]
            shared[id(data)] = [item for item in items if item is not ABSENT]
        return shared[id(data)]
    if kind is Param:
        return _value(data, status)
    if kind is Text:
        return "".join([str(resolve(part, status)) for part in data.parts])
    if kind is When:
        return resolve(data.then if holds(data.test, status) else data.otherwise, status)
    if kind is Optional:
        value = resolve(data.value, status)
        return ABSENT if value is ABSENT or value in ("", [], {}) else value
    if kind is Merge:
        return _merged([resolve(part, status) for part in data.parts])
    if kind is Amounts:
        found = {name: resolve(group, status) for name, group in data.groups.items()}
        return {name: {key: str(value) for key, value in group.items()} for name, group in found.items() if group}
    if kind is Digest:
        joined = "".join([sha256(resolve(part, status)) for part in data.parts])
        return sha256(joined)[: data.length]
    if data is ABSENT:
        return ABSENT
    raise TypeError(f"{kind.__name__} is no part of a manifest")


def _value(param: Param, status: str) -> "Data":
    if param is STATUS:
        return status
    if param.default is None:
        raise ValueError(f"{'.'.join(param.path)} has no value: the analysis lets no such version through")
    return param.default


def _merged(parts: "list[Data]") -> "Data":
    if isinstance(parts[0], list):
        return [item for part in parts for item in part]
    return {key: value for part in parts for key, value in part.items()}


def params(data: "Data") -> "Iterable[Param]":
    """Every parameter in data, in the order in which it stands there, as often as it stands there."""
    if isinstance(data, Param):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from params(value)
    elif isinstance(data, list):
        for item in data:
            yield from params(item)
    elif isinstance(data, Text | Merge | Digest):
        for part in data.parts:
            yield from params(part)
    elif isinstance(data, Amounts):
        yield from params([*data.groups.values()])
    elif isinstance(data, When):
        yield data.test.param
        yield from params(data.then)
        yield from params(data.otherwise)
    elif isinstance(data, Optional):
        yield from params(data.value)
