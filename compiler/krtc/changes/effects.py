"""What changes do in a cluster: the one table of rules.

What Kubernetes refuses is its API's; what NATS refuses, and what it deletes, is what nats-server 2.15 was seen to do.
NACK does to a stream what is done to its object, and knows the stream by the name in it.
"""

from krtc.manifests import ABSENT
from krtc.manifests.change import EFFECTS, Effect
from krtc.model.runners import nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import Any

    from krtc.manifests.change import Action, Change, EffectKind

    Object = dict[str, Any]

_APPS, _BATCH, _CORE, _NETWORK, _GATEWAY = "apps", "batch", "", "networking.k8s.io", "gateway.networking.k8s.io"
_NACK = "jetstream.nats.io"
_DEPLOYMENT, _JOB, _SERVICE = ((_APPS, "Deployment"),), ((_BATCH, "Job"),), ((_CORE, "Service"),)
_ROUTES = ((_NETWORK, "Ingress"), (_GATEWAY, "GRPCRoute"))
_STREAM, _CONSUMER = ((_NACK, "Stream"),), ((_NACK, "Consumer"),)
_BUCKETS = ((_NACK, "KeyValue"), (_NACK, "ObjectStore"))
# A tree may hold any text; hundreds of years are shorter, and numbers of thousands of digits are slow to read.
_LONGEST_DURATION = 100


class _Case:
    """An object before and after a change, {} where there is none, and all objects that the same change removes."""

    __slots__ = ("new", "old", "removed")

    def __init__(self, old: "Object | None", new: "Object | None", removed: "Collection[Object]") -> None:
        self.old = old or {}
        self.new = new or {}
        self.removed = removed


def effects(
    change: "Change", old: "Object | None", new: "Object | None", removed: "Collection[Object]"
) -> list[Effect]:
    """What a change does to a cluster, the worst first; `removed` are all objects that go at the same time.

    A resource of NACK with another name in it leaves what it was alone. What is refused is refused as a whole.
    """
    case = _Case(old, new, removed)
    if renamed := [*_said(change, case, _NAMES)]:
        return renamed[:1]
    found = sorted(_said(change, case, _RULES), key=lambda effect: EFFECTS.index(effect.kind))
    return [effect for effect in found if effect.kind == "refused"] or found


def _said(change: "Change", case: _Case, rules: "Iterable[Rule]") -> "Iterator[Effect]":
    known_as = (change.api_version.rpartition("/")[0], change.kind)
    for kinds, action, path, kind, say in rules:
        if known_as in kinds and action == change.action and (not path or _differs(change, path)):
            before, after = _at(case.old, path), _at(case.new, path)
            message = None if path and before is after else say(before, after, case)
            if message is not None:
                yield Effect(kind, message)


def _differs(change: "Change", path: str) -> bool:
    """Whether a field at a path of keys, below it or around it differs."""
    steps = tuple(path.split("."))
    return any(field.steps[: len(steps)] == steps[: len(field.steps)] for field in change.fields)


def _at(data: "Object", path: str) -> "Any":
    """The value at a path of keys, or ABSENT."""
    found: Any = data
    for key in path.split(".") if path else ():
        found = found.get(key, ABSENT) if isinstance(found, dict) else ABSENT
    return found


def _text(value: "Any") -> str:
    return "nothing" if value is ABSENT else str(value)


_RECREATE = "what is there must be deleted first, with all that is in it"
_FIXED = "cannot be updated in NATS: the consumer must be deleted first, and loses its place"


# What rules say: of the value before and after, and of the case; None when there is nothing to say.


def _always(message: str) -> "Say":
    return lambda before, after, case: message


def _replicas(before: "Any", after: "Any", case: _Case) -> str:
    return f"from {_text(before)} to {_text(after)} pods"


def _cluster_ip(before: "Any", after: "Any", case: _Case) -> str | None:
    return None if after is ABSENT else "the address of a Service cannot be changed: delete the Service first"


