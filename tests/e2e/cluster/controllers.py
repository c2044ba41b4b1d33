"""kube-controller-manager: what makes pods of Deployments, finds a Service's pods, and removes what is left over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import running

# Those that a version needs; the others take memory.
NEEDED = (
    "deployment-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "replicaset-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
)


@contextlib.contextmanager
def controllers(kubectl: Kubectl, folder: Path) -> Iterator[None]:
    """From the moment that namespaces have their service account, without which no pod is made."""
    flags = {
        "kubeconfig": kubectl.kubeconfig,
        "leader-elect": "false",
        "bind-address": "127.0.0.1",
        "secure-port": free_port(),
        "cert-dir": folder / "controllers",
        "controllers": ",".join(NEEDED),
        "root-ca-file": folder / "certificates" / "apiserver.crt",
        "service-account-private-key-file": folder / "certificates" / "apiserver.key",
        "concurrent-deployment-syncs": 10,
    }
    with running(
        kubectl.inside,
        folder,
        "kube-controller-manager",
        flags=flags,
        ready=lambda: kubectl.run("get", "serviceaccount", "default").returncode == 0,
    ):
        yield
