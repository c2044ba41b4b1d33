"""A cluster of one real node, and on it the classificator example: a version that is published, and one beside it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.e2e.cluster.containerd import ADDRESS, Containerd, containerd
from tests.e2e.cluster.control_plane import control_plane
from tests.e2e.cluster.controllers import controllers
from tests.e2e.cluster.coredns import coredns
from tests.e2e.cluster.images import IMAGES, archive
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.kubelet import kubelet
from tests.e2e.cluster.machine import machine
from tests.e2e.cluster.mongodb import mongodb
from tests.e2e.cluster.nack import nack
from tests.e2e.cluster.nats import Nats, nats
from tests.e2e.cluster.network import BOUND, free_port
from tests.e2e.cluster.processes import ROOT, program, running, until
from tests.e2e.cluster.proxy import proxy
from tests.e2e.cluster.scheduler import scheduler
from tests.e2e.conftest import kept_logs

EXAMPLE = ROOT / "examples" / "classificator"
NAMESPACE = "kre"
V1, V2 = "classificator-v1", "classificator-v2"
PODS = 14  # of both versions, each with an entrypoint and, of the five nodes, one that has two
SHIPPED = "mongo_writer_logs.kre"  # the logs' subject
CALM = 6  # seconds; it took two to four
NUMBERS = itertools.count(1)
# Of an event, an EndpointSlice and a pod what tells most.
WATCHED = "{.object.metadata.managedFields[-1:].time} {.object.involvedObject.name}{.object.metadata.name} "
WATCHED += '{.object.message}{.object.endpoints[*].conditions}{.object.status.containerStatuses[*].ready}{"\\n"}'

# What people would write in Python and Go, in the words of runner/node.go.
HANDLERS = {
    "src/etl/main.py": "publish",
    "src/email_classificator/main.py": "publish\npublish/repairs if-contains repairs",
    "bin/repairs_handler": "",
    "bin/stats_storer": "publish",
    "bin/exitpoint": "answer if-from stats-storer",
}


class Broker:
    """The platform's NATS server, which can be away for a while."""

    def __init__(self, inside: tuple[str, ...], folder: Path) -> None:
        self.inside, self.folder, self.port = inside, folder, free_port()
        self.running = contextlib.ExitStack()

    def start(self) -> Nats:
        # What it stores is in memory, as the machine's /run is, and still there when it comes back.
        return self.running.enter_context(nats(self.inside, self.folder, self.port, ADDRESS, Path("/run/jetstream")))

    def stop(self) -> None:
        self.running.close()