def _retention(before: "Any", after: "Any", case: _Case) -> str | None:
    if "workqueue" not in (before, after):
        return None
    return f"NATS refuses to change a retention to or from workqueue: {_RECREATE}"


def _interest(before: "Any", after: "Any", case: _Case) -> str | None:
    return "its messages are deleted, if it has no consumer" if after == "interest" else None


def _max_age(before: "Any", after: "Any", case: _Case) -> str | None:
    old, new = _duration(before), _duration(after)
    if not new or (old and old <= new):
        return None
    return f"the messages that are older than {after} are deleted"


def _duration(value: "Any") -> int | None:
    """A duration of Go in nanoseconds, 0 is no limit; None for what Go would not take for one."""
    return nanoseconds(value) if isinstance(value, str) and len(value) <= _LONGEST_DURATION else None


def _renamed(what: str, rest: str) -> "Say":
    return lambda before, after, case: (
        f"another {what} {_text(after)} is made; {_text(before)} stays in NATS {rest}, and nothing deletes it"
    )


def _moved(before: "Any", after: "Any", case: _Case) -> str:
    return f"another consumer is made in {_text(after)}; the one in {_text(before)} stays, and nothing deletes it"


def _deleted(before: "Any", after: "Any", case: _Case) -> str | None:
    if _is_kept(case.old):
        return None
    return f"{_name(case.old)} is deleted in NATS, with all that is in it"


def _kept(before: "Any", after: "Any", case: _Case) -> str | None:
    if not _is_kept(case.old):
        return None
    return f"{_name(case.old)} stays in NATS, and a later object of that name takes it up again"


def _prevent_delete(before: "Any", after: "Any", case: _Case) -> str | None:
    if after is True:
        return "when this object is removed one day, its data stays"
    return (
        "nothing is deleted now; when this object is removed one day, its data is deleted" if before is True else None
    )


def _consumer_deleted(before: "Any", after: "Any", case: _Case) -> str | None:
    """Where its stream stays; of one that is deleted, all is told."""
    stream = _at(case.old, "spec.streamName")
    if _is_kept(case.old) or any(
        data["kind"] == "Stream" and _at(data, "spec.name") == stream and not _is_kept(data) for data in case.removed
    ):
        return None
    return f"the messages of {_text(stream)} that wait for {_text(_at(case.old, 'spec.durableName'))} alone are deleted"


def _is_kept(data: "Object") -> bool:
    return _at(data, "spec.preventDelete") is True


def _name(data: "Object") -> str:
    found = _at(data, "spec.bucket")
    return _text(_at(data, "spec.name") if found is ABSENT else found)


def _published(before: "Any", after: "Any", case: _Case) -> str | None:
    """What the Service of the published version leads to."""
    if not _is_active(case.new or case.old):
        return None
    old, new = _version(case.old), _version(case.new)
    if old and new:
        return None if old == new else f"requests from outside go to {new} in place of {old}"
    if new:
        return f"requests from outside go to {new}"
    return f"no requests from outside go to {old}" if old else None


def _is_active(data: "Object") -> bool:
    """Whether a Service is the one of the published version, by the names and labels that the compiler gives."""
    labels = _at(data, "metadata.labels")
    labels = labels if isinstance(labels, dict) else {}
    runtime = labels.get("runtime-id")
    names = {"active-entrypoint", f"{runtime}-active-entrypoint", f"{runtime}---active-entrypoint"}
    return labels.get("type") == "active-entrypoint" or data["metadata"]["name"] in names


def _version(data: "Object") -> str | None:
    value = _at(data, "spec.selector.version-name")
    return value.removesuffix("-entrypoint") if isinstance(value, str) else None


def _route(message: str) -> "Say":
    def say(before: "Any", after: "Any", case: _Case) -> str | None:
        old, new = _hosts(case.old), _hosts(case.new)
        return None if case.old and case.new and old == new else message.format(old=old, new=new)

    return say


