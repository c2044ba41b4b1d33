"""What NACK makes of the compiled objects in a real NATS server, and what it leaves when they go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster.kubectl import Kubectl, as_list
from tests.e2e.cluster.nats import Nats
from tests.e2e.cluster.processes import until
from tests.e2e.trees import LIVES, of_nack

KEPT = LIVES["runtime-nothing-published"][0]


def stream_of(data: dict[str, Any]) -> str:
    """The name of the stream that an object is about."""
    prefix, key = {"Stream": ("", "name"), "KeyValue": ("KV_", "bucket"), "ObjectStore": ("OBJ_", "bucket")}[
        data["kind"]
    ]
    return f"{prefix}{data['spec'][key]}"


def until_ready(kubectl: Kubectl, objects: list[dict[str, Any]]) -> None:
    """Until NACK calls them all Ready, in the state in which they are now."""
    if not objects:
        return  # of no object at all kubectl says that it is an error
    kubectl("wait", "--for=condition=Ready", "--timeout=60s", "-f", "-", stdin=as_list(objects))


@pytest.mark.parametrize("name", ["classificator", "object-stores", "sub-topics", "naming-runtime"])
def test_streams_and_buckets(name: str, kubectl: Kubectl, jetstream: Nats, namespace: str, tmp_path: Path) -> None:
    before = jetstream.streams()
    tree = LIVES[name][1]
    objects = of_nack(tree.objects(namespace))
    folder = tree.write(tmp_path / "tree", namespace)
    kubectl("apply", "--server-side", "-R", "-f", folder)
    until_ready(kubectl, objects)
    made = {stream_of(data) for data in objects if data["kind"] != "Consumer"}
    # What earlier tests deleted may take NACK a while yet: that streams of theirs go is not looked at here.
    assert made <= jetstream.streams() <= before | made
    for data in objects:
        if data["kind"] == "Stream":
            found = jetstream.stream(data["spec"]["name"])
            assert (found["subjects"], found["retention"]) == (data["spec"]["subjects"], data["spec"]["retention"])
    kubectl("delete", "-R", "-f", folder, "--timeout=60s")
    kept = {stream_of(data) for data in objects if data["spec"].get("preventDelete")}
    assert jetstream.streams() & made == kept


def test_a_longer_and_an_endless_age(kubectl: Kubectl, jetstream: Nats, namespace: str) -> None:
    """A changed maxAge is taken, and 0s, which is without end, too."""
    [data] = [data for data in of_nack(LIVES["fan"][1].objects(namespace)) if data["kind"] == "Stream"]
    name = stream_of(data)

    def age() -> int | None:
        return int(jetstream.stream(name)["max_age"]) if name in jetstream.streams() else None

    for text, nanoseconds in (("1h", 3600 * 10**9), ("2h", 7200 * 10**9), ("0s", 0)):
        data["spec"]["maxAge"] = text
        kubectl.apply(data)
        until(lambda: age() == nanoseconds, 30)  # noqa: B023, called at once
        assert age() == nanoseconds
    kubectl("delete", "stream", "-n", namespace, "--all", "--timeout=60s")


def test_what_is_kept(kubectl: Kubectl, jetstream: Nats, namespace: str, tmp_path: Path) -> None:
    """`nats.keep`: the objects go, the data stays, and is taken up again by the same objects."""
    objects = of_nack(KEPT.objects(namespace))
    folder = KEPT.write(tmp_path / "tree", namespace)
    kubectl("apply", "--server-side", "-R", "-f", folder)
    until_ready(kubectl, objects)
    kubectl("delete", "-R", "-f", folder, "--timeout=60s")
    kept = {stream_of(data) for data in objects if data["kind"] in ("Stream", "KeyValue")}
    assert kept
    assert kept <= jetstream.streams()
    kubectl("apply", "--server-side", "-R", "-f", folder)
    until_ready(kubectl, objects)
