"""What `krtc diff` says of a change is what the API server and NATS do."""

from __future__ import annotations

import copy
import json
from typing import Any, NamedTuple

import pytest

from krtc.changes import compare
from tests.e2e.cluster.kubectl import Kubectl, as_list
from tests.e2e.cluster.nats import Nats
from tests.e2e.cluster.processes import until
from tests.e2e.pairs import OF_NACK, Pair, of_inputs, of_objects
from tests.e2e.test_nack import until_ready
from tests.e2e.trees import is_of_nack
from tests.equivalence.forms import Object

APPLY = ("apply", "--server-side", "--validate=strict", "-f", "-")


class Case(NamedTuple):
    """One object before and after a change, under a name of its own, and what krtc says of the change."""

    name: str
    old: Object | None
    new: Object
    said: set[str]


@pytest.mark.parametrize("pairs", [of_inputs, of_objects])
def test_what_the_api_server_does(pairs: Any, kubectl: Kubectl, namespace: str) -> None:
    """It refuses what is called refused and nothing else; pods restart where, and only where, it is said."""
    cases = [case for number, pair in enumerate(pairs()) for case in of_pair(number, pair, namespace)]
    assert len({case.name.split("-")[1] for case in cases}) >= 100
    taken = apply(kubectl, [case.old for case in cases if case.old])
    assert taken == {case.name for case in cases if case.old}
    # In themselves they are all right: where there was nothing, the API server takes them.
    assert apply(kubectl, [named(case.new, f"new-{case.name}") for case in cases], "--dry-run=server") == {
        f"new-{case.name}" for case in cases
    }
    taken = apply(kubectl, [case.new for case in cases], "--dry-run=server")
    refused = {case.name for case in cases} - taken
    # What NATS refuses is told of an object that the API server takes.
    assert refused == {case.name for case in cases if "refused" in case.said and not is_of_nack(case.new)}
    deployments = [case for case in cases if case.old and case.new["kind"] == "Deployment" and case.name in taken]
    stored = kubectl.objects("deployments", "-n", namespace)
    before = {data["metadata"]["name"]: data["spec"] for data in stored}
    found = json.loads(
        kubectl(*APPLY, "--dry-run=server", "-o", "json", stdin=as_list([case.new for case in deployments]))
    )
    after = {data["metadata"]["name"]: data["spec"] for data in found["items"]}
    for effect, field in (("restarts", "template"), ("scales", "replicas")):
        really = {name for name in after if before[name][field] != after[name][field]}
        assert really == {case.name for case in deployments if effect in case.said}


def test_what_nats_does(kubectl: Kubectl, jetstream: Nats, namespace: str) -> None:
    """Of streams, consumers and buckets, through NACK: what is refused, what is not, and what a removal deletes."""
    cases = [
        Case(f"pair-{number}", *alone(old, new, number, namespace), said(old, new))
        for number, ([old], [new]) in enumerate(of_objects(OF_NACK, 80))
    ]
    streams = [stream_of(case.new) for case in cases if case.new["kind"] == "Consumer"]
    apply(kubectl, [*streams, *(case.old for case in cases if case.old)])
    until_ready(kubectl, [*streams, *(case.new for case in cases)])
    before = {case.name: config(jetstream, case.new) for case in cases}
    apply(kubectl, [case.new for case in cases])
    ready = settled(kubectl, namespace)
    assert {case.name for case in cases if not ready[case.name]} == {
        case.name for case in cases if "refused" in case.said
    }
    after = {case.name: config(jetstream, case.new) for case in cases}
    for case in cases:
        assert case.old
        fields = {field.steps[1] for change in compare([case.old], [case.new]) for field in change.fields}
        changed = fields - {"preventDelete"}
        assert (before[case.name] != after[case.name]) == (bool(changed) and "refused" not in case.said), case
    removed = [case for case in cases if case.new["kind"] != "Consumer"]
    kubectl("delete", "--timeout=60s", "-f", "-", stdin=as_list([case.new for case in removed]))
    kubectl("delete", "consumers,streams", "--all", "-n", namespace, "--timeout=60s")
    left = jetstream.streams()
    for case in removed:
        assert (name_in_nats(case.new) in left) == ("keeps-data" in said(case.new, None)), case


