"""A control plane that knows NACK's and the Gateway API's kinds, and what makes it a cluster on which pods run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.e2e.cluster.apiserver import apiserver
from tests.e2e.cluster.controllers import controllers
from tests.e2e.cluster.etcd import etcd
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.kwok import kwok
from tests.e2e.cluster.network import network
from tests.e2e.cluster.processes import ROOT, until
from tests.e2e.cluster.scheduler import scheduler

NACK_CRDS = ROOT / ".tools" / "nack-crds.yml"
GATEWAY_CRDS = ROOT / ".tools" / "gateway-crds"


class Cluster(NamedTuple):
    """A running one: what calls it, and the words before a command by which it runs inside."""

    kubectl: Kubectl
    inside: tuple[str, ...]
    folder: Path


@contextlib.contextmanager
def control_plane(folder: Path) -> Iterator[Cluster]:
    """etcd and an API server; nothing is made of what it takes."""
    with network() as inside, etcd(inside, folder) as store, apiserver(inside, folder, store) as kubectl:
        know(kubectl, NACK_CRDS, GATEWAY_CRDS)
        yield Cluster(kubectl, inside, folder)


def know(kubectl: Kubectl, *crds: Path) -> None:
    """Have it take objects of more kinds, those of files or folders."""
    for path in crds:
        kubectl("apply", "--server-side", "-f", path.resolve())  # it reads no link to a folder
    # kubectl gives up at once where a kind has no status yet.
    wait = ("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    assert until(lambda: kubectl.run(*wait).returncode == 0), kubectl.run(*wait).stderr


def forget(kubectl: Kubectl, *crds: Path) -> None:
    """Have nothing of these kinds: by their names, a few thousand objects take minutes to delete."""
    for path in crds:
        kubectl("delete", "-f", path.resolve(), "--timeout=100s")
    know(kubectl, *crds)


@contextlib.contextmanager
def pretended_node(cluster: Cluster) -> Iterator[None]:
    """Controllers, a scheduler, and a node on which all pods are ready at once."""
    kubectl, folder = cluster.kubectl, cluster.folder
    with controllers(kubectl, folder), scheduler(kubectl, folder), kwok(kubectl, folder):
        yield
