"""etcd: where the API server keeps its objects."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import running


@contextlib.contextmanager
def etcd(inside: tuple[str, ...], folder: Path) -> Iterator[str]:
    """Its address."""
    clients, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    flags = {
        "data-dir": folder / "etcd",
        "listen-client-urls": clients,
        "advertise-client-urls": clients,
        "listen-peer-urls": peers,
        "initial-advertise-peer-urls": peers,
        "initial-cluster": f"default={peers}",
        "unsafe-no-fsync": "true",  # nothing outlives the tests
    }
    log = folder / "etcd.log"
    # The API server waits for what is missing yet.
    with running(
        inside,
        folder,
        "etcd",
        flags=flags,
        ready=lambda: "ready to serve client requests" in log.read_text(),
    ):
        yield clients
