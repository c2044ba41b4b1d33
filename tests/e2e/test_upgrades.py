"""What earlier compilers made becomes, in place, what today's makes of the same files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.cluster.flux import NAMESPACE, Flux
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.nats import Nats
from tests.e2e.cluster.processes import program, until
from tests.e2e.life.flux import example, packed, ready
from tests.e2e.test_nack import until_ready
from tests.e2e.trees import of_nack
from tests.equivalence.forms import Object, parse
from tests.golden.trees import write_tree

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


def tree_of(tree: str, namespace: str) -> str:
    """A tree as it was."""
    return moved((TREES / tree).read_text(), namespace)


def today(tree: str, namespace: str) -> str:
    """The same as it is."""
    return moved(compiled(*COMMANDS[Path(tree).stem]), namespace)


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


def until_gone(jetstream: Nats) -> None:
    assert until(lambda: STREAM not in jetstream.streams(), 30)


@pytest.mark.parametrize(
    ("tree", "way"),
    [
        *((path.relative_to(TREES).as_posix(), "server-side") for path in sorted(TREES.glob("*/*.yaml"))),
        *(("10ce141/version.yaml", way) for way in WAYS if way != "server-side"),
    ],
    ids=str,
)
def test_kubectl(tree: str, way: str, kubectl: Kubectl, jetstream: Nats, namespace: str) -> None:
    before, after = tree_of(tree, namespace), today(tree, namespace)
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
    if tree.endswith("version.yaml"):
        apply(kubectl, namespace, two, moved(compiled(*VERSION[:-1], "stopped"), namespace))
        assert set(uids(kubectl, namespace)) == {("ConfigMap", "mail-v1")}
    else:
        kubectl("delete", "-f", "-", "--timeout=60s", stdin=after)
    if made:
        until_gone(jetstream)


def apply(kubectl: Kubectl, namespace: str, way: tuple[str, ...], stream: str) -> None:
    """With pruning."""
    done = kubectl.with_applysets().run(*way, "--prune", "--applyset=mail", "-n", namespace, "-f", "-", stdin=stream)
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


@pytest.mark.parametrize("tree", ["10ce141/version.yaml", "e2a8bf7/runtime.yaml"])
def test_flux(tree: str, kubectl: Kubectl, jetstream: Nats, flux: Flux, namespace: str, tmp_path: Path) -> None:
    """With a Kustomization as the example has it, that waits for nothing: there are no pods."""
    before, after = tree_of(tree, namespace), today(tree, namespace)
    [kustomization] = example("version.yaml", "Kustomization")
    kustomization["metadata"]["name"] = namespace
    kustomization["spec"] |= {"sourceRef": {"kind": "ExternalArtifact", "name": namespace}, "wait": False}
    del kustomization["spec"]["healthCheckExprs"]

    def deploy(stream: str) -> Uids:
        write_tree(tmp_path, {"rendered/all.yaml": stream})
        revision = flux.offer(namespace, packed(tmp_path, "rendered"))
        kubectl.apply(kustomization)
        ready(kubectl, "kustomization", [namespace], lambda _, status: status.get("lastAppliedRevision") == revision)
        until_ready(kubectl, of_nack(parse(stream)))
        return uids(kubectl, namespace)

    old, made = deploy(before), created(jetstream)
    new = deploy(after)
    assert set(new) == keys(parse(after))
    assert {key for key in old.keys() & new.keys() if old[key] != new[key]} == set()
    assert created(jetstream) == made
    kubectl("delete", f"kustomization/{namespace}", "-n", NAMESPACE, "--timeout=60s")
    assert until(lambda: not uids(kubectl, namespace), 60)
    until_gone(jetstream)
