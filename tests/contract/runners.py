"""The parts of NACK and of the public runners, played against a real NATS server.

`create` makes streams, buckets and consumers from compiled resources, with NACK's defaults for what they
leave out. `Play` runs an entrypoint and nodes that know nothing but the environment and the files that the
compiled Deployments give them. What a node makes of a message is a script by node name; where it goes is not.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, NamedTuple

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError, ServerError
from nats.js.kv import KeyValue

import nats
from expected import go_duration
from kubelet import Object, at, environment, mounted_files

PATIENCE = 5.0  # seconds for anything that should take milliseconds

# What NACK's resource definitions and NACK itself fill in.
DEFAULTS: dict[str, Object] = {
    "Stream": {"retention": "limits", "storage": "memory", "maxAge": "8760h", "discard": "old"},
    "KeyValue": {},
    "ObjectStore": {},
    "Consumer": {"deliverPolicy": "all", "ackPolicy": "none", "ackWait": "1ns", "replayPolicy": "instant"},
}
CONFIGS: dict[str, Callable[..., Any]] = {
    "Stream": api.StreamConfig,
    "KeyValue": api.KeyValueConfig,
    "ObjectStore": api.ObjectStoreConfig,
    "Consumer": api.ConsumerConfig,
}
CONTROLLER_FIELDS = {"preventDelete", "preventUpdate", "account", "servers", "streamName"}
DURATIONS = ("maxAge", "duplicateWindow", "ttl", "ackWait", "heartbeatInterval", "inactiveThreshold")
CONVERTED: dict[str, Callable[[Any], Any]] = dict.fromkeys(DURATIONS, go_duration)
CONVERTED |= {"placement": lambda value: api.Placement(**value)}
RENAMED = {"discardPerSubject": "discard_new_per_subject", "allowRollup": "allow_rollup_hdrs"}
RENAMED |= {"firstSequence": "first_seq", "heartbeatInterval": "idle_heartbeat"}


class PlayError(Exception):
    """A runner could not do its part."""


def translate(kind: str, spec: Object) -> Any:
    """The JetStream configuration of a NACK resource; an unknown field is an error."""
    fields: Object = {}
    for field, value in (DEFAULTS[kind] | spec).items():
        if field in CONTROLLER_FIELDS:
            continue
        name = RENAMED.get(field) or re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", field)
        if field == "replicas" and kind in ("Stream", "Consumer"):
            name = "num_replicas"
        converted = CONVERTED.get(field)
        fields[name] = converted(value) if converted else value
    try:
        return CONFIGS[kind](**fields)
    except TypeError as error:
        raise PlayError(f"{kind}: {error}") from error


# The server is still removing the files of a stream of that name.
REMOVING = 10049


async def create(server: str, objects: list[Object]) -> None:
    """Empty the server, then make what the resources say."""
    async with Connected(server) as client:
        js = client.jetstream()
        for info in await js.streams_info():
            await js.delete_stream(str(info.config.name))
        specs = {kind: [o["spec"] for o in objects if o["kind"] == kind] for kind in CONFIGS}
        for spec in specs["Stream"]:
            await _when_removed(js.add_stream, translate("Stream", spec))
        for spec in specs["KeyValue"]:
            await _when_removed(js.create_key_value, translate("KeyValue", spec))
        for spec in specs["ObjectStore"]:
            await _when_removed(js.create_object_store, spec["bucket"], translate("ObjectStore", spec))
        for spec in specs["Consumer"]:
            await js.add_consumer(spec["streamName"], translate("Consumer", spec))


async def _when_removed(make: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
    """Make a stream as soon as the server lets it be made."""
    for _ in range(100):
        try:
            await make(*arguments)
            return
        except ServerError as error:
            if error.err_code != REMOVING:
                raise
        await asyncio.sleep(0.05)
    await make(*arguments)


class Connected:
    """A client for a `with` block that gives up at once rather than reconnect."""

    def __init__(self, server: str) -> None:
        self.server = server

    async def __aenter__(self) -> Client:
        self.client = await nats.connect(self.server, connect_timeout=2, allow_reconnect=False)
        return self.client

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()


# --- the runners -----------------------------------------------------------------------------------


class Process(NamedTuple):
    """A runner as it starts: its environment and the text files mounted into it."""

    environment: Object
    files: dict[str, str]


def processes(objects: list[Object], variable: str) -> Iterator[Process]:
    """The runners whose environment has `variable`, one for each replica."""
    config_maps = {o["metadata"]["name"]: at(o, "data", {}) for o in objects if o["kind"] == "ConfigMap"}
    for deployment in (o for o in objects if o["kind"] == "Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        for container in spec["containers"]:
            found = environment(container, config_maps)
            if variable in found and container["name"] != "fluent-bit":
                process = Process(found, mounted_files(spec, container, config_maps))
                yield from [process] * at(deployment, "spec.replicas", 1)


class Message(NamedTuple):
    request: str
    sender: str


Script = dict[str, Callable[[Message], Iterable[str]]]  # the sub-topics a node publishes to; "" is its output


class Play:
    def __init__(self, objects: list[Object], script: Script) -> None:
        self.objects, self.script = objects, script
        self.received: dict[str, Counter[Message]] = defaultdict(Counter)
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.clients: list[Client] = []

    async def run(self, method: str, requests: list[str], nodes_start_after: float = 0) -> list[Message]:
        """Send the requests, start the nodes, wait for all replies and until nothing is under way."""
        entrypoint = next(processes(self.objects, "KRT_NATS_SUBJECTS_FILE"))
        calls = [asyncio.create_task(self.call(entrypoint, method, request)) for request in requests]
        try:
            await asyncio.sleep(nodes_start_after)
            for process in processes(self.objects, "KRT_NATS_INPUTS"):
                await self.start_node(process.environment)
            replies: list[Message] = await self.within(asyncio.gather(*calls), "the replies")
            await self.within(self.quiet(entrypoint), "the last message's acknowledgement")
            return replies
        except (nats.errors.Error, OSError, LookupError, ValueError) as error:
            raise PlayError(f"{type(error).__name__}: {error}") from error
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            for client in self.clients:
                await client.close()

    async def within(self, work: Awaitable[Any], what: str) -> Any:
        """Wait for `work`; a node's failure or the end of patience ends the play."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task, self.failure}, timeout=PATIENCE, return_when="FIRST_COMPLETED")
            if not done:
                received = {node: dict(counts) for node, counts in self.received.items()}
                raise PlayError(f"waited {PATIENCE} s in vain for {what}; received: {received}")
            return done.pop().result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def connect(self, variables: Object) -> JetStreamContext:
        client = await nats.connect(variables["KRT_NATS_SERVER"], connect_timeout=2, allow_reconnect=False)
        self.clients.append(client)
        return client.jetstream(timeout=PATIENCE)

    async def call(self, entrypoint: Process, method: str, request: str) -> Message:
        """One request: an ephemeral consumer of the exitpoint's subject, then the message."""
        variables = entrypoint.environment
        subjects = json.loads(entrypoint.files[variables["KRT_NATS_SUBJECTS_FILE"]])[method]
        js = await self.connect(variables)
        replies = await js.subscribe(
            subjects["input_subject"], stream=subjects["stream"], deliver_policy=api.DeliverPolicy.NEW
        )
        await self.publish(js, subjects["stream"], subjects["output_subject"], request, variables)
        while True:
            reply = await replies.next_msg(timeout=2 * PATIENCE)
            await reply.ack()
            message = Message(**json.loads(reply.data))
            if message.request == request:
                await replies.unsubscribe()
                return message

    async def publish(self, js: JetStreamContext, stream: str, subject: str, request: str, sender: Object) -> None:
        message = Message(request, sender["KRT_NODE_NAME"])
        await js.publish(subject, json.dumps(message._asdict()).encode(), stream=stream)

    async def start_node(self, variables: Object) -> None:
        """What kre-py and kre-go do at start: everything must exist, then bind to the durable consumers."""
        js = await self.connect(variables)
        stream, node = variables["KRT_NATS_STREAM"], variables["KRT_NODE_NAME"]
        await js.stream_info(stream)
        await open_stores(js, variables)

        async def on_message(received: Msg) -> None:
            try:
                message = Message(**json.loads(received.data))
                self.received[node][message] += 1
                for sub_topic in self.script[node](message):
                    subject = ".".join([variables["KRT_NATS_OUTPUT"], *([sub_topic] if sub_topic else [])])
                    await self.publish(js, stream, subject, message.request, variables)
                await received.ack()
            except Exception as error:
                if not self.failure.done():
                    self.failure.set_exception(PlayError(f"{node}: {type(error).__name__}: {error}"))

        for subject in variables["KRT_NATS_INPUTS"].split(","):
            durable = f"{subject.replace('.', '-')}-{node}"
            try:
                consumer = (await js.consumer_info(stream, durable)).config
            except NotFoundError as error:
                raise PlayError(f"{node}: no consumer {durable} on {stream}") from error
            found = {field: getattr(consumer, field) for field in BOUND}
            wanted = BOUND | {"filter_subject": subject, "deliver_group": durable}
            if found != wanted:
                raise PlayError(f"{node}: cannot bind to {durable}: it has {found}, not {wanted}")
            await js.subscribe(subject, queue=durable, durable=durable, stream=stream, cb=on_message, manual_ack=True)

    async def quiet(self, entrypoint: Process) -> None:
        """Until every durable consumer has delivered and seen acknowledged all that it has."""
        js = await self.connect(entrypoint.environment)
        durables = [at(o, "spec") for o in self.objects if o["kind"] == "Consumer"]
        for spec in durables:
            while True:
                info = await js.consumer_info(spec["streamName"], spec["durableName"])
                if not info.num_pending and not info.num_ack_pending:
                    break
                await asyncio.sleep(0.02)


# What the runners demand of a consumer that exists; kre-go checks each, kre-py the group.
BOUND: Object = {"filter_subject": "", "deliver_group": "", "deliver_policy": "new", "ack_policy": "explicit"}
BOUND |= {"ack_wait": 22 * 3600.0}


async def open_stores(js: JetStreamContext, variables: Object) -> list[Any]:
    """The stores that the environment names, opened."""
    scopes = ("PROJECT", "WORKFLOW", "NODE")
    stores: list[Any] = [await js.key_value(variables[f"KRT_NATS_KEY_VALUE_STORE_{s}"]) for s in scopes]
    if "KRT_NATS_OBJECT_STORE" in variables:
        stores.append(await js.object_store(variables["KRT_NATS_OBJECT_STORE"]))
    return stores


async def put_all(server: str, objects: list[Object]) -> int:
    """How many stores the nodes' environments name; each holds what is put into it."""
    stores = 0
    async with Connected(server) as client:
        for process in processes(objects, "KRT_NATS_STREAM"):
            for store in await open_stores(client.jetstream(), process.environment):
                await store.put("key", b"value")
                found = await store.get("key")
                assert b"value" in (found.value if isinstance(store, KeyValue) else found.data)
                stores += 1
    return stores
