"""Argo CD as the page installs it: our plugin in argocd-cmp-server, the repo-server, the application-controller."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.control_plane import Cluster, know
from tests.e2e.cluster.network import BOUND, free_port
from tests.e2e.cluster.processes import running
from tests.integrations.argocd import installed
from tests.large.argocd import servers

NAMESPACE = "argocd"
# What the controller reads of all that is installed.
READ = ("CustomResourceDefinition", "ConfigMap", "Secret")


@contextlib.contextmanager
def argocd(cluster: Cluster) -> Iterator[None]:
    """With nothing of its own but Applications: none of its servers for people runs."""
    kubectl, folder = cluster.kubectl, cluster.folder
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    with tempfile.TemporaryDirectory() as name:
        objects = [data for data in installed(Path(name)) if data["kind"] in READ]
    [secret] = [data for data in objects if data["metadata"]["name"] == "argocd-secret"]
    secret["stringData"] = {"server.secretkey": "argocd-server would draw one"}
    kubectl.apply(*objects)
    know(kubectl)
    inside = (*BOUND, *cluster.inside)
    krtc = Path(sys.executable).with_name("krtc")
    configuration = subprocess.run([krtc, "argocd", "plugin"], check=True, capture_output=True, text=True).stdout
    with (
        servers.plugin(configuration, inside) as plugin,
        servers.redis(folder, inside) as cache,
        servers.repo_server_address(plugin.folder / "sockets", cache, inside) as repositories,
        _controller(cluster, cache, repositories),
    ):
        yield


@contextlib.contextmanager
def _controller(cluster: Cluster, cache: str, repositories: str) -> Iterator[None]:
    """Its port for metrics is open to all addresses: of the cluster's own network, that is."""
    home = cluster.folder / "application-controller"
    for part in ("tls", "ssh", "tmp"):
        (home / part).mkdir(parents=True)
    variables = {
        "ARGOCD_BINARY_NAME": "argocd-application-controller",
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_TLS_DATA_PATH": home / "tls",
        "ARGOCD_SSH_DATA_PATH": home / "ssh",
        "KUBECONFIG": cluster.kubectl.kubeconfig,  # what it takes for its own cluster
        "HOSTNAME": "application-controller-0",
        "HOME": home,
        "TMPDIR": home / "tmp",
    }
    flags = {
        "kubeconfig": cluster.kubectl.kubeconfig,
        "namespace": NAMESPACE,
        "redis": cache,
        "repo-server": repositories,
        "metrics-port": free_port(),
    }
    log = cluster.folder / "argocd.log"
    with running(
        (*cluster.inside, "env", *(f"{key}={value}" for key, value in variables.items())),
        cluster.folder,
        "argocd",
        "--repo-server-plaintext",
        flags=flags,
        ready=lambda: "Cluster cache informer synced" in log.read_text(),
    ):
        yield
