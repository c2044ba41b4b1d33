"""kube-apiserver: the rules by which a cluster takes or refuses an object."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import running

TOKEN = "of-the-tests"


@contextlib.contextmanager
def apiserver(inside: tuple[str, ...], folder: Path, etcd: str) -> Iterator[Kubectl]:
    """What calls it, as an administrator."""
    port, certificates = free_port(), folder / "certificates"
    (folder / "tokens.csv").write_text(f"{TOKEN},tests,tests,system:masters\n")
    kubeconfig = folder / "kubeconfig"
    # JSON is YAML.
    configuration = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "e2e",
                "cluster": {
                    "server": f"https://127.0.0.1:{port}",
                    "certificate-authority": str(certificates / "apiserver.crt"),
                },
            }
        ],
        "users": [{"name": "e2e", "user": {"token": TOKEN}}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "e2e"}}],
        "current-context": "e2e",
    }
    kubeconfig.write_text(json.dumps(configuration))
    key = certificates / "apiserver.key"  # it makes that for itself before it reads it as the other
    flags = {
        "etcd-servers": etcd,
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",
        "endpoint-reconciler-type": "none",
        "secure-port": port,
        "cert-dir": certificates,
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-signing-key-file": key,
        "service-account-key-file": key,
        "service-cluster-ip-range": "10.0.0.0/16",
        "authorization-mode": "RBAC",
        "kubelet-preferred-address-types": "InternalIP",
        "allow-privileged": "true",  # as clusters have it: what refuses is Pod Security
        "token-auth-file": folder / "tokens.csv",
    }
    kubectl = Kubectl(inside, kubeconfig)
    with running(
        inside,
        folder,
        "kube-apiserver",
        flags=flags,
        ready=lambda: kubectl.run("get", "--raw", "/readyz").stdout == "ok",
    ):
        yield kubectl
