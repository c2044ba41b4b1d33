"""`make cluster`: a cluster for people, until Ctrl-C. NATS and NACK are real, the pods only say that they run."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from pathlib import Path

from tests.e2e.cluster.control_plane import control_plane, pretended_node
from tests.e2e.cluster.nack import nack
from tests.e2e.cluster.nats import nats
from tests.e2e.cluster.processes import program

TEXT = """\
A cluster runs; Ctrl-C stops it and leaves nothing behind. In another terminal:

    export KUBECONFIG={kubeconfig}
    {inside}{kubectl} get nodes
    {inside}{nats} --server {address} stream ls --all

Logs are in {folder}."""


def main() -> None:
    """Have it run, say how to reach it, and stop it when it is asked to."""
    with tempfile.TemporaryDirectory(prefix="krtc-cluster-") as name, contextlib.suppress(KeyboardInterrupt):
        folder = Path(name)
        with (
            control_plane(folder) as cluster,
            pretended_node(cluster),
            nats(cluster.inside, folder) as server,
            nack(cluster.kubectl, folder, server),
        ):
            words = {
                "kubeconfig": cluster.kubectl.kubeconfig,
                "inside": "".join(f"{word} " for word in cluster.inside),
                "kubectl": program("kubectl"),
                "nats": program("nats"),
                "address": server.address,
                "folder": folder,
            }
            print(TEXT.format(**words), flush=True)
            signal.pause()


if __name__ == "__main__":
    main()