def _hosts(data: "Object") -> str:
    """Under which names a route is reached."""
    rules, names = _at(data, "spec.rules"), _at(data, "spec.hostnames")
    if not isinstance(names, list):
        names = [_at(rule, "host") for rule in rules] if isinstance(rules, list) else []
    return ", ".join([name for name in names if isinstance(name, str)]) or "every name"


if TYPE_CHECKING:
    Say = Callable[[Any, Any, _Case], str | None]
    # Groups and kinds, what happens to the object, the field that must differ, the kind of the effect, what is said.
    Rule = tuple[tuple[tuple[str, str], ...], Action, str, EffectKind, Say]

_NAMES: "tuple[Rule, ...]" = (
    (_STREAM, "changed", "spec.name", "keeps-data", _renamed("stream", "with its messages")),
    (_BUCKETS, "changed", "spec.bucket", "keeps-data", _renamed("bucket", "with all that is in it")),
    (_CONSUMER, "changed", "spec.streamName", "keeps-data", _moved),
    (_CONSUMER, "changed", "spec.durableName", "keeps-data", _renamed("consumer", "with what waits for it")),
)
_RULES: "tuple[Rule, ...]" = (
    (
        _DEPLOYMENT,
        "changed",
        "spec.selector",
        "refused",
        _always("the selector of a Deployment cannot be changed: delete the Deployment first"),
    ),
    (_DEPLOYMENT, "changed", "spec.template", "restarts", _always("its pods are replaced")),
    (_DEPLOYMENT, "changed", "spec.replicas", "scales", _replicas),
    (_DEPLOYMENT, "removed", "", "stops", _always("its pods end")),
    (
        _JOB,
        "changed",
        "spec.template",
        "refused",
        _always(
            "the pods of a Job cannot be changed: delete the Job first, as Argo CD, Flux and Helm do by themselves"
        ),
    ),
    (_SERVICE, "changed", "spec.clusterIP", "refused", _cluster_ip),
    (_SERVICE, "changed", "spec.selector", "publishes", _published),
    (_SERVICE, "added", "", "publishes", _published),
    (_SERVICE, "removed", "", "publishes", _published),
    (_ROUTES, "added", "", "publishes", _route("requests from outside come in by {new}")),
    (_ROUTES, "removed", "", "publishes", _route("no requests from outside come in by {old}")),
    (_ROUTES, "changed", "spec.rules", "publishes", _route("requests from outside came in by {old}, now by {new}")),
    (_ROUTES, "changed", "spec.hostnames", "publishes", _route("requests from outside came in by {old}, now by {new}")),
    (_STREAM, "changed", "spec.storage", "refused", _always(f"NATS refuses to change a storage: {_RECREATE}")),
    (_STREAM, "changed", "spec.retention", "refused", _retention),
    (_STREAM, "changed", "spec.retention", "deletes-data", _interest),
    (_STREAM, "changed", "spec.maxAge", "deletes-data", _max_age),
    (_BUCKETS, "changed", "spec.storage", "refused", _always(f"NATS refuses to change a storage: {_RECREATE}")),
    (_STREAM + _BUCKETS, "changed", "spec.preventDelete", "keeps-data", _prevent_delete),
    (_STREAM + _BUCKETS, "removed", "", "deletes-data", _deleted),
    (_STREAM + _BUCKETS, "removed", "", "keeps-data", _kept),
    (_CONSUMER, "changed", "spec.deliverPolicy", "refused", _always(f"deliverPolicy {_FIXED}")),
    (_CONSUMER, "changed", "spec.ackPolicy", "refused", _always(f"ackPolicy {_FIXED}")),
    (_CONSUMER, "changed", "spec.replayPolicy", "refused", _always(f"replayPolicy {_FIXED}")),
    (
        _CONSUMER,
        "changed",
        "spec.deliverSubject",
        "refused",
        _always("deliverSubject cannot be updated in NATS while a node listens: stop the version first"),
    ),
    (_CONSUMER, "removed", "", "deletes-data", _consumer_deleted),
)
