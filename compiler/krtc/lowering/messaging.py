"""Streams, durable consumers and buckets, as NACK's resources (jetstream.nats.io/v1beta2).

What NACK or the server would choose otherwise is written out: storage is memory there, a stream keeps messages for a
year, a consumer acknowledges nothing.
"""

from functools import lru_cache

from krtc.lowering.common import identity, labels, param
from krtc.lowering.delivery import ASKS, BEFORE_PODS
from krtc.manifests import RUNNING, Is, Param, Resource, Shared, When
from krtc.model import runners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.manifests.leaves import Data
    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program
    from krtc.model.runtime import Runtime

API = "jetstream.nats.io/v1beta2"


def resources(program: "Program") -> "Iterator[Resource]":
    """All of a version's: a stream for each workflow, a consumer for each subscription, and the stores."""
    names = program.names
    yield _key_value_store(program, names.object(), names.key_value_store())
    stores: dict[str, Resource] = {}
    for workflow in program.version.workflows:
        yield _stream(program, workflow)
        yield _key_value_store(program, names.object(workflow.name), names.key_value_store(workflow), workflow)
        for node in workflow.nodes:
            yield _key_value_store(
                program,
                names.object(workflow.name, node.name),
                names.key_value_store(workflow, node),
                workflow,
                node,
            )
            for subscription in node.subscriptions:
                yield _consumer(program, workflow, node, subscription)
            if node.object_store:
                bucket = names.object_bucket(workflow, node.object_store)
                stores[bucket] = _object_store(program, workflow, node)
    yield from stores.values()


def platform_consumers(program: "Program") -> Is:
    """Whether the platform makes the durable consumers."""
    return Is(param(program.settings.nats, "consumers", "nats", "consumers"), "platform")


def _stored(program: "Program", kept_as: str) -> "dict[str, Data]":
    nats = program.settings.nats
    return {
        "storage": param(nats, "storage", "nats", "storage"),
        "replicas": param(nats, "replicas", "nats", "replicas"),
        "preventDelete": _kept(program.settings, kept_as),
    }


def _kept(settings: "Runtime", kept_as: str) -> Param:
    """Whether what is in NATS outlives its object."""
    return Param(("nats", "keep", kept_as), kept_as in settings.nats.keep, "Nats.keep", {"type": "boolean"})


@lru_cache(maxsize=3)
def _annotations(settings: "Runtime", kept_as: str) -> Shared:
    """Those of what holds data: whoever removes it is asked, unless the data stays."""
    gone = Is(_kept(settings, kept_as), False)
    return Shared(BEFORE_PODS | {name: When(gone, value) for name, value in ASKS.items()})


def _stream(program: "Program", workflow: "Workflow") -> Resource:
    names = program.names
    subjects = [names.subject(workflow, "entrypoint")]
    for node in workflow.nodes:
        own = names.subject(workflow, node.name)
        subjects += [own, f"{own}.*"]
    return Resource(
        API,
        "Stream",
        names.object(workflow.name),
        labels=labels(program, identity(program, "version", workflow)),
        annotations=_annotations(program.settings, "streams"),
        body={
            "spec": {
                "name": names.stream(workflow),
                "subjects": subjects,
                "retention": "interest",
                "discard": "old",
                "maxAge": param(program.settings.nats, "max_age", "nats", "maxAge"),
                **_stored(program, "streams"),
            }
        },
        when=(RUNNING,),
    )


def _consumer(program: "Program", workflow: "Workflow", node: "Node", subscription: str) -> Resource:
    names = program.names
    durable = names.durable(workflow, node, subscription)
    return Resource(
        API,
        "Consumer",
        names.consumer(workflow, node, subscription),
        labels=labels(program, identity(program, "version", workflow, node)),
        annotations=BEFORE_PODS,
        body={
            "spec": {
                "streamName": names.stream(workflow),
                "durableName": durable,
                "deliverSubject": names.deliver_subject(workflow, node, subscription),
                "deliverGroup": durable,
                "filterSubject": names.subject(workflow, subscription),
                "deliverPolicy": "new",
                "ackPolicy": "explicit",
                "ackWait": runners.ack_wait(program.settings.nats.ack_wait, node.image),
                # A bound would wedge the node after a kill: what it had not acknowledged counts until ackWait.
                "maxAckPending": -1,
                "maxDeliver": -1,
                "replayPolicy": "instant",
                # A stream lets go of what no consumer waits for: kept without them, it would be kept empty.
                "preventDelete": When(Is(_kept(program.settings, "streams"), True), True),
            }
        },
        when=(RUNNING, platform_consumers(program)),
    )


def _key_value_store(
    program: "Program", name: str, bucket: str, workflow: "Workflow | None" = None, node: "Node | None" = None
) -> Resource:
    return Resource(
        API,
        "KeyValue",
        name,
        labels=labels(program, identity(program, "version", workflow, node)),
        annotations=_annotations(program.settings, "keyValueStores"),
        body={"spec": {"bucket": bucket, "history": 1, **_stored(program, "keyValueStores")}},
        when=(RUNNING,),
    )


def _object_store(program: "Program", workflow: "Workflow", node: "Node") -> Resource:
    names, store = program.names, node.object_store
    assert store is not None
    return Resource(
        API,
        "ObjectStore",
        names.object_store(workflow, store),
        labels=labels(program, identity(program, "version", workflow if store.scope == "workflow" else None)),
        annotations=_annotations(program.settings, "objectStores"),
        body={"spec": {"bucket": names.object_bucket(workflow, store), **_stored(program, "objectStores")}},
        when=(RUNNING,),
    )