class Node:
    """What the tests may do to a running one."""

    def __init__(self, kubectl: Kubectl, folder: Path, containers: Containerd, broker: Broker) -> None:
        self.kubectl, self.folder, self.containers, self.broker = kubectl, folder, containers, broker
        self.inside = kubectl.inside
        self.nats = Nats(self.inside, f"nats://{ADDRESS}:{broker.port}")

    def pods(self, version: str, name: str = "") -> list[dict[str, Any]]:
        """Those of a node of a version, or of its entrypoint, that nobody has asked to end."""
        labels = f"version-name={version},node-name={name}" if name else f"version-name={version}-entrypoint"
        found = self.kubectl.objects("pods", "--namespace", NAMESPACE, "--selector", labels)
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def pod(self, version: str, name: str = "") -> str:
        """The name of the one."""
        [pod] = self.pods(version, name)
        return str(pod["metadata"]["name"])

    def logs(self, pod: str, container: str) -> str:
        return self.kubectl("logs", "--namespace", NAMESPACE, pod, "--container", container)

    def execute(self, pod: str, container: str, *command: str) -> subprocess.CompletedProcess[str]:
        return self.kubectl.run("exec", "--namespace", NAMESPACE, pod, "--container", container, "--", *command)

    def signal(self, pod: str, container: str, name: str) -> None:
        """Have the runner itself, not the shell that started it, get a signal."""
        done = self.execute(pod, container, "sh", "-c", f"kill -{name} $(pidof runner)")
        assert done.returncode in (0, 137), done.stderr  # 137 when the container ends first

    def wait(self) -> None:
        """Until all pods are as their Deployments want them."""
        self.kubectl(
            "wait", "--namespace", NAMESPACE, "--for=condition=Available", "deployment", "--all", "--timeout=110s"
        )

    def ready(self) -> dict[str, bool]:
        """Whether the runner of each pod is ready, by the pod's name."""
        return {name: status["ready"] for name, status in self.runners().items()}

    def runners(self) -> dict[str, dict[str, Any]]:
        """The status of the container in which each pod's runner is, by the pod's name."""
        pods = self.kubectl.objects("pods", "--namespace", NAMESPACE)
        return {
            pod["metadata"]["name"]: status
            for pod in pods
            for status in pod["status"].get("containerStatuses", [])  # a new pod has none
            if status["name"] in ("node", "entrypoint")
        }

    def steady(self) -> bool:
        """Whether all runners come to be ready and stay so: of one started again, it was seen to say so too soon."""
        since = time.monotonic()

        def calm() -> bool:
            nonlocal since
            if not all(self.ready().values()):
                since = time.monotonic()
            return time.monotonic() - since > CALM

        return until(calm, 120)

    def kept(self) -> dict[tuple[str, str], str]:
        """When each durable consumer was made, by stream and name."""
        streams = [f"kre_{version}_Classificator" for version in (V1, V2)]
        names = [
            (stream, name) for stream in streams for name in self.nats("consumer", "ls", stream, "--names").split()
        ]
        durable = [(stream, name) for stream, name in names if name.startswith(f"{stream}-")]
        return {(stream, name): self.nats.consumer(stream, name)["created"] for stream, name in durable}

    def address(self, service: str = "active-entrypoint") -> str:
        """A Service's ClusterIP."""
        [found] = self.kubectl.objects("service", "--namespace", NAMESPACE, service)
        return str(found["spec"]["clusterIP"])

    @contextlib.contextmanager
    def client(self, *arguments: str, service: str = "active-entrypoint") -> Iterator[Calls]:
        """Somebody who calls from outside the pods, until asked for what came of it."""
        command: list[str | Path] = [*BOUND, *self.inside, sys.executable, ROOT / "tests" / "e2e_node" / "client.py"]
        output = self.folder / f"client-{next(NUMBERS)}.log"
        with (
            output.open("wb") as log,
            subprocess.Popen(
                [*command, self.address(service), *arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={"PATH": "/usr/bin:/bin"},
            ) as process,
        ):
            try:
                yield Calls(process, output)
            finally:
                process.kill()

    def call(self, *texts: str, service: str = "active-entrypoint") -> list[dict[str, Any]]:
        """What came of a call with each text, in the order of the texts."""
        with self.client(*texts, service=service) as calls:
            return sorted(calls.end(), key=lambda call: texts.index(call["text"]))


class Calls:
    """A client at work."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process, self.output = process, output

    def over(self) -> list[dict[str, Any]]:
        """The calls that are over."""
        whole, _, _ = self.output.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def end(self) -> list[dict[str, Any]]:
        """Let it end; all of its calls."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(60) == 0, self.output.read_text()
        return self.over()


class Runtime:
    """A folder with a runtime.yml and its versions, whose .krt are in MongoDB."""

    def __init__(self, folder: Path, kubectl: Kubectl, port: int) -> None:
        self.folder, self.kubectl = folder, kubectl
        for version in (V1, V2):
            shutil.copytree(EXAMPLE, folder / "versions" / version)
            krt = folder / "versions" / version / "krt.yml"
            krt.write_text(krt.read_text().replace(f"version: {V1}", f"version: {version}"))
            for path, script in HANDLERS.items():
                handler = krt.parent / path
                handler.parent.mkdir(parents=True, exist_ok=True)
                handler.write_text(f"#!/bin/runner go\n{script}\n")
                handler.chmod(0o755)
        entries = [
            {"krt": f"versions/{name}/krt.yml", "status": status}
            for name, status in ((V1, "published"), (V2, "started"))
        ]
        (folder / "runtime.yml").write_text(yaml.safe_dump({"runtime": "kre", "versions": entries}))
        for version in (V1, V2):
            self.krtc("pack", f"versions/{version}", "-o", f"{version}.krt")
            self.krtc("push", f"{version}.krt", "--runtime", "runtime.yml", uri=f"mongodb://{ADDRESS}:{port}/")
        self.compile()

    def krtc(self, *arguments: str, uri: str = "") -> str:
        command = [*self.kubectl.inside, sys.executable, "-m", "krtc", *arguments]
        environment = {**os.environ, "KRTC_MONGODB_URI": uri}
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def compile(self) -> None:
        self.krtc("compile", "runtime.yml", "-o", "rendered")

    def apply(self) -> None:
        """Have the cluster as the folder says; without a warning."""
        self.compile()
        self.kubectl("apply", "--server-side", "-R", "-f", self.folder / "rendered")

    def publish(self, version: str) -> None:
        self.krtc("publish", version)
        self.apply()

    def images(self) -> dict[str, str]:
        """All that the tree names, each with the one of ours that plays it."""
        text = "".join(path.read_text() for path in (self.folder / "rendered").rglob("*.yaml"))
        names = set(re.findall(r'^ +(?:- )?image: "?([^"\n]+)"?$', text, re.MULTILINE))
        kinds = {name: name.rsplit("/", 1)[-1].split(":")[0] for name in names}
        assert set(kinds.values()) <= IMAGES.keys()
        return kinds


def reached(name: str, port: int, target: int) -> list[dict[str, Any]]:
    """A Service that leads to a server of the platform, outside the pods."""
    metadata = {"name": name, "namespace": NAMESPACE}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"port": port}]}},
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**metadata, "labels": {"kubernetes.io/service-name": name}},
            "addressType": "IPv4",
            "ports": [{"port": target}],
            "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": True}}],
        },
    ]


