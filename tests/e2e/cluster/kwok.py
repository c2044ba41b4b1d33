"""kwok: a node that runs nothing and says of each pod that it is ready. Init containers and probes are not tried."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.processes import ROOT, running

NODE = "kwok"
STAGES = ROOT / ".tools" / "kwok-stages"
# What becomes of the node and of its pods, as fast as can be.
FAST = ("node/fast/node-initialize.yaml", *(f"pod/fast/pod-{name}.yaml" for name in ("ready", "complete", "delete")))


@contextlib.contextmanager
def kwok(kubectl: Kubectl, folder: Path) -> Iterator[None]:
    configuration = folder / "kwok.yaml"
    configuration.write_text("---\n".join((STAGES / name).read_text() for name in FAST))
    flags = {
        "kubeconfig": kubectl.kubeconfig,
        "config": configuration,
        "manage-all-nodes": "true",
        "cidr": "10.1.0.0/16",
        "node-ip": "127.0.0.1",
    }
    with running(
        kubectl.inside,
        folder,
        "kwok",
        flags=flags,
        ready=lambda: True,
    ):
        labels = {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
        kubectl.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}})
        kubectl.use(NODE)
        yield
