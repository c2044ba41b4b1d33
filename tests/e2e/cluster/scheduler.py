"""kube-scheduler, which gives each pod a node."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import running


@contextlib.contextmanager
def scheduler(kubectl: Kubectl, folder: Path) -> Iterator[None]:
    flags = {
        "kubeconfig": kubectl.kubeconfig,
        "leader-elect": "false",
        "bind-address": "127.0.0.1",
        "secure-port": free_port(),
        "cert-dir": folder / "scheduler",
    }
    with running(
        kubectl.inside,
        folder,
        "kube-scheduler",
        flags=flags,
        ready=lambda: "Serving securely" in (folder / "kube-scheduler.log").read_text(),
    ):
        yield
