"""What the compiler prints, held against the runtime contract, and the reading, held against faults."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from compiling import EXAMPLE, GOLDENS, Object, compile_folder, inputs
from expected import Version as Expected
from kubelet import at
from reading import Compiled, mismatches
from versions import SAMPLE, Version, versions

STATUSES = ("stopped", "started", "published")
WAVE = "argocd.argoproj.io/sync-wave"


def read(folder: Path, status: str) -> list[str]:
    krt, runtime = inputs(folder)
    return list(mismatches(krt, runtime, status, compile_folder(folder, status), folder))


def compiled(version: Version, status: str) -> list[Object]:
    with TemporaryDirectory() as folder:
        version.write(Path(folder))
        return compile_folder(Path(folder), status)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("folder", [EXAMPLE, *GOLDENS], ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_case_keeps_the_contract(folder: Path, status: str) -> None:
    assert read(folder, status) == []


@pytest.mark.parametrize("status", STATUSES)
def test_sample_keeps_the_contract(tmp_path: Path, status: str) -> None:
    SAMPLE.write(tmp_path)
    assert read(tmp_path, status) == []


# Each example starts two processes, so a failure is shown as it was found: shrinking it would take minutes.
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(version=versions())
def test_random_version_keeps_the_contract(version: Version) -> None:
    with TemporaryDirectory() as folder:
        version.write(Path(folder))
        for status in ("started", "published"):
            assert read(Path(folder), status) == []


def test_publishing_restarts_nothing() -> None:
    """No pod template, stream or bucket depends on whether a version is started or published."""
    kinds = ("Stream", "Consumer", "KeyValue", "ObjectStore", "Deployment")
    started, published = ([o for o in compiled(SAMPLE, s) if o["kind"] in kinds] for s in STATUSES[1:])
    assert started == published


def test_a_changed_configuration_restarts_the_nodes() -> None:
    changed = SAMPLE._replace(runtime=copy.deepcopy(SAMPLE.runtime))
    changed.runtime["config"]["variables"]["GREETING"] = "hello"
    before, after = (
        {
            at(o, "metadata.name"): at(o, "spec.template.metadata.annotations")
            for o in compiled(version, "started")
            if at(o, "spec.template.metadata.labels.type") == "node"
        }
        for version in (SAMPLE, changed)
    )
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] == after[name]] == []


# --- the reading can fail --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Object]]:
    """The published sample and the folder of its inputs."""
    folder = tmp_path_factory.mktemp("sample")
    SAMPLE.write(folder)
    return folder, compile_folder(folder, "published")


class Draft:
    """A good list of objects to spoil: its parts by what they are."""

    def __init__(self, objects: list[Object]) -> None:
        self.objects = objects
        self.compiled = Compiled(Expected(SAMPLE.krt, SAMPLE.runtime, Path()), "published", objects)

    def kind(self, kind: str, path: str = "kind", value: str = "") -> Object:
        """The first object of a kind whose value at a path ends so."""
        return next(o for o in self.objects if o["kind"] == kind and at(o, path, "").endswith(value))

    def deployment(self, place: str) -> Object:
        return next(p.deployment for p in self.compiled.pods if place == pod_place(p.node))

    def pod(self, place: str) -> Object:
        spec: Object = self.deployment(place)["spec"]["template"]["spec"]
        return spec

    def container(self, place: str, role: str = "runner") -> Object:
        return next(p.role(role)[0] for p in self.compiled.pods if place == pod_place(p.node))

    def annotations(self, kind: str) -> Object:
        """Those of the first object of a kind."""
        found: Object = self.kind(kind)["metadata"]["annotations"]
        return found

    def data(self, key: str) -> Object:
        """The ConfigMap that has a key."""
        found: Object = next(o["data"] for o in self.objects if key in at(o, "data", {}))
        return found

    def edit(self, key: str, old: str, new: str) -> None:
        """Change the text of the file or variable `key`."""
        data = self.data(key)
        assert old in data[key]
        data[key] = data[key].replace(old, new)


def pod_place(node: Any) -> str:
    return f"{node.workflow['name']}.{node.name}" if node else "entrypoint"


def put(value: Object, path: str, new: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        value = value.setdefault(key, {})
    value[last] = new


def drop(value: Object, path: str) -> None:
    *parents, last = path.split(".")
    for key in parents:
        value = value[key]
    del value[last]


def env(container: Object, name: str, value: Any = None) -> None:
    """Give a variable another value; without one, take it away."""
    container["env"] = [v for v in container["env"] if v["name"] != name]
    if value is not None:
        container["env"].append({"name": name, "value": value})


def unmount(container: Object, path: str) -> None:
    container["volumeMounts"] = [m for m in container["volumeMounts"] if m["mountPath"] != path]


def mount_empty(pod: Object, container: Object, path: str) -> None:
    pod["volumes"].append({"name": "extra", "emptyDir": {}})
    container["volumeMounts"].append({"name": "extra", "mountPath": path})


def mounted(container: Object, path: str) -> Object:
    found: Object = next(m for m in container["volumeMounts"] if m["mountPath"] == path)
    return found


def forget_port(container: Object) -> None:
    for name in [key for key, value in container.items() if at(value, "tcpSocket")]:
        del container[name]


def consumer(draft: Draft, field: str, value: Any, node: str = "b") -> None:
    put(draft.kind("Consumer", "spec.durableName", f"-entrypoint-{node}"), f"spec.{field}", value)


SPOIL: dict[str, tuple[Callable[[Draft], object], str]] = {
    # environment
    "output missing": (lambda d: env(d.container("first.a"), "KRT_NATS_OUTPUT"), "KRT_NATS_OUTPUT is None"),
    "inputs in another order": (
        lambda d: env(d.container("first.b"), "KRT_NATS_INPUTS", "demo_sample-v1_First.entrypoint,x"),
        "KRT_NATS_INPUTS is",
    ),
    "mongo URI in clear": (
        lambda d: env(d.container("first.a", "downloader"), "KRT_MONGO_URI", "mongodb://u:p@h"),
        "KRT_MONGO_URI is",
    ),
    "variable that breaks py": (
        lambda d: env(d.container("first.a"), "KRT_NATS_MAX_ACK_PENDING", "1"),
        "KRT_NATS_MAX_ACK_PENDING is set",
    ),
    "time zone": (lambda d: env(d.container("first.a", "wait"), "TZ", "UTC"), "TZ is set"),
    "empty object store": (
        lambda d: env(d.container("first.c"), "KRT_NATS_OBJECT_STORE", ""),
        "KRT_NATS_OBJECT_STORE is set",
    ),
    "object store of the other scope": (
        lambda d: env(d.container("first.a"), "KRT_NATS_OBJECT_STORE", "demo_sample-v1_first_common"),
        "KRT_NATS_OBJECT_STORE is",
    ),
    "derived id": (lambda d: env(d.container("first.a"), "KRT_NODE_ID", "0" * 24), "KRT_NODE_ID is"),
    "nginx without the base environment": (
        lambda d: env(d.container("entrypoint", "nginx"), "KRT_INFLUX_URI"),
        "KRT_INFLUX_URI is None",
    ),
    "fluent-bit without its ids": (
        lambda d: env(d.container("second.a", "fluent-bit"), "KRT_WORKFLOW_ID"),
        "KRT_WORKFLOW_ID is None",
    ),
    "exitpoint": (lambda d: env(d.container("first.c"), "KRT_IS_EXITPOINT", "false"), "KRT_IS_EXITPOINT is"),
    "configuration value": (lambda d: d.edit("GREETING", "hi", "ho"), "GREETING is"),
    "configuration expanded by the kubelet": (
        lambda d: env(d.container("first.a"), "GREETING", SAMPLE.runtime["config"]["variables"]["GREETING"]),
        "GREETING is 'hi sample-v1",
    ),
    "secret in the ConfigMap": (
        lambda d: put(d.data("GREETING"), "WEBHOOK_URL", "x"),
        "ConfigMap of envFrom",
    ),
    "configuration on the entrypoint": (
        lambda d: put(d.container("entrypoint"), "envFrom", d.container("first.a")["envFrom"]),
        "envFrom is",
    ),
    # files and mounts
    "input subject of the entrypoint": (
        lambda d: d.edit("nats_subject.json", "First.c", "First.b"),
        "nats_subject.json is",
    ),
    "subjects file not mounted": (
        lambda d: unmount(d.container("entrypoint"), "/src/conf/nats_subject.json"),
        "nats_subject.json is",
    ),
    "nginx root": (lambda d: d.edit("default.conf", "/proto", "/srv"), "default.conf does not say"),
    "log tag": (lambda d: d.edit("fluent-bit.conf", "mongo_writer_logs", "logs"), "does not say Tag"),
    "log level": (lambda d: d.edit("parsers.conf", "INFO", "NOTE"), "parsers.conf reads"),
    "parsers not mounted": (
        lambda d: unmount(d.container("first.c", "fluent-bit"), "/fluent-bit/etc/parsers.conf"),
        "parsers.conf is not mounted",
    ),
    "sub-path of the proto": (
        lambda d: drop(mounted(d.container("entrypoint", "nginx"), "/proto/public_input.proto"), "subPath"),
        "the mount of the proto",
    ),
    "krt files elsewhere": (
        lambda d: unmount(d.container("first.a"), "/krt-files"),
        "/krt-files: not mounted",
    ),
    "no log folder": (lambda d: unmount(d.container("first.a"), "/var/log/app"), "/var/log/app"),
    "go's start script hidden": (
        lambda d: mount_empty(d.pod("first.b"), d.container("first.b"), "/app"),
        "hides the image's own /app/entrypoint.sh",
    ),
    "go's working folder": (lambda d: put(d.container("first.b"), "workingDir", "/app"), "/app is not on"),
    "generated code": (
        lambda d: unmount(d.container("entrypoint"), "/app/src/entrypoint"),
        "/app/src/entrypoint is not on",
    ),
    # security
    "user of py": (
        lambda d: put(d.container("first.a"), "securityContext.runAsUser", 10001),
        "runAsUser is 10001",
    ),
    "user of a pattern": (
        lambda d: put(d.container("second.a"), "securityContext.runAsUser", 10001),
        "the contract says 2000",
    ),
    "user by name": (
        lambda d: put(d.container("first.a", "wait"), "securityContext.runAsUser", "kre"),
        "not a user's number",
    ),
    "privilege escalation": (
        lambda d: put(d.container("first.a"), "securityContext.allowPrivilegeEscalation", True),
        "allowPrivilegeEscalation",
    ),
    "capabilities": (
        lambda d: drop(d.container("first.c", "fluent-bit"), "securityContext.capabilities"),
        "capabilities is None",
    ),
    "host path": (
        lambda d: d.pod("first.a")["volumes"].append({"name": "h", "hostPath": {"path": "/"}}),
        "not a safe one",
    ),
    "token": (
        lambda d: drop(d.pod("first.a"), "automountServiceAccountToken"),
        "automountServiceAccountToken",
    ),
    "writable root": (
        lambda d: put(d.container("first.b"), "securityContext.readOnlyRootFilesystem", False),
        "readOnlyRootFilesystem is False",
    ),
    "read-only root of an unknown image": (
        lambda d: put(d.container("second.a"), "securityContext.readOnlyRootFilesystem", True),
        "readOnlyRootFilesystem is True",
    ),
    # pods
    "grpc probe": (
        lambda d: put(d.container("entrypoint"), "readinessProbe", {"grpc": {"port": 9000}}),
        "is grpc",
    ),
    "no probe of the port": (lambda d: forget_port(d.container("entrypoint")), "tcpSocket probe of 9000"),
    "impatient liveness": (
        lambda d: put(d.container("first.a"), "livenessProbe.failureThreshold", 3),
        "liveness gives up",
    ),
    "liveness of nothing": (
        lambda d: put(d.container("first.a"), "livenessProbe.exec.command", ["true"]),
        "no livenessProbe that looks",
    ),
    "signal passed on": (
        lambda d: put(d.container("first.a"), "lifecycle", {"preStop": {"exec": {"command": ["kill", "1"]}}}),
        "only a sleep is safe",
    ),
    "one process space": (
        lambda d: put(d.pod("first.a"), "shareProcessNamespace", True),
        "shareProcessNamespace",
    ),
    "long drain of a node": (
        lambda d: put(d.pod("first.a"), "terminationGracePeriodSeconds", 300),
        "grace period",
    ),
    "short drain of the entrypoint": (
        lambda d: put(d.pod("entrypoint"), "terminationGracePeriodSeconds", 5),
        "grace period",
    ),
    "no GPU limit": (
        lambda d: d.container("first.a")["resources"]["limits"].pop("nvidia.com/gpu"),
        "nvidia.com/gpu",
    ),
    "no GPU toleration": (lambda d: d.pod("first.a")["tolerations"].pop(), "tolerations"),
    "no resources": (lambda d: drop(d.container("first.a", "wait"), "resources"), "no resources.requests"),
    "replicas": (lambda d: put(d.deployment("first.c"), "spec.replicas", 9), "replicas is 9"),
    "checksum": (
        lambda d: drop(d.deployment("first.a"), "spec.template.metadata.annotations"),
        "no checksum",
    ),
    "no waiting": (
        lambda d: d.pod("first.a")["initContainers"].remove(d.container("first.a", "wait")),
        "no init container that waits",
    ),
    "image": (
        lambda d: put(d.container("first.a"), "image", "acme/other:1"),
        "containers that are runner is 0",
    ),
    "selector with more than identity": (
        lambda d: put(d.deployment("first.a"), "spec.selector.matchLabels.app", "x"),
        "spec.selector is",
    ),
    "a node without Deployment": (lambda d: d.objects.remove(d.deployment("first.a")), "is missing"),
    # messaging
    "memory stream": (lambda d: put(d.kind("Stream"), "spec.storage", "memory"), "storage is 'memory'"),
    "retention": (lambda d: drop(d.kind("Stream"), "spec.retention"), "retention is None"),
    "no maxAge": (lambda d: drop(d.kind("Stream"), "spec.maxAge"), "maxAge is None"),
    "missing subject": (lambda d: d.kind("Stream")["spec"]["subjects"].pop(), "is missing"),
    "stream name": (lambda d: put(d.kind("Stream"), "spec.name", "demo_sample-v1_Third"), "Streams: demo_"),
    "deliver policy": (lambda d: consumer(d, "deliverPolicy", "all"), "deliverPolicy is 'all'"),
    "maxAckPending": (lambda d: consumer(d, "maxAckPending", 1000), "maxAckPending is 1000"),
    "ack wait": (lambda d: consumer(d, "ackWait", "30s"), "ackWait is '30s'"),
    "ack wait of py": (lambda d: consumer(d, "ackWait", "22h", node="a"), "the contract says '5m'"),
    "durable name": (lambda d: consumer(d, "durableName", "other"), "Consumers: other is there"),
    "deliver group": (lambda d: consumer(d, "deliverGroup", None), "deliverGroup is None"),
    "filter": (lambda d: consumer(d, "filterSubject", "demo_sample-v1_First.a"), "filterSubject is"),
    "delivery into the stream": (
        lambda d: consumer(d, "deliverSubject", "demo_sample-v1_First.a.x"),
        "is inside the stream",
    ),
    "delivery of two consumers": (
        lambda d: consumer(
            d, "deliverSubject", d.kind("Consumer", "spec.durableName", "-b-c")["spec"]["deliverSubject"]
        ),
        "another consumer's too",
    ),
    "bucket missing": (lambda d: d.objects.remove(d.kind("KeyValue")), "KeyValue buckets: key-store"),
    "bucket too many": (
        lambda d: put(d.kind("ObjectStore"), "spec.bucket", "demo_x"),
        "ObjectStore buckets: demo_x",
    ),
    "data lost on stop": (
        lambda d: put(d.kind("KeyValue"), "spec.preventDelete", False),
        "preventDelete is False",
    ),
    # delivery
    "stream beside the pods": (lambda d: d.annotations("Stream").pop(WAVE), "--first: the sync wave is None"),
    "files beside the pods": (
        lambda d: next(o for o in d.objects if "wait.sh" in at(o, "data", {}))["metadata"]["annotations"].pop(WAVE),
        "--files: the sync wave is None",
    ),
    "active Service before the pods": (lambda d: drop(d.kind("Service"), "metadata.annotations"), "the sync wave is"),
    "pods in a wave": (
        lambda d: put(d.deployment("first.a"), "metadata.annotations", {WAVE: "0"}),
        "the sync wave is '0'",
    ),
    "stream lost unasked": (
        lambda d: d.annotations("Stream").pop("argocd.argoproj.io/sync-options"),
        "sync options is None",
    ),
    "kept bucket asks": (
        lambda d: put(d.kind("KeyValue"), "metadata.annotations", dict(d.annotations("Stream"))),
        "sync options is 'Prune=confirm,Delete=confirm'",
    ),
    "user's text for Flux": (
        lambda d: next(o for o in d.objects if "GREETING" in at(o, "data", {}))["metadata"].pop("annotations"),
        "substitution by Flux is None",
    ),
    # the rest
    "port name": (lambda d: drop(d.kind("Service")["spec"]["ports"][0], "name"), "spec is"),
    "service name": (lambda d: put(d.kind("Service"), "metadata.name", "sample-v1"), "Services: names is"),
    "host": (lambda d: put(d.kind("Ingress")["spec"]["rules"][0], "host", "kre.local"), "rules is"),
    "annotation": (lambda d: drop(d.kind("Ingress"), "metadata.annotations"), "backend-protocol is None"),
    "certificate": (lambda d: drop(d.kind("Ingress"), "spec.tls"), "tls is []"),
    "name in use": (
        lambda d: put(d.kind("KeyValue"), "metadata.name", d.kind("KeyValue", "spec.bucket", "_c")["metadata"]["name"]),
        "objects have this name",
    ),
    "long name": (lambda d: put(d.kind("Service"), "metadata.name", "a" * 64), "is no DNS name of 63"),
    "namespace": (lambda d: put(d.kind("Stream"), "metadata.namespace", "default"), "namespace is"),
    "a Secret": (lambda d: d.objects.append({"kind": "Secret"}), "no objects of this kind"),
    "no record": (
        lambda d: d.objects.remove(next(o for o in d.objects if "Every feature once." in json.dumps(o))),
        "one record is",
    ),
}


@pytest.mark.parametrize("fault", SPOIL)
def test_reading_reports(fault: str, sample: tuple[Path, list[Object]]) -> None:
    spoil, words = SPOIL[fault]
    folder, good = sample
    draft = Draft(copy.deepcopy(good))
    spoil(draft)
    assert draft.objects != good
    found = list(mismatches(SAMPLE.krt, SAMPLE.runtime, "published", draft.objects, folder))
    assert [line for line in found if words in line], found
