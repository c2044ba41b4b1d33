"""kube-proxy: leads from a Service's address to its pods."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.containerd import PODS
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.kubelet import NODE
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import running


@contextlib.contextmanager
def proxy(inside: tuple[str, ...], kubectl: Kubectl, folder: Path) -> Iterator[None]:
    flags = {
        "kubeconfig": kubectl.kubeconfig,
        "proxy-mode": "iptables",
        "hostname-override": NODE,
        "cluster-cidr": PODS,
        "masquerade-all": "true",
        # What of connections is the machine's, and not the namespace's, to set.
        "conntrack-max-per-core": 0,
        "conntrack-tcp-timeout-established": "0s",
        "conntrack-tcp-timeout-close-wait": "0s",
        "metrics-bind-address": f"127.0.0.1:{free_port()}",
        "healthz-bind-address": f"127.0.0.1:{free_port()}",
    }
    with running(
        inside,
        folder,
        "kube-proxy",
        flags=flags,
        ready=lambda: "Caches are synced" in (folder / "kube-proxy.log").read_text(),
    ):
        yield
