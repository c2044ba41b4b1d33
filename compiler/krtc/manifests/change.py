"""Change: what happens to one Kubernetes object between two sets of manifests, and what that does to a cluster."""

import re

from krtc.manifests.leaves import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    Action = Literal["added", "removed", "changed"]
    # A key of a mapping, the index of an item, or (key, value): the item of a list in which that key has that value.
    Step = str | int | tuple[str, str]
    # refused: by the API server, or by NATS; restarts: pods are replaced; stops: pods end; scales: pods come or go;
    # publishes: what is reached from outside is another thing, or reached otherwise.
    EffectKind = Literal["refused", "deletes-data", "keeps-data", "publishes", "stops", "restarts", "scales"]

EFFECTS: "tuple[EffectKind, ...]" = (
    "refused",
    "deletes-data",
    "keeps-data",
    "publishes",
    "stops",
    "restarts",
    "scales",
)
"""The kinds of effects, the worst first."""

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*").fullmatch
_ITEM = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*").fullmatch


class Field:
    """A field that differs: the way to it, and its values; ABSENT where it is not there."""

    __slots__ = ("new", "old", "steps")

    def __init__(self, steps: "tuple[Step, ...]", old: "Any", new: "Any") -> None:
        self.steps = steps
        self.old = old
        self.new = new

    @property
    def action(self) -> "Action":
        """What happens to it."""
        return "added" if self.old is ABSENT else "removed" if self.new is ABSENT else "changed"

    @property
    def path(self) -> str:
        """The way to it as text, `spec.template.spec.containers[etl].image`; no two of an object share one."""
        return "".join(map(_written, self.steps)).removeprefix(".")


class Effect:
    """What a change does in a cluster: its kind, and in words what happens."""

    __slots__ = ("kind", "message")

    def __init__(self, kind: "EffectKind", message: str) -> None:
        self.kind = kind
        self.message = message


class Change:
    """An object that is added, removed or changed; only of one that is changed there are fields."""

    __slots__ = ("action", "api_version", "effects", "fields", "kind", "name", "namespace")

    def __init__(
        self,
        action: "Action",
        api_version: str,
        kind: str,
        namespace: str,
        name: str,
        *,
        fields: "Sequence[Field]" = (),
        effects: "Sequence[Effect]" = (),
    ) -> None:
        self.action = action
        self.api_version = api_version
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.fields = fields
        self.effects = effects

    @property
    def place(self) -> str:
        """Its namespace and its name."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def _written(step: "Step") -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if isinstance(step, tuple):
        key, value = step
        return f"[{value}]" if _ITEM(value) else f"[{key}={_quoted(value)}]"
    return f".{step}" if _KEY(step) else f"[{_quoted(step)}]"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
