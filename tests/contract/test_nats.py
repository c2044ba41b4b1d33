"""The compiled example, played against a real NATS server: a request goes round and comes back.

The play follows the compiled environment alone, so a wrong name anywhere ends it; the second half of this
file proves that with one wrong name at a time.
"""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import Callable

import pytest

from compiling import Object
from kubelet import at
from runners import Message, Play, PlayError, Script, create, put_all, translate

REQUESTS = [f"request-{n}" for n in range(6)]
REPAIRS = REQUESTS[::2]

SCRIPT: Script = {
    "etl": lambda message: [""],
    "email-classificator": lambda message: ["", "repairs"] if message.request in REPAIRS else [""],
    "repairs-handler": lambda message: [],
    "stats-storer": lambda message: [""],
    "exitpoint": lambda message: [""] if message.sender == "stats-storer" else [],
}

HOPS = {
    "etl": [(request, "entrypoint") for request in REQUESTS],
    "email-classificator": [(request, "etl") for request in REQUESTS],
    "repairs-handler": [(request, "email-classificator") for request in REPAIRS],
    "stats-storer": [(request, "email-classificator") for request in REQUESTS],
    "exitpoint": [(request, sender) for request in REQUESTS for sender in ("etl", "stats-storer")],
}


def go_round(server: str, objects: list[Object], nodes_start_after: float = 0) -> None:
    """Every request reaches each node exactly as often as the graph says, and is answered."""

    async def play() -> tuple[list[Message], dict[str, Counter[Message]]]:
        await create(server, objects)
        stage = Play(objects, SCRIPT)
        return await stage.run("Classificator", REQUESTS, nodes_start_after), stage.received

    replies, received = asyncio.run(play())
    assert replies == [(request, "exitpoint") for request in REQUESTS]
    assert received == {node: Counter(hops) for node, hops in HOPS.items()}


def test_requests_go_round(nats_server: str, example: list[Object]) -> None:
    go_round(nats_server, example)


def test_requests_sent_before_any_node_runs_are_answered(nats_server: str, example: list[Object]) -> None:
    go_round(nats_server, example, nodes_start_after=1)


def test_stores_hold_what_is_put(nats_server: str, example: list[Object]) -> None:
    async def put() -> None:
        await create(nats_server, example)
        assert await put_all(nats_server, example)

    asyncio.run(put())


def test_unknown_field_is_an_error() -> None:
    with pytest.raises(PlayError, match="colour"):
        translate("Stream", {"name": "x", "colour": "red"})


# --- one wrong name at a time ----------------------------------------------------------------------


def consumer(objects: list[Object], ending: str) -> Object:
    found: Object = next(
        o["spec"] for o in objects if o["kind"] == "Consumer" and o["spec"]["durableName"].endswith(ending)
    )
    return found


def variable(objects: list[Object], node: str, name: str, change: Callable[[str], str]) -> None:
    for deployment in (o for o in objects if o["kind"] == "Deployment"):
        if at(deployment, "spec.template.metadata.labels.node-name") == node:
            for container in deployment["spec"]["template"]["spec"]["containers"]:
                for entry in container["env"]:
                    if entry["name"] == name:
                        entry["value"] = change(entry["value"])


def remove_subject(objects: list[Object], ending: str) -> None:
    for stream in (o["spec"] for o in objects if o["kind"] == "Stream"):
        stream["subjects"] = [s for s in stream["subjects"] if not s.endswith(ending)]


def subjects_file(objects: list[Object], old: str, new: str) -> None:
    for config_map in (o for o in objects if o["kind"] == "ConfigMap"):
        for key in config_map.get("data", {}).keys() & {"nats_subject.json"}:
            config_map["data"][key] = config_map["data"][key].replace(old, new)


def remove(objects: list[Object], kind: str, ending: str) -> None:
    key = {"KeyValue": "bucket", "ObjectStore": "bucket", "Stream": "name"}[kind]
    objects[:] = [o for o in objects if o["kind"] != kind or not o["spec"][key].endswith(ending)]


SPOIL: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "output outside the stream": (
        lambda o: variable(o, "etl", "KRT_NATS_OUTPUT", lambda v: v + "2"),
        "etl: NoStreamResponseError",
    ),
    "output of another node": (
        lambda o: variable(o, "etl", "KRT_NATS_OUTPUT", lambda v: v.replace(".etl", ".stats-storer")),
        "in vain for the replies",
    ),
    "input of another node": (
        lambda o: variable(o, "stats-storer", "KRT_NATS_INPUTS", lambda v: v.split(".")[0] + ".etl"),
        "no consumer .*-etl-stats-storer",
    ),
    "space in the inputs": (
        lambda o: variable(o, "exitpoint", "KRT_NATS_INPUTS", lambda v: v.replace(",", ", ")),
        "invalid consumer name",
    ),
    "stream of a node": (
        lambda o: variable(o, "etl", "KRT_NATS_STREAM", lambda v: v + "2"),
        "stream not found",
    ),
    "key-value store of a node": (
        lambda o: variable(o, "etl", "KRT_NATS_KEY_VALUE_STORE_NODE", lambda v: v + "2"),
        "BucketNotFoundError",
    ),
    "bucket not made": (lambda o: remove(o, "KeyValue", "_stats-storer"), "BucketNotFoundError"),
    "subject missing in the stream": (
        lambda o: remove_subject(o, ".email-classificator"),
        "email-classificator: NoStreamResponseError",
    ),
    "sub-topics missing in the stream": (
        lambda o: remove_subject(o, ".email-classificator.*"),
        "email-classificator: NoStreamResponseError",
    ),
    "durable name": (
        lambda o: consumer(o, "-entrypoint-etl").update(durableName="other"),
        "no consumer .*-entrypoint-etl",
    ),
    "deliver group": (
        lambda o: consumer(o, "-entrypoint-etl").update(deliverGroup="other"),
        "cannot bind .*-entrypoint-etl",
    ),
    "filter": (
        lambda o: consumer(o, "-etl-exitpoint").update(
            filterSubject=consumer(o, "-stats-storer-exitpoint")["filterSubject"]
        ),
        "cannot bind .*-etl-exitpoint",
    ),
    "filter with all sub-topics": (
        lambda o: consumer(o, "-repairs-repairs-handler").update(
            filterSubject=consumer(o, "-email-classificator-stats-storer")["filterSubject"] + ".*"
        ),
        "cannot bind .*-repairs-handler",
    ),
    "deliver subject of another": (
        lambda o: consumer(o, "-etl-exitpoint").update(
            deliverSubject=consumer(o, "-stats-storer-exitpoint")["deliverSubject"]
        ),
        "exitpoint",
    ),
    "acknowledgement left out": (
        lambda o: consumer(o, "-entrypoint-etl").pop("ackPolicy"),
        "'ack_policy': 'none'",
    ),
    "input subject of the entrypoint": (lambda o: subjects_file(o, ".exitpoint", ".etl"), "sender='etl'"),
    "output subject of the entrypoint": (
        lambda o: subjects_file(o, ".entrypoint", ".entry"),
        "NoStreamResponseError",
    ),
    "method of the entrypoint": (lambda o: subjects_file(o, '"Classificator"', '"Other"'), "KeyError"),
}


@pytest.mark.parametrize("fault", SPOIL)
def test_a_wrong_name_ends_the_play(fault: str, nats_server: str, example: list[Object]) -> None:
    spoil, words = SPOIL[fault]
    objects = copy.deepcopy(example)
    spoil(objects)
    assert objects != example
    with pytest.raises((PlayError, AssertionError), match=words):
        go_round(nats_server, objects)
