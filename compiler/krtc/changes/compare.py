"""What differs between two lists of Kubernetes objects: objects by identity, fields by their place, never lines."""

from krtc.changes.amounts import thousandths
from krtc.changes.effects import effects
from krtc.manifests import ABSENT
from krtc.manifests.change import Change, Field
from krtc.manifests.resource import BANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from krtc.manifests.change import Action, Step

    Object = dict[str, Any]
    Identity = tuple[str, str, str, str]

# What tells the items of a list apart; mounts have the name of their volume, and only their path is their own.
_KEYS = ("mountPath", "name")
# The labels of whatever applies the objects: Helm and krtc write their own, and nothing selects on them.
_TOOLS = ("app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "helm.sh/chart")
_LAST_BAND = 100


def compare(old: "Sequence[Object]", new: "Sequence[Object]") -> list[Change]:
    """What becomes of each object, in the order of applying; nothing of those that stay as they are.

    An object is known by its group and kind, its namespace and its name.
    """
    before, after = _by_identity(old), _by_identity(new)
    removed = [data for identity, data in before.items() if identity not in after]
    changes = []
    for identity in sorted({*before, *after}, key=_order):
        was, is_now = before.get(identity), after.get(identity)
        fields = list(_fields((), was, is_now)) if was is not None and is_now is not None else []
        if was is not None and is_now is not None and not fields:
            continue
        action: Action = "added" if was is None else "removed" if is_now is None else "changed"
        shown = is_now or was or {}
        change = Change(action, shown["apiVersion"], *identity[1:], fields=fields)
        change.effects = effects(change, was, is_now, removed)
        changes.append(change)
    return changes


def identity(data: "Object") -> "Identity":
    """What an object is known by: its group, kind, namespace and name."""
    metadata = data["metadata"]
    group = data["apiVersion"].rpartition("/")[0]
    return group, data["kind"], metadata.get("namespace") or "", metadata["name"]


def _by_identity(objects: "Iterable[Object]") -> "dict[Identity, Object]":
    return {identity(data): _without_tools(data) for data in objects}


def _order(identity: "Identity") -> tuple[object, ...]:
    return BANDS.get(identity[1], _LAST_BAND), identity[1], *identity


def _without_tools(data: "Object") -> "Object":
    metadata = data["metadata"]
    labels = metadata.get("labels")
    if not isinstance(labels, dict) or not any(label in labels for label in _TOOLS):
        return data
    left = {label: value for label, value in labels.items() if label not in _TOOLS}
    others = {key: value for key, value in metadata.items() if key != "labels"}
    return {**data, "metadata": {**others, **({"labels": left} if left else {})}}


def _fields(steps: "tuple[Step, ...]", old: "Any", new: "Any") -> "Iterator[Field]":
    """The fields that differ below a place; what is of another kind, or on one side only, is one field."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _fields((*steps, key), old.get(key, ABSENT), new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(steps, old, new)
    elif _is_other(old, new) and not _is_same_amount(steps, old, new):
        yield Field(steps, old, new)


def _is_other(old: "Any", new: "Any") -> bool:
    return type(old) is not type(new) or (old != new and repr(old) != repr(new))  # a NaN is no other NaN's equal


def _is_same_amount(steps: "tuple[Step, ...]", old: "Any", new: "Any") -> bool:
    """Whether two amounts of a resource differ in nothing but how they are written."""
    if steps[-3:-2] != ("resources",):
        return False
    amount = thousandths(old)
    return amount is not None and amount == thousandths(new)


def _items(steps: "tuple[Step, ...]", old: "list[Any]", new: "list[Any]") -> "Iterator[Field]":
    """Items that have names by these, where they keep their order; others by index; a list of values is one field."""
    for key in _KEYS:
        before, after = _named(key, old), _named(key, new)
        if before is None or after is None or not (before or after):
            continue
        if [name for name in before if name in after] == [name for name in after if name in before]:
            for name in dict.fromkeys((*before, *after)):
                yield from _fields((*steps, (key, name)), before.get(name, ABSENT), after.get(name, ABSENT))
            return
    if len(old) == len(new) and all(isinstance(item, (dict, list)) for item in (*old, *new)):
        for index, (was, is_now) in enumerate(zip(old, new, strict=True)):
            yield from _fields((*steps, index), was, is_now)
    elif len(old) != len(new) or any(True for _ in _differing(old, new)):
        yield Field(steps, old, new)


def _differing(old: "list[Any]", new: "list[Any]") -> "Iterator[Field]":
    for was, is_now in zip(old, new, strict=True):
        yield from _fields((), was, is_now)


def _named(key: str, items: "list[Any]") -> "dict[str, Any] | None":
    """Items by what they have at a key, if that is a text of its own in each."""
    found: dict[str, Any] = {}
    for item in items:
        name = item.get(key) if isinstance(item, dict) else None
        if not isinstance(name, str) or name in found:
            return None
        found[name] = item
    return found
