"""A control plane for all tests, and a namespace for each."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cluster.argocd import argocd as running_argocd
from tests.e2e.cluster.control_plane import NACK_CRDS, Cluster, control_plane, forget, pretended_node
from tests.e2e.cluster.flux import Flux
from tests.e2e.cluster.flux import flux as running_flux
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.nack import nack
from tests.e2e.cluster.nats import Nats, nats
from tests.e2e.cluster.processes import ROOT

LOGS = ROOT / "build" / "e2e"
NUMBERS = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those without NACK come first: the streams that they name would be made again and again while others run."""
    items.sort(key=lambda item: "jetstream" in getattr(item, "fixturenames", ()))


@contextlib.contextmanager
def kept_logs(request: pytest.FixtureRequest, folder: Path) -> Iterator[None]:
    """Copies the logs to a folder in build/e2e when anything failed."""
    logs = LOGS / folder.name
    shutil.rmtree(logs, ignore_errors=True)
    before, well = request.session.testsfailed, False
    try:
        yield
        well = request.session.testsfailed == before
    finally:
        if not well:
            logs.mkdir(parents=True)
            for log in folder.glob("*.log"):
                shutil.copy(log, logs)
            if (folder / "pods").exists():
                shutil.copytree(folder / "pods", logs / "pods")


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with kept_logs(request, folder), control_plane(folder) as running:
        yield running


@pytest.fixture
def kubectl(cluster: Cluster) -> Kubectl:
    return cluster.kubectl


@pytest.fixture
def namespace(kubectl: Kubectl) -> str:
    """A namespace of the test's own, which takes restricted pods alone and warns of what would make others."""
    name = f"test-{next(NUMBERS)}"
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    return name


@pytest.fixture(scope="session")
def jetstream(cluster: Cluster) -> Iterator[Nats]:
    """A NATS server in which NACK makes what the cluster's objects say; of what earlier tests left it makes nothing."""
    forget(cluster.kubectl, NACK_CRDS)
    with nats(cluster.inside, cluster.folder) as server, nack(cluster.kubectl, cluster.folder, server):
        yield server


@pytest.fixture(scope="session")
def pods(cluster: Cluster) -> Iterator[None]:
    """From here on Deployments and Jobs have pods, which are ready; of what earlier tests left there are none."""
    cluster.kubectl("delete", "deployments,jobs", "--all", "--all-namespaces", "--wait=false")
    with pretended_node(cluster):
        yield


@pytest.fixture(scope="session")
def flux(cluster: Cluster) -> Iterator[Flux]:
    """Flux applies what it is offered."""
    with running_flux(cluster) as controllers:
        yield controllers


@pytest.fixture(scope="session")
def argocd(cluster: Cluster) -> Iterator[None]:
    """Argo CD makes Applications what their repositories say."""
    with running_argocd(cluster):
        yield