def said(old: Object, new: Object | None) -> set[str]:
    return {effect.kind for change in compare([old], [new] if new else []) for effect in change.effects}


def alone(old: Object, new: Object, number: int, namespace: str) -> tuple[Object, Object]:
    """Both under names of their own, in NATS, too, and for a single server."""
    sides = named(old, f"pair-{number}", namespace), named(new, f"pair-{number}", namespace)
    for data in sides:
        spec = data["spec"]
        for key in ("name", "bucket", "streamName", "durableName"):
            if key in spec:
                spec[key] = f"pair-{number}"
        if "subjects" in spec:
            spec["subjects"] = [f"pair-{number}-{subject}" for subject in spec["subjects"]]
        if "filterSubject" in spec:
            spec |= {"filterSubject": f"pair-{number}", "deliverSubject": f"to-{number}"}
        spec.pop("replicas", None)
    return sides


def stream_of(consumer: Object) -> Object:
    """The stream that a consumer is of."""
    stream = copy.deepcopy(consumer)
    name = consumer["spec"]["streamName"]
    stream |= {"kind": "Stream", "spec": {"name": name, "subjects": [name], "retention": "interest"}}
    return stream


def settled(kubectl: Kubectl, namespace: str) -> dict[str, bool]:
    """Whether NACK took each object as it is now, or its change was refused."""
    found: dict[str, bool | None] = {}

    def is_settled() -> bool:
        for data in kubectl.objects("stream,consumer,keyvalue,objectstore", "-n", namespace):
            status = data.get("status", {})
            ready = {condition["status"] for condition in status.get("conditions", [])} == {"True"}
            is_seen = status.get("observedGeneration") == data["metadata"]["generation"]
            # Of what it could not make, it says so, and of which generation that was, nothing.
            found[data["metadata"]["name"]] = ready if is_seen == ready and status else None
        return None not in found.values()

    assert until(is_settled, 60), found
    return {name: bool(ready) for name, ready in found.items()}


def name_in_nats(data: Object) -> str:
    prefix = {"KeyValue": "KV_", "ObjectStore": "OBJ_"}.get(data["kind"], "")
    return f"{prefix}{data['metadata']['name']}"


def config(jetstream: Nats, data: Object) -> Any:
    """What it is in NATS."""
    name = name_in_nats(data)
    if data["kind"] == "Consumer":
        return json.loads(jetstream("consumer", "info", name, name, "--json"))["config"]
    return jetstream.stream(name)


def of_pair(number: int, pair: Pair, namespace: str) -> list[Case]:
    """The objects that are added or changed."""
    old, new = ({(data["kind"], data["metadata"]["name"]): data for data in side} for side in pair)
    cases = []
    for index, change in enumerate(compare(*pair)):
        key = change.kind, change.name
        if change.action != "removed":
            name = f"pair-{number}-{index}"
            sides = [named(data, name, namespace) if data else None for data in (old.get(key), new[key])]
            assert sides[1]
            cases.append(Case(name, sides[0], sides[1], {effect.kind for effect in change.effects}))
    return cases


def named(data: Object, name: str, namespace: str = "") -> Object:
    """An object under another name, and in another namespace if one is given."""
    data = copy.deepcopy(data)
    data["metadata"]["name"] = name
    if namespace:
        data["metadata"]["namespace"] = namespace
    return data


def apply(kubectl: Kubectl, objects: list[Object], *more: str) -> set[str]:
    """The names of those that are taken."""
    done = kubectl.run(*APPLY, *more, stdin=as_list(objects))
    assert done.stdout, done.stderr
    return {line.split()[0].partition("/")[2] for line in done.stdout.splitlines()}
