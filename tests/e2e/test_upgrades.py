"""What earlier compilers made becomes, in place, what today's makes of the same files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.nats import Nats
from tests.e2e.cluster.processes import program, until
from tests.e2e.test_nack import until_ready
from tests.equivalence.forms import Object, parse

TREES = Path(__file__).with_name("upgrades")
STREAM = "demo_mail-v1_Answer"
KINDS = (
    "configmap,service,deployment,job,ingress,grpcroutes.gateway.networking.k8s.io,stream,consumer,keyvalue,objectstore"
)
# How the files that are in folders were made; the last word is the status that a version is compiled in.
VERSION = ("krt.yml", "--runtime", "settings.yml", "--status", "published")
COMMANDS = {
    "version": VERSION,
    "runtime": ("runtime.yml",),
    "job": ("krt.yml", "--runtime", "job.yml"),
}
SERVER, CLIENT = ("apply", "--server-side"), ("apply",)
WAYS = {"server-side": (SERVER, SERVER), "client-side": (CLIENT, CLIENT), "client- to server-side": (CLIENT, SERVER)}
Uids = dict[tuple[str, str], str]


def compiled(*arguments: str) -> str:
    command = [sys.executable, "-m", "krtc", "compile", *arguments]
    done = subprocess.run(command, cwd=TREES / "input", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def moved(stream: str, namespace: str) -> str:
    """A stream of manifests in another namespace."""
    found, times = re.subn("(?m)^  namespace: mail$", f"  namespace: {namespace}", stream)
    assert times == stream.count("\napiVersion: ")
    return found


def uids(kubectl: Kubectl, namespace: str) -> Uids:
    """What there is in the namespace, but for what the cluster puts into each."""
    return {
        (data["kind"], data["metadata"]["name"]): data["metadata"]["uid"]
        for data in kubectl.objects(KINDS, "-n", namespace)
        if data["metadata"]["name"] != "kube-root-ca.crt"
    }


def keys(objects: list[Object]) -> set[tuple[str, str]]:
    return {(data["kind"], data["metadata"]["name"]) for data in objects}


def created(jetstream: Nats) -> str:
    return str(json.loads(jetstream("stream", "info", STREAM, "--json"))["created"])


def of_nack(objects: list[Object]) -> list[Object]:
    return [data for data in objects if data["apiVersion"].startswith("jetstream.nats.io/")]


def until_gone(jetstream: Nats) -> None:
    assert until(lambda: STREAM not in jetstream.streams(), 30)


@pytest.mark.parametrize(
    ("tree", "way"),
    [
        *((path.relative_to(TREES), "server-side") for path in sorted(TREES.glob("*/*.yaml"))),
        *((Path("10ce141", "version.yaml"), way) for way in WAYS if way != "server-side"),
    ],
    ids=str,
)
def test_kubectl(tree: Path, way: str, kubectl: Kubectl, jetstream: Nats, namespace: str) -> None:
    before, after = (moved(text, namespace) for text in ((TREES / tree).read_text(), compiled(*COMMANDS[tree.stem])))
    one, two = WAYS[way]
    apply(kubectl, namespace, one, before)
    objects = parse(before)
    until_ready(kubectl, of_nack(objects))
    old, made = uids(kubectl, namespace), created(jetstream) if of_nack(objects) else ""
    assert set(old) == keys(objects)
    apply(kubectl, namespace, two, after)
    objects = parse(after)
    until_ready(kubectl, of_nack(objects))
    new = uids(kubectl, namespace)
    assert set(new) == keys(objects)
    assert {key for key in old.keys() & new.keys() if old[key] != new[key]} == set()
    assert (created(jetstream) if of_nack(objects) else "") == made
    # Nothing of the old one is left when today's is stopped.
    stopped = COMMANDS[tree.stem]
    if tree.stem == "version":
        stopped = (*stopped[:-1], "stopped")
        apply(kubectl, namespace, two, moved(compiled(*stopped), namespace))
        assert set(uids(kubectl, namespace)) == {("ConfigMap", "mail-v1")}
    else:
        kubectl("delete", "-f", "-", "--timeout=60s", stdin=after)
    if made:
        until_gone(jetstream)


def apply(kubectl: Kubectl, namespace: str, way: tuple[str, ...], stream: str) -> None:
    """With pruning, which `kubectl` still has to be asked for by a variable."""
    able = kubectl._replace(inside=(*kubectl.inside, "env", "KUBECTL_APPLYSET=true"))
    done = able.run(*way, "--prune", "--applyset=mail", "-n", namespace, "-f", "-", stdin=stream)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "alpha" not in line] == []


@pytest.mark.parametrize("chart", sorted(TREES.glob("*/chart")), ids=lambda path: path.parent.name)
@pytest.mark.parametrize("applies", ["true", "false"], ids=["server-side", "client-side"])
def test_helm(applies: str, chart: Path, kubectl: Kubectl, jetstream: Nats, namespace: str, tmp_path: Path) -> None:
    compiled(*VERSION, "--to", "helm", "-o", str(tmp_path / "chart"))
    helm(kubectl, "install", "mail", chart, "-n", namespace, f"--server-side={applies}")
    objects = stored(kubectl, namespace)
    until_ready(kubectl, of_nack(objects))
    old, made = uids(kubectl, namespace), created(jetstream)
    helm(kubectl, "upgrade", "mail", tmp_path / "chart", "-n", namespace)
    objects = stored(kubectl, namespace)
    until_ready(kubectl, of_nack(objects))
    new = uids(kubectl, namespace)
    assert new == old
    assert set(new) == keys(objects) == keys(parse(compiled(*VERSION)))
    assert created(jetstream) == made
    helm(kubectl, "upgrade", "mail", tmp_path / "chart", "-n", namespace, "--set", "status=stopped")
    assert set(uids(kubectl, namespace)) == {("ConfigMap", "mail-v1")}
    until_gone(jetstream)


def helm(kubectl: Kubectl, *arguments: str | Path) -> str:
    command = [*kubectl.inside, program("helm"), "--kubeconfig", kubectl.kubeconfig, *arguments]
    home = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(kubectl.kubeconfig.parent)}
    done = subprocess.run(command, capture_output=True, text=True, env=home, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(kubectl: Kubectl, namespace: str) -> list[Object]:
    """What the release is of."""
    return parse(helm(kubectl, "get", "manifest", "mail", "-n", namespace))