def told(kubectl: Kubectl, folder: Path, kind: str) -> contextlib.AbstractContextManager[None]:
    """All that becomes of the objects of a kind, in KIND.log, for whoever has to find out what happened."""
    words = "get", kind, "--all-namespaces", "--watch", "--output-watch-events"
    flags = {"kubeconfig": kubectl.kubeconfig, "output": f"jsonpath={WATCHED}"}
    command = program("kubectl")
    return running(kubectl.inside, folder, kind, *words, flags=flags, ready=lambda: True, of_machine=command)


class Records(NamedTuple):
    """A file of what fluent-bit ships."""

    path: Path

    def all(self) -> list[dict[str, str]]:
        lines = [line for line in self.path.read_text().splitlines() if line.endswith("]]")]
        return [record for line in lines for _, record in json.loads(line)]

    def hops(self, texts: tuple[str, ...]) -> Counter[tuple[str, str, str, str]]:
        """How often a node of a version received a request from another node: version, node, sender, text."""
        found: Counter[tuple[str, str, str, str]] = Counter()
        for record in self.all():
            received = re.match(r'received "(.*)" from (.*)', record["capture"])
            if received and received[1] in texts:
                found[record["versionName"], record["nodeName"], received[2], received[1]] += 1
        return found


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One with a namespace that takes restricted pods alone, and beside it the platform's NATS, without NACK."""
    folder = tmp_path_factory.mktemp("node")
    with contextlib.ExitStack() as stack:
        have = stack.enter_context
        have(kept_logs(request, folder))
        plane = have(control_plane(folder))
        kubectl, inside = plane.kubectl, have(machine(plane.inside))
        have(controllers(kubectl, folder))
        have(scheduler(kubectl, folder))
        containers = have(containerd(inside, folder))
        have(kubelet(kubectl, folder, containers))
        have(proxy(inside, kubectl, folder))
        have(coredns(inside, kubectl, folder))
        have(told(kubectl, folder, "events"))
        have(told(kubectl, folder, "endpointslices"))
        have(told(kubectl, folder, "pods"))
        broker = Broker(inside, folder)
        stack.callback(broker.stop)
        broker.start()
        labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
        kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}})
        kubectl.apply(*reached("kre-nats", 4222, broker.port))
        yield Node(kubectl, folder, containers, broker)


@pytest.fixture(scope="session")
def runtime(node: Node) -> Iterator[Runtime]:
    """The example's two versions, whose images the node has and whose files are in MongoDB."""
    folder = node.folder / "runtime"
    with mongodb(node.inside, node.folder, ADDRESS) as port:
        runtime = Runtime(folder, node.kubectl, port)
        node.containers.load(archive(node.folder / "images.tar", runtime.images()))
        secret = {"name": "kre-mongodb", "namespace": NAMESPACE}
        uri = {"uri": "mongodb://kre-mongodb:27017/"}
        node.kubectl.apply(
            *reached("kre-mongodb", 27017, port),
            {"apiVersion": "v1", "kind": "Secret", "metadata": secret, "stringData": uri},
        )
        yield runtime


@pytest.fixture(scope="session")
def records(node: Node) -> Iterator[Records]:
    """What the pods' logs say, from here on, as it is shipped to NATS."""
    path = node.folder / "records.log"
    command: list[str | Path] = [*BOUND, *node.inside, program("nats"), "--server", node.nats.address]
    with path.open("w") as output, subprocess.Popen([*command, "sub", "--raw", SHIPPED], stdout=output) as process:
        yield Records(path)
        process.kill()


@pytest.fixture(scope="session")
def applied(node: Node, runtime: Runtime) -> Runtime:
    """The runtime where nothing has made its streams and buckets yet."""
    runtime.apply()
    return runtime


@pytest.fixture(scope="session")
def waiting(node: Node, applied: Runtime) -> dict[str, list[str]]:
    """What each pod's first container says before its streams are there, by the name of the pod."""

    def logs() -> dict[str, list[str]]:
        pods = node.kubectl.objects("pods", "--namespace", NAMESPACE)
        names = [pod["metadata"]["name"] for pod in pods]
        read = {name: node.kubectl.run("logs", "-n", NAMESPACE, name, "-c", "wait-for-nats").stdout for name in names}
        return {name: text.splitlines() for name, text in read.items()}

    until(lambda: len(said := logs()) == PODS and all(said.values()))
    return logs()


@pytest.fixture(scope="session")
def live(node: Node, applied: Runtime, waiting: dict[str, list[str]], records: Records) -> Iterator[Node]:
    """The node when all runs."""
    with nack(node.kubectl, node.folder, node.nats):
        node.wait()
        yield node
