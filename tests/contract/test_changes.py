"""What `krtc diff` says that NATS refuses, accepts and deletes, held against a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from nats.aio.client import Client

from compiling import Object
from krtc.changes import compare
from runners import REMOVING, Connected, translate

STREAM: Object = {
    "name": "changes",
    "subjects": ["changes.a", "changes.b"],
    "retention": "interest",
    "discard": "old",
    "maxAge": "1h",
    "storage": "file",
    "replicas": 1,
}
CONSUMER: Object = {
    "streamName": "changes",
    "durableName": "d",
    "deliverSubject": "changes-deliver.d",
    "deliverGroup": "d",
    "filterSubject": "changes.a",
    "deliverPolicy": "new",
    "ackPolicy": "explicit",
    "ackWait": "30s",
    "maxAckPending": -1,
    "maxDeliver": -1,
    "replayPolicy": "instant",
}
BUCKET: Object = {"bucket": "changes", "history": 1, "storage": "file", "replicas": 1}
STORE: Object = {"bucket": "changes", "storage": "file", "replicas": 1}

# Fields with another value, each of its own: every field that is compiled, but the names, and `replicas`, of which a
# single server takes but one.
STREAMS = {
    "subjects": ["changes.a", "changes.c"],
    "retention": "limits",
    "discard": "new",
    "maxAge": "2h",
    "storage": "memory",
}
CONSUMERS = {
    "deliverGroup": "e",
    "filterSubject": "changes.b",
    "deliverPolicy": "all",
    "ackPolicy": "all",
    "ackWait": "60s",
    "maxAckPending": 10,
    "maxDeliver": 5,
    "replayPolicy": "original",
}


def resource(kind: str, spec: Object) -> Object:
    metadata = {"name": "x", "namespace": "ns"}
    return {"apiVersion": "jetstream.nats.io/v1beta2", "kind": kind, "metadata": metadata, "spec": spec}


def effects(kind: str, old: Object | None, new: Object | None) -> set[str]:
    """What krtc says of a change of one resource."""
    before, after = ([] if spec is None else [resource(kind, spec)] for spec in (old, new))
    return {effect.kind for change in compare(before, after) for effect in change.effects}


async def ask(client: Client, subject: str, body: Object | None = None) -> Object:
    answer = await client.request(f"$JS.API.{subject}", json.dumps(body or {}).encode(), timeout=5)
    found: Object = json.loads(answer.data)
    return found


async def done(client: Client, subject: str, body: Object | None = None) -> Object:
    found = await ask(client, subject, body)
    assert "error" not in found, found
    return found


def config(kind: str, spec: Object) -> Object:
    found: Object = translate(kind, spec).as_dict()
    return found


async def fresh(client: Client, spec: Object = STREAM) -> None:
    await ask(client, "STREAM.DELETE.changes")
    for _ in range(100):
        found = await ask(client, "STREAM.CREATE.changes", config("Stream", spec))
        if found.get("error", {}).get("err_code") != REMOVING:
            break
        await asyncio.sleep(0.02)
    assert "error" not in found, found


async def add_consumer(client: Client, spec: Object = CONSUMER) -> None:
    body = {"stream_name": "changes", "config": config("Consumer", spec)}
    await done(client, f"CONSUMER.DURABLE.CREATE.changes.{spec['durableName']}", body)


async def update_consumer(client: Client, spec: Object) -> bool:
    body = {"stream_name": "changes", "action": "update", "config": config("Consumer", spec)}
    return "error" not in await ask(client, "CONSUMER.DURABLE.CREATE.changes.d", body)


async def messages(client: Client, stream: str = "changes") -> int:
    return int((await done(client, f"STREAM.INFO.{stream}"))["state"]["messages"])


async def settled(client: Client, expected: int) -> int:
    """How many messages there are, once that is what is expected, or after a second."""
    for _ in range(50):
        if await messages(client) == expected:
            break
        await asyncio.sleep(0.02)
    return await messages(client)


def play(server: str, work: Callable[[Client], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        async with Connected(server) as client:
            return await work(client)

    return asyncio.run(connected())


@pytest.mark.parametrize("field", STREAMS)
def test_a_stream(nats_server: str, field: str) -> None:
    new = {**STREAM, field: STREAMS[field]}
    assert accepts_stream(nats_server, STREAM, new) == ("refused" not in effects("Stream", STREAM, new))


@pytest.mark.parametrize("old", ["limits", "interest", "workqueue"])
@pytest.mark.parametrize("new", ["limits", "interest", "workqueue"])
def test_retentions(nats_server: str, old: str, new: str) -> None:
    before, after = {**STREAM, "retention": old}, {**STREAM, "retention": new}
    assert accepts_stream(nats_server, before, after) == ("refused" not in effects("Stream", before, after))


def accepts_stream(server: str, old: Object, new: Object) -> bool:
    async def update(client: Client) -> bool:
        await fresh(client, old)
        return "error" not in await ask(client, "STREAM.UPDATE.changes", config("Stream", new))

    return bool(play(server, update))


@pytest.mark.parametrize(
    ("kind", "old", "field", "value"),
    [
        ("KeyValue", BUCKET, "storage", "memory"),
        ("KeyValue", BUCKET, "history", 5),
        ("ObjectStore", STORE, "storage", "memory"),
        ("ObjectStore", STORE, "description", "d"),
    ],
)
def test_a_bucket(nats_server: str, kind: str, old: Object, field: str, value: Any) -> None:
    """A bucket is a stream, and is updated as one."""
    name = {"KeyValue": "KV_changes", "ObjectStore": "OBJ_changes"}[kind]
    its_field, its_value = {"history": ("max_msgs_per_subject", value)}.get(field, (field, value))

    async def update(client: Client) -> bool:
        await ask(client, f"STREAM.DELETE.{name}")
        js = client.jetstream()
        if kind == "KeyValue":
            await js.create_key_value(translate(kind, old))
        else:
            await js.create_object_store(old["bucket"], translate(kind, old))
        made = (await done(client, f"STREAM.INFO.{name}"))["config"]
        answer = await ask(client, f"STREAM.UPDATE.{name}", {**made, its_field: its_value})
        await done(client, f"STREAM.DELETE.{name}")
        return "error" not in answer

    assert play(nats_server, update) == ("refused" not in effects(kind, old, {**old, field: value}))


@pytest.mark.parametrize("field", CONSUMERS)
@pytest.mark.parametrize("listens", [False, True])
def test_a_consumer(nats_server: str, field: str, listens: bool) -> None:
    new = {**CONSUMER, field: CONSUMERS[field]}
    assert accepts_consumer(nats_server, new, listens) == ("refused" not in effects("Consumer", CONSUMER, new))


def test_a_deliver_subject_while_a_node_listens(nats_server: str) -> None:
    new = {**CONSUMER, "deliverSubject": "changes-deliver.e"}
    assert effects("Consumer", CONSUMER, new) == {"refused"}
    assert (accepts_consumer(nats_server, new, True), accepts_consumer(nats_server, new, False)) == (False, True)


def accepts_consumer(server: str, new: Object, listens: bool) -> bool:
    async def update(client: Client) -> bool:
        await fresh(client)
        await add_consumer(client)
        if listens:
            await client.subscribe(CONSUMER["deliverSubject"], queue=CONSUMER["deliverGroup"])
            await client.flush()
            while not (await done(client, "CONSUMER.INFO.changes.d")).get("push_bound"):
                await asyncio.sleep(0.01)
        return await update_consumer(client, new)

    return bool(play(server, update))


def test_another_durable_name_is_another_consumer(nats_server: str) -> None:
    other = {**CONSUMER, "durableName": "e", "deliverSubject": "changes-deliver.e", "deliverGroup": "e"}
    assert effects("Consumer", CONSUMER, other) == {"keeps-data"}

    async def both(client: Client) -> list[str]:
        await fresh(client)
        await add_consumer(client)
        await add_consumer(client, other)
        return sorted((await done(client, "CONSUMER.NAMES.changes"))["consumers"])

    assert play(nats_server, both) == ["d", "e"]


@pytest.mark.parametrize(("old", "new"), [("1h", "100ms"), ("0s", "100ms"), ("1h", "2h"), ("1h", "0s")])
def test_a_shorter_age_deletes_what_is_older(nats_server: str, old: str, new: str) -> None:
    before, after = ({**STREAM, "retention": "limits", "maxAge": age} for age in (old, new))
    deletes = effects("Stream", before, after) == {"deletes-data"}

    async def left(client: Client) -> int:
        await fresh(client, before)
        await client.jetstream().publish("changes.a", b"x")
        await asyncio.sleep(0.15)
        config_of_new = {**config("Stream", after), "duplicate_window": 100_000_000}
        await done(client, "STREAM.UPDATE.changes", config_of_new)
        return await settled(client, 0) if deletes else await messages(client)

    assert play(nats_server, left) == (0 if deletes else 1)


@pytest.mark.parametrize("has_consumer", [False, True])
def test_interest_deletes_what_is_in_a_stream_without_consumers(nats_server: str, has_consumer: bool) -> None:
    before = {**STREAM, "retention": "limits"}
    assert effects("Stream", before, STREAM) == {"deletes-data"}

    async def left(client: Client) -> int:
        await fresh(client, before)
        if has_consumer:
            await add_consumer(client)
        await client.jetstream().publish("changes.a", b"x")
        await done(client, "STREAM.UPDATE.changes", config("Stream", STREAM))
        return await messages(client) if has_consumer else await settled(client, 0)

    assert play(nats_server, left) == has_consumer


def test_a_consumer_takes_what_waited_for_it_alone(nats_server: str) -> None:
    """The others' messages stay; and what is kept of a stream whose consumers go is nothing."""
    assert effects("Consumer", CONSUMER, None) == {"deletes-data"}
    other = {**CONSUMER, "durableName": "e", "deliverSubject": "changes-deliver.e", "deliverGroup": "e"}

    async def left(client: Client) -> list[int]:
        await fresh(client)
        await add_consumer(client)
        await add_consumer(client, other)
        await client.jetstream().publish("changes.a", b"x")
        found = []
        for durable, expected in (("e", 1), ("d", 0)):
            await done(client, f"CONSUMER.DELETE.changes.{durable}")
            found.append(await settled(client, expected))
        return found

    assert play(nats_server, left) == [1, 0]
