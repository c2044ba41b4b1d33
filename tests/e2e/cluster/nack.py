"""NACK's jetstream-controller, which has the server make what the objects say."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.nats import Nats
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import running


@contextlib.contextmanager
def nack(kubectl: Kubectl, folder: Path, nats: Nats) -> Iterator[None]:
    """With its port for metrics, 8080, which can't be changed: only in a network of its own are there several."""
    flags = {
        "kubeconfig": kubectl.kubeconfig,
        "s": nats.address,
        "health-probe-bind-address": f"127.0.0.1:{free_port()}",
        "cache-dir": folder / "nack",
        "sync-interval": "5s",
    }
    with running(
        nats.inside,
        folder,
        "jetstream-controller",
        "--control-loop",
        flags=flags,
        ready=lambda: "Starting workers" in (folder / "jetstream-controller.log").read_text(),
    ):
        yield
