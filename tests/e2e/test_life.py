"""A version's whole life, in each way of deploying it: nothing is missing, nothing is left, nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster.control_plane import Cluster
from tests.e2e.cluster.flux import Flux
from tests.e2e.cluster.nats import Nats
from tests.e2e.cluster.processes import ROOT, until
from tests.e2e.life.argocd import Applications
from tests.e2e.life.by_hand import PAGE, Applied, Charts, command
from tests.e2e.life.flux import Kustomizations, Releases
from tests.e2e.life.place import Place, State
from tests.e2e.life.sources import (
    NODES,
    V1,
    V2,
    Names,
    Status,
    belongs,
    consumers,
    key_value_stores,
    objects,
    streams,
    subjects,
    write_versions,
)
from tests.e2e.life.watch import Event, Watch
from tests.e2e.life.way import Way

LIFE: tuple[Mapping[str, Status], ...] = (
    {V1: "stopped"},
    {V1: "started"},
    {V1: "published"},
    {V1: "published", V2: "started"},
    {V1: "started", V2: "published"},
    {V1: "stopped", V2: "published"},
    {V2: "published"},
)
ACTIVE = "active-entrypoint"
WRITTEN = ("resourceVersion", "managedFields")  # other after each write
FOLLOWING = ("ReplicaSet", "Pod", "EndpointSlice")  # what controllers make


@pytest.fixture
def place(cluster: Cluster, jetstream: Nats, pods: None, namespace: str, tmp_path: Path) -> Place:
    """With the sources of both versions; the runtime's id is the test's own, for all share one NATS server."""
    write_versions(tmp_path)
    return Place(cluster, jetstream, namespace, tmp_path, f"r-{namespace}")


def test_kubectl(place: Place) -> None:
    live(place, Applied(place))


def test_helm(place: Place) -> None:
    live(place, Charts(place))


def test_flux_with_kustomizations(place: Place, flux: Flux) -> None:
    live(place, Kustomizations(place, flux))


def test_flux_with_charts(place: Place, flux: Flux) -> None:
    live(place, Releases(place, flux))


def test_argocd(place: Place, argocd: None) -> None:
    way = Applications(place)
    live(place, way)
    assert way.confirmed == {V1}


def test_what_the_page_tries_on_a_cluster(place: Place) -> None:
    """The commands beside `make cluster`, in a namespace that is not there yet."""
    page = (ROOT / "docs" / "testing.md").read_text()
    [block] = re.findall(r"```bash\n(krtc compile .*?)```", page, re.DOTALL)
    fresh = place._replace(namespace=f"{place.namespace}-page")
    fresh.write({V1: "published"})
    fresh.shell(block)
    assert {key for key in fresh.state() if key[0] not in FOLLOWING} == objects({V1: "published"})


def test_the_secrets_of_the_page(place: Place) -> None:
    """What docs/runtimes.md has people make is what its runtime.yml names."""
    for name, file in (("crm", "token.txt"), ("kre-mongodb", "mongodb-uri.txt")):
        (place.folder / file).write_text("hunter2")
        place.shell(command(f"kubectl create secret generic {name}"))
    found = {data["metadata"]["name"]: [*data["data"]] for data in place.found("secrets")}
    assert found == {"crm": ["token"], f"{place.namespace}-mongodb": ["uri"]}  # whose name is the page's `kre`
    assert "{secretKeyRef: {name: crm, key: token}}" in PAGE.read_text()


def live(place: Place, way: Way) -> None:
    """Goes through all steps; what holds after each of them holds for all ways."""
    store = f"key-store_{place.runtime}_{V1}"
    watch = Watch(place.cluster.kubectl, place.namespace, place.folder / "watch")
    with watch.running():
        kept: set[str] = set()
        before: Mapping[str, Status] = {}
        state: State = {}
        for statuses in LIFE:
            place.write(statuses)
            way.deploy(statuses)
            assert not way.knows or not unready(place.state()) & objects(statuses)
            now = settled(place)
            made = {key for key in now if key[0] not in FOLLOWING}
            assert made == objects(statuses) | way.own
            running = [version for version, status in statuses.items() if status != "stopped"]
            assert all(any(belongs(name, one) for one in (*running, ACTIVE)) for _, name in now.keys() - made)
            kept = kept.union(*(key_value_stores(place.runtime, version) for version in running))
            assert place.streams() == kept.union(*(streams(place.runtime, version) for version in running))
            for version in running:
                stream = f"{place.runtime}_{version}_Sort"
                assert set(place.nats.stream(stream)["subjects"]) == subjects(place.runtime, version)
                assert place.consumers(stream) == consumers(place.runtime, version)
            assert {key for key in changed(state, now) if not may_change(before, statuses, key)} <= way.own
            way.again()
            assert place.state() == now
            if statuses == {V1: "published"}:
                place.nats("kv", "put", store, "key", "value")
            before, state = statuses, now
        assert place.nats("kv", "get", "--raw", store, "key").strip() == "value"
        selected, led_to = history(watch.events())
    assert selected == [None, {V1}, {V2}]
    assert led_to == [None, {V1}, {V2}]


def settled(place: Place) -> State:
    """When NACK and the controllers have done what the objects say, what is deleted is gone, and all is quiet."""
    seen: list[State] = [{}]

    def quiet() -> bool:
        seen.append(place.state())
        return not unready(seen[-1]) and led(seen[-1]) and seen[-1] == seen[-2]

    assert until(quiet), f"not ready: {sorted(unready(seen[-1]))}"
    return seen[-1]


def led(state: State) -> bool:
    """Whether the controllers have found the pods of each Service: of many Services they take their time."""
    slices = [data for (kind, _), data in state.items() if kind == "EndpointSlice" and data["endpoints"]]
    found = {data["metadata"]["labels"]["kubernetes.io/service-name"] for data in slices}
    return {name for kind, name in state if kind == "Service"} <= found


def unready(state: State) -> Names:
    """What is not yet as its `spec` says, or not yet gone."""
    return {
        key
        for key, data in state.items()
        if "deletionTimestamp" in data["metadata"] or not READY.get(data["kind"], bool)(data)
    }


def condition(data: dict[str, Any], kind: str) -> bool:
    """Whether a condition holds of the object as it is now."""
    status = data.get("status", {})
    current = status.get("observedGeneration", data["metadata"].get("generation")) == data["metadata"].get("generation")
    conditions = status.get("conditions", ())
    return current and any(one["type"] == kind and one["status"] == "True" for one in conditions)


def available(deployment: dict[str, Any]) -> bool:
    wanted, status = deployment["spec"]["replicas"], deployment.get("status", {})
    counts = [status.get(name) for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")]
    return condition(deployment, "Available") and counts == [wanted] * len(counts)


READY: dict[str, Callable[[dict[str, Any]], bool]] = {
    "Deployment": available,
    "Pod": lambda data: condition(data, "Ready"),
    **dict.fromkeys(("Stream", "Consumer", "KeyValue", "ObjectStore"), lambda data: condition(data, "Ready")),
}


def changed(before: State, now: State) -> Names:
    """What is new, gone or other, in more than the label that has the version of its chart."""
    return {key for key in before.keys() | now.keys() if content(before.get(key)) != content(now.get(key))}


def content(data: dict[str, Any] | None) -> dict[str, Any] | None:
    if data is None:
        return None
    if data["kind"] == "EndpointSlice":  # its metadata follow the Service's
        return {"endpoints": data["endpoints"]}
    metadata = {name: value for name, value in data["metadata"].items() if name not in WRITTEN}
    labels = {name: value for name, value in metadata.pop("labels", {}).items() if name != "helm.sh/chart"}
    return {**data, "metadata": {**metadata, "labels": labels}}


def may_change(before: Mapping[str, Status], now: Mapping[str, Status], key: tuple[str, str]) -> bool:
    """Whether a change of statuses may touch an object: only if it is of what has another status now."""
    name = key[1]
    for version in NODES:
        if belongs(name, version):
            was, is_now = before.get(version), now.get(version)
            if {was, is_now} == {"started", "published"}:
                return key == ("ConfigMap", version)  # its record
            return was != is_now
    return not before or (published(before) != published(now) and key != ("ConfigMap", ACTIVE))


def published(statuses: Mapping[str, Status]) -> list[str]:
    return [version for version, status in statuses.items() if status == "published"]


def history(events: list[Event]) -> tuple[list[set[str] | None], list[set[str] | None]]:
    """The versions whose pods the active Service selects, and to which it leads, at all times; None before it is."""
    pods: dict[str, dict[str, Any]] = {}
    slices: dict[str, list[str]] = {}
    selector: dict[str, str] | None = None
    versions: dict[str, str] = {}
    selected: list[set[str] | None] = [None]
    led_to: list[set[str] | None] = [None]
    for event in events:
        data, there = event["object"], event["type"] != "DELETED"
        kind, name, labels = data["kind"], data["metadata"]["name"], data["metadata"].get("labels", {})
        if kind == "Service" and name == ACTIVE:
            selector = data["spec"]["selector"] if there else None
        elif kind == "EndpointSlice" and labels["kubernetes.io/service-name"] == ACTIVE:
            slices.pop(name, None)
            if there:
                endpoints = data["endpoints"] or []
                slices[name] = [one["targetRef"]["name"] for one in endpoints if one["conditions"]["ready"]]
        elif kind == "Pod":
            pods.pop(name, None)
            if there and condition(data, "Ready"):
                pods[name] = labels
            versions[name] = labels["version-name"].removesuffix("-entrypoint")
        matching = [] if selector is None else [one for one in pods if selector.items() <= pods[one].items()]
        note(selected, None if selector is None else {versions[one] for one in matching})
        note(led_to, {versions[one] for names in slices.values() for one in names} if slices else None)
    return selected, led_to


def note(seen: list[set[str] | None], now: set[str] | None) -> None:
    if seen[-1] != now:
        seen.append(now)
