"""The shell scripts of the compiled pods, run: the probe against /proc, the wait against a real server."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from compiling import Object
from kubelet import at, environment, mounted_files
from runners import create, processes

# The entrypoint, a py node and a go node: their exec probes, and what they must wait for.
PLACES = ["entrypoint", "etl", "stats-storer"]
PROBES = [("entrypoint", "livenessProbe")]
PROBES += [(node, kind) for node in ("etl", "stats-storer") for kind in ("livenessProbe", "readinessProbe")]
NEEDS = [("entrypoint", "Stream"), ("etl", "ObjectStore")]
NEEDS += [(node, kind) for node in ("etl", "stats-storer") for kind in ("Stream", "KeyValue", "Consumer")]
NAME = {"Stream": "name", "KeyValue": "bucket", "ObjectStore": "bucket", "Consumer": "durableName"}


class Command(NamedTuple):
    """A container's command on this machine: mounted files are copied, and their paths rewritten."""

    arguments: list[str]
    environment: dict[str, str]

    def start(self, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.arguments,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, seconds: float, **variables: str) -> tuple[int, str]:
        process = self.start(**variables)
        try:
            output, _ = process.communicate(timeout=seconds)
        finally:
            process.kill()
        return process.returncode, output


def pod_of(objects: list[Object], place: str) -> Object:
    labels = "spec.template.metadata.labels"
    for deployment in (o for o in objects if o["kind"] == "Deployment"):
        if place in (at(deployment, f"{labels}.node-name"), at(deployment, f"{labels}.type")):
            spec: Object = deployment["spec"]["template"]["spec"]
            return spec
    raise LookupError(place)


def command(objects: list[Object], pod: Object, container: Object, words: list[str], folder: Path) -> Command:
    config_maps = {o["metadata"]["name"]: at(o, "data", {}) for o in objects if o["kind"] == "ConfigMap"}
    files = mounted_files(pod, container, config_maps)
    arguments = words
    for path in sorted(files, key=len, reverse=True):
        arguments = [argument.replace(path, f"{folder}{path}") for argument in arguments]
    for path, text in files.items():
        copy = Path(f"{folder}{path}")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text)
    variables = {k: v for k, v in environment(container, config_maps).items() if isinstance(v, str)}
    return Command(arguments, {"PATH": os.environ["PATH"], "HOME": str(folder)} | variables)


# --- the probe -------------------------------------------------------------------------------------


@pytest.fixture(params=PROBES, ids="-".join)
def probe(request: pytest.FixtureRequest, example: list[Object], tmp_path: Path) -> Command:
    """An exec probe of a runner."""
    place, kind = request.param
    pod = pod_of(example, place)
    words, container = next((w, c) for c in pod["containers"] if (w := at(c, f"{kind}.exec.command")))
    assert words[0] in ("sh", "/bin/sh")
    dash = shutil.which("dash")
    assert dash, "dash, the images' sh, is missing"
    return command(example, pod, container, [dash, *words[1:]], tmp_path)


@contextmanager
def connection(server: str) -> Iterator[None]:
    host, port = server.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as client:
        assert client.recv(4) == b"INFO"
        yield


def test_probe_sees_a_connection_to_nats(probe: Command, nats_server: str) -> None:
    assert probe.run(10)[0] != 0
    with connection(nats_server):
        assert probe.run(10)[0] == 0
    assert probe.run(10)[0] != 0


def test_probe_sees_only_its_own_container(probe: Command, nats_server: str) -> None:
    """The pod shares its network, not its processes: a side-car's connection must not count."""
    apart = ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", *probe.arguments]
    with connection(nats_server):
        assert probe.run(10)[0] == 0
        assert probe._replace(arguments=apart).run(10)[0] != 0


def test_processes_can_be_set_apart() -> None:
    """What the test above rests on."""
    apart = ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", "true"]
    assert subprocess.run(apart, check=False).returncode == 0


# --- the wait --------------------------------------------------------------------------------------


@pytest.fixture
def place() -> str:
    return "etl"


@pytest.fixture
def wait(place: str, example: list[Object], tools_path: str, tmp_path: Path) -> Command:
    """The init container that waits for NATS: the one that is neither the downloader nor a side-car."""
    pod = pod_of(example, place)
    others = ("krt-files-downloader", "fluent-bit")
    container = next(c for c in pod["initContainers"] if c["name"] not in others)
    words = container.get("command", []) + container.get("args", [])
    found = command(example, pod, container, words, tmp_path)
    return found._replace(environment=found.environment | {"PATH": tools_path})


def make(server: str, objects: list[Object]) -> None:
    asyncio.run(create(server, objects))


@pytest.mark.parametrize("place", PLACES)
def test_wait_ends_when_all_exist(wait: Command, nats_server: str, example: list[Object]) -> None:
    make(nats_server, example)
    code, output = wait.run(30)
    assert code == 0, output


@pytest.mark.parametrize("place", PLACES)
def test_wait_lasts_until_all_exist(wait: Command, nats_server: str, example: list[Object]) -> None:
    make(nats_server, [])
    process = wait.start()
    try:
        time.sleep(1.5)
        assert process.poll() is None, process.communicate()
        make(nats_server, example)
        output, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, output


def needed(objects: list[Object], place: str, kind: str) -> str:
    """The name of one thing of a kind that a pod must wait for."""
    if place == "entrypoint":
        return str(next(o["spec"]["name"] for o in objects if o["kind"] == kind))
    node = next(p for p in processes(objects, "KRT_NATS_INPUTS") if p.environment["KRT_NODE_NAME"] == place)
    variables = node.environment
    if kind == "Consumer":
        return f"{variables['KRT_NATS_INPUTS'].split(',')[0].replace('.', '-')}-{place}"
    stores = {"KeyValue": "KEY_VALUE_STORE_NODE", "ObjectStore": "OBJECT_STORE", "Stream": "STREAM"}
    return str(variables[f"KRT_NATS_{stores[kind]}"])


@pytest.mark.parametrize(("place", "kind"), NEEDS)
def test_wait_says_what_is_missing(
    wait: Command, place: str, kind: str, nats_server: str, example: list[Object]
) -> None:
    """The script ends in time, not with success, and its last words name what it waited for."""
    name = needed(example, place, kind)
    rest = [o for o in example if o["kind"] != kind or o["spec"][NAME[kind]] != name]
    assert len(rest) == len(example) - 1
    if kind == "Stream":
        rest = [o for o in rest if o["kind"] != "Consumer" or o["spec"]["streamName"] != name]
    make(nats_server, rest)
    code, output = wait.run(30, KRT_WAIT_SECONDS="2")
    assert code != 0
    assert name in output.strip().splitlines()[-1]


def test_wait_says_when_nats_is_away(wait: Command) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = str(unused.getsockname()[1])
        away = {"KRT_NATS_SERVER": f"127.0.0.1:{port}", "KRT_NATS_HOST": "127.0.0.1", "KRT_NATS_PORT": port}
        code, output = wait.run(60, KRT_WAIT_SECONDS="2", **away)
    assert code != 0
    assert output.strip()
