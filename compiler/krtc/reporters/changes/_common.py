"""What the forms of a diff share: how many there are of each, and values that are short enough to be read."""

import json

from krtc.manifests import ABSENT
from krtc.manifests.change import EFFECTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from krtc.manifests.change import Action, Change, EffectKind, Field

ACTIONS: "tuple[Action, ...]" = ("added", "changed", "removed")
MARKS: "dict[Action, str]" = {"added": "+", "removed": "-", "changed": "~"}
WORDS: "dict[EffectKind, str]" = {
    "refused": "refused",
    "deletes-data": "deletes data",
    "keeps-data": "keeps data",
    "publishes": "publishes",
    "stops": "stops",
    "restarts": "restarts",
    "scales": "scales",
}
"""An effect in front of what it says."""

_COUNTED: "dict[EffectKind, str]" = {
    "refused": "refused: {}",
    "deletes-data": "deletes data of {}",
    "keeps-data": "keeps data of {}",
    "publishes": "changes what is published",
    "stops": "stops {}",
    "restarts": "restarts {}",
    "scales": "scales {}",
}
_KINDS = {"Stream": "stream", "Consumer": "consumer", "KeyValue": "key-value store", "ObjectStore": "object store"}

_LONGEST = 80
_BEFORE = 24
# No name of Kubernetes, and no path of a field that krtc writes, is longer; what an effect says holds a few names.
_LONGEST_NAME = 320
_LONGEST_MESSAGE = 600


def summary(changes: "Sequence[Change]") -> str:
    """How many objects are added, changed and removed, and of how many there is each effect."""
    said = [f"{sum(change.action == action for change in changes)} {action}" for action in ACTIONS]
    found = []
    for kind in EFFECTS:
        affected = [change.kind for change in changes if any(effect.kind == kind for effect in change.effects)]
        if affected:
            listed = str(len(affected)) if kind == "refused" else _counted(affected)
            found.append(_COUNTED[kind].format(listed))
    return "; ".join([", ".join(said), *found])


def _counted(kinds: list[str]) -> str:
    listed = []
    for kind in sorted(set(kinds)):
        number, word = kinds.count(kind), _KINDS.get(kind, named(kind))
        listed.append(f"{number} {word}{'' if number == 1 else 'es' if word.endswith('s') else 's'}")
    return f"{', '.join(listed[:-1])} and {listed[-1]}" if listed[1:] else listed[0]


def values(field: "Field") -> tuple[str | None, str | None]:
    """The old and the new value of a field as JSON, None where there is none; long ones from before they part."""
    old, new = (None if value is ABSENT else as_json(value) for value in (field.old, field.new))
    start = 0
    if old is not None and new is not None and max(len(old), len(new)) > _LONGEST:
        same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        start = max(0, same - _BEFORE)
    return (None if old is None else short(old, start)), (None if new is None else short(new, start))


def as_json(value: "Any") -> str:
    """A value on one line."""
    return json.dumps(value, ensure_ascii=False)


def short(text: str, start: int = 0) -> str:
    """What of a text stands at a place, and that there is more."""
    end = start + _LONGEST
    return f"{'...' if start else ''}{text[start:end]}{'...' if end < len(text) else ''}"


def named(name: str) -> str:
    """A name or a path, short enough to be read."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."


def said(message: str) -> str:
    """What an effect says, short enough to be read."""
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}..."
