"""The changes as one JSON object, for programs.

Format: krtc's own. A field without `old` is added, one without `new` is removed; paths are as people read them.
"""

from krtc.manifests import ABSENT
from krtc.manifests.change import EFFECTS
from krtc.reporters._common import document, encodable
from krtc.reporters.changes._common import ACTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from krtc.manifests.change import Change, Field


def report(changes: "Sequence[Change]") -> str:
    """The changes in the order given, how many objects there are of each, and of how many there is each effect."""
    counts = {action: sum(change.action == action for change in changes) for action in ACTIONS}
    effects = {kind: sum(any(e.kind == kind for e in change.effects) for change in changes) for kind in EFFECTS}
    return document({"changes": [_change(change) for change in changes], "summary": {**counts, "effects": effects}})


def _change(change: "Change") -> dict[str, object]:
    return {
        "action": change.action,
        "apiVersion": encodable(change.api_version),
        "kind": encodable(change.kind),
        "namespace": encodable(change.namespace),
        "name": encodable(change.name),
        "effects": [{"kind": effect.kind, "message": encodable(effect.message)} for effect in change.effects],
        "fields": [_field(field) for field in change.fields],
    }


def _field(field: "Field") -> dict[str, object]:
    values = {"old": field.old, "new": field.new}
    there = {name: _plain(value) for name, value in values.items() if value is not ABSENT}
    return {"path": encodable(field.path), "action": field.action, **there}


def _plain(value: "Any") -> "Any":
    """A value as JSON has it, which knows no infinity."""
    if isinstance(value, dict):
        return {encodable(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return str(value)
    return encodable(value) if isinstance(value, str) else value
