"""Pairs of what is and of what shall be: changes that people make in their files, and to objects; always the same."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from krtc.cli import assets
from krtc.pipeline import Options, Source, asset_names, objects
from tests.equivalence.forms import CASES, STATUSES, Object, Version, yaml_text

Pair = tuple[list[Object], list[Object]]
SEED = 7
OF_INPUTS = 160

# --- of files

SETTINGS: list[Object] = [
    {"naming": "runtime"},
    {"messaging": "job"},
    {"nats": {"storage": "memory"}},
    {"nats": {"replicas": 5}},
    {"nats": {"maxAge": "1h"}},
    {"nats": {"keep": ["streams"]}},
    {"nats": {"keep": []}},
    {"nats": {"consumers": "runner"}},
    {"nats": {"server": "nats.example:4333"}},
    {"nats": {"ackWait": {"default": "22h", "*/own": "5m"}}},
    {"krtFiles": {"https": "https://files.example/v1.krt", "sha256": "0" * 64}},
    {"influxdb": {"uri": "http://influx.example:8086"}},
    {"ingress": {"kind": "none"}},
    {"ingress": {"kind": "GRPCRoute", "gateway": {"name": "public"}}},
    {"ingress": {"tls": False}},
    {"ingress": {"domain": "example.org", "className": ""}},
    {"images": {"pullPolicy": "Always"}},
    {"images": {"natsCli": "registry.example/natsio/nats-box:0.19.0"}},
    {"resources": {"node": {"requests": {"cpu": "500m"}, "limits": {"cpu": 2}}}},
    {"resources": {"node": {"requests": {"cpu": "0.5"}, "limits": {"cpu": "2000m"}}}},
    {"resources": {"sidecars": {"limits": {"memory": "96Mi"}}}},
    {"resources": {"sidecars": {}}},
    {"pods": {"nodeSelector": {"disk": "fast"}}},
    {"pods": {"annotations": {"example.com/team": "sky"}}},
    {"pods": {"serviceAccountName": "models", "priorityClassName": "high"}},
    {"pods": {"tolerations": [{"key": "models", "operator": "Exists"}]}},
]


def settings(version: Version, choose: random.Random) -> None:
    assert version.runtime is not None
    for group, value in choose.choice(SETTINGS).items():
        old = version.runtime.get(group, {})
        version.runtime[group] = {**old, **value} if isinstance(value, dict) else value


def node(version: Version, choose: random.Random) -> Object:
    found: Object = choose.choice(choose.choice(version.krt["workflows"])["nodes"])
    return found


def tag(version: Version, choose: random.Random) -> None:
    image = node(version, choose)
    image["image"] = image["image"].rpartition(":")[0] + ":9.9.9"


def replicas(version: Version, choose: random.Random) -> None:
    node(version, choose)["replicas"] = choose.randint(1, 4)


def gpu(version: Version, choose: random.Random) -> None:
    of = node(version, choose)
    of["gpu"] = not of.get("gpu")


def source(version: Version, choose: random.Random) -> None:
    node(version, choose)["src"] += "x"


def subscription(version: Version, choose: random.Random) -> None:
    of = node(version, choose)
    of["subscriptions"] = list(dict.fromkeys([*of["subscriptions"], "entrypoint"]))


def store(version: Version, choose: random.Random) -> None:
    of = node(version, choose)
    of["objectStore"] = None if of.get("objectStore") else {"name": "new", "scope": "project"}


def renamed(version: Version, choose: random.Random) -> None:
    of = node(version, choose)
    text = json.dumps(version.krt).replace(json.dumps(of["name"]), '"other"')
    version.krt.update(json.loads(text))


def description(version: Version, choose: random.Random) -> None:
    version.krt["description"] = "Another."


def version_name(version: Version, choose: random.Random) -> None:
    version.krt["version"] = "other-v9"


CHANGES = [tag, replicas, gpu, source, subscription, store, renamed, description, version_name, *[settings] * 12]


def compiled(version: Version, status: str) -> list[Object] | None:
    """Its objects, or None where it is no version (any more)."""
    options = Options(status=status, form="manifests")  # type: ignore[arg-type]
    found, _ = objects(
        Source("krt.yml", yaml_text(version.krt).encode()),
        Source("runtime.yml", yaml_text(version.runtime or {"runtime": "kre"}).encode()),
        options,
        assets.load(asset_names(options, with_settings=True)),
        lambda name: version.files[name].encode(),
    )
    return found


def of_inputs() -> Iterator[Pair]:
    """A version before and after a change or two, sometimes of its status, too."""
    choose = random.Random(SEED)
    for number in range(OF_INPUTS):
        base = CASES[sorted(CASES)[number % len(CASES)]]
        old = Version(base.krt, {"config": {}, **(base.runtime or {"runtime": "kre"})}, base.files)
        new = Version(copy.deepcopy(old.krt), copy.deepcopy(old.runtime), old.files)
        for change in choose.choices(CHANGES, k=choose.randint(1, 2)):
            change(new, choose)
        before = choose.choice(STATUSES[1:])
        after = choose.choice([before, before, *STATUSES])
        made = compiled(old, before), compiled(new, after)
        if made[0] is not None and made[1] is not None:
            yield made[0], made[1]


# --- of objects: what trees from elsewhere, or of another compiler, may hold

Edit = Callable[[Object, random.Random], object]


def template(data: Object) -> Object:
    found: Object = data["spec"]["template"]
    return found


def container(data: Object) -> Object:
    found: Object = template(data)["spec"]["containers"][0]
    return found


def selected(data: Object, choose: random.Random) -> None:
    """Another label, in the selector and in the template."""
    for labels in (data["spec"]["selector"]["matchLabels"], template(data)["metadata"]["labels"]):
        labels["type"] = "another"


def less_selected(data: Object, choose: random.Random) -> None:
    del data["spec"]["selector"]["matchLabels"]["type"]


def amounts(data: Object, choose: random.Random) -> None:
    """The same amounts, written otherwise, or others."""
    choices: list[Any] = ["1", 1, "1000m", "1.0", "1e0", "1100m", "2", "0.001k"]
    container(data)["resources"] = {
        "limits": {"cpu": choose.choice(choices), "nvidia.com/gpu": choose.choice(["1", 1])}
    }


def spec(**fields: Any) -> Edit:
    """Other values of fields."""

    def edit(data: Object, choose: random.Random) -> None:
        data["spec"] |= copy.deepcopy(fields)

    return edit


# Of a consumer not where it delivers: that NATS refuses while a node listens, and no node does here.
OF_NACK: dict[str, list[Edit]] = {
    "Stream": [
        lambda data, choose: data["spec"]["subjects"].pop(),
        spec(retention="limits"),
        spec(retention="workqueue"),
        spec(discard="new"),
        spec(maxAge="1h"),
        spec(maxAge="90m"),
        spec(storage="memory"),
        spec(preventDelete=True),
    ],
    "KeyValue": [spec(storage="memory"), spec(history=5), spec(preventDelete=True), spec(preventDelete=False)],
    "ObjectStore": [spec(storage="memory"), spec(preventDelete=True), spec(preventDelete=False)],
    "Consumer": [
        spec(deliverGroup="other"),
        spec(deliverPolicy="all"),
        spec(ackPolicy="all"),
        spec(ackWait="1m"),
        spec(maxAckPending=10),
        spec(maxDeliver=5),
        spec(replayPolicy="original"),
        spec(preventDelete=True),
    ],
}
EDITS: dict[str, list[Edit]] = {
    "Deployment": [
        selected,
        less_selected,
        amounts,
        amounts,
        amounts,
        lambda data, choose: data["spec"].update(replicas=choose.randint(1, 5)),
        lambda data, choose: data["spec"].update(minReadySeconds=choose.randint(1, 5)),
        lambda data, choose: data["metadata"]["labels"].update(team="sky"),
        lambda data, choose: template(data)["metadata"]["labels"].update(team="sky"),
        lambda data, choose: template(data)["metadata"]["annotations"].update(checksum="1"),
        lambda data, choose: container(data).update(image=f"registry.example/other:{choose.randint(1, 9)}"),
        lambda data, choose: container(data)["env"].pop(),
    ],
    "Service": [
        lambda data, choose: data["spec"].update(clusterIP="None"),
        lambda data, choose: data["spec"].update(clusterIP=f"10.0.{choose.randint(200, 250)}.{choose.randint(1, 250)}"),
        lambda data, choose: data["spec"].update(sessionAffinity="ClientIP"),
        lambda data, choose: data["spec"].update(type="NodePort"),
        lambda data, choose: data["spec"]["selector"].update(type="other"),
        lambda data, choose: data["spec"]["ports"].pop(),
    ],
    "Job": [
        lambda data, choose: container(data).update(image=f"registry.example/other:{choose.randint(1, 9)}"),
        lambda data, choose: template(data)["spec"].update(serviceAccountName="other"),
        lambda data, choose: template(data)["metadata"]["labels"].update(team="sky"),
        lambda data, choose: data["metadata"]["labels"].update(team="sky"),
        lambda data, choose: data["spec"].update(backoffLimit=choose.randint(3, 9)),
        amounts,
    ],
    "ConfigMap": [lambda data, choose: data.setdefault("data", {}).update(key="x")],
    "Ingress": [
        lambda data, choose: data["spec"].update(ingressClassName="other"),
        lambda data, choose: data["spec"]["rules"][0].update(host="other.example.com"),
        lambda data, choose: data["spec"].pop("tls", None),
    ],
    "GRPCRoute": [
        lambda data, choose: data["spec"].update(hostnames=["other.example.com"]),
        lambda data, choose: data["spec"]["parentRefs"][0].update(name="other"),
    ],
}
BASES = ["all-settings", "gateway", "messaging-job", "gpu", "object-stores"]


def of_objects(edits: dict[str, list[Edit]] = EDITS, size: int = 120) -> Iterator[Pair]:
    """Single objects before and after one or two edits, in either direction."""
    choose = random.Random(SEED)
    bases = [data for name in BASES for data in compiled(CASES[name], "published") or [] if data["kind"] in edits]
    kinds = [kind for kind in edits for _ in range(1 + len(edits[kind]) // 3)]
    for number in range(size):
        kind = kinds[number % len(kinds)]
        old = choose.choice([data for data in bases if data["kind"] == kind])
        sides = [copy.deepcopy(old), copy.deepcopy(old)]
        for edit in choose.sample(edits[kind], k=min(choose.randint(1, 2), len(edits[kind]))):
            edit(sides[1], choose)
        if edit is amounts:
            edit(sides[0], choose)
        choose.shuffle(sides)
        yield [sides[0]], [sides[1]]
