"""Flux' kustomize-controller and helm-controller; what they apply is handed to them, without a source-controller."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.cluster.control_plane import Cluster, know
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import ROOT, running

NAMESPACE = "flux-system"
CRDS = tuple(ROOT / ".tools" / f"flux-{part}-crds" for part in ("source", "kustomize", "helm"))
SOURCE = "source.toolkit.fluxcd.io/v1"


class Flux(NamedTuple):
    """Running controllers, and where they find archives."""

    kubectl: Kubectl
    served: Path
    address: str

    def offer(self, name: str, archive: bytes) -> str:
        """Have an archive be the artifact of a source; its revision comes back."""
        digest = f"sha256:{hashlib.sha256(archive).hexdigest()}"
        path = f"{name}-{digest[7:]}.tar.gz"
        (self.served / path).write_bytes(archive)
        metadata = {"name": name, "namespace": NAMESPACE}
        about: dict[str, Any] = {"apiVersion": SOURCE, "kind": "ExternalArtifact", "metadata": metadata}
        made_by = {"apiVersion": "krtc.test/v1", "kind": "Test", "name": name}
        self.kubectl.apply({**about, "spec": {"sourceRef": made_by}})
        time = "2026-01-01T00:00:00Z"
        artifact = {
            "url": f"{self.address}/{path}",
            "path": path,
            "digest": digest,
            "revision": f"latest@{digest}",
            "lastUpdateTime": time,
        }
        condition = {
            "type": "Ready",
            "status": "True",
            "reason": "Succeeded",
            "message": "",
            "lastTransitionTime": time,
        }
        status = json.dumps({"status": {"artifact": artifact, "conditions": [condition]}})
        which = (f"externalartifact/{name}", "--namespace", NAMESPACE)
        self.kubectl("patch", *which, "--subresource=status", "--type=merge", "--patch", status)
        return artifact["revision"]


@contextlib.contextmanager
def flux(cluster: Cluster) -> Iterator[Flux]:
    kubectl, inside, folder = cluster.kubectl, cluster.inside, cluster.folder
    know(kubectl, *CRDS)
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    served, port = folder / "served", free_port()
    served.mkdir()
    arguments = ("-u", "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", served)
    log = folder / "http.log"
    python = Path(sys.executable)
    with (
        running(inside, folder, "http", *arguments, ready=lambda: "Serving" in log.read_text(), of_machine=python),
        _controller(cluster, "kustomize-controller", "--requeue-dependency=1s"),
        _controller(cluster, "helm-controller"),
    ):
        yield Flux(kubectl, served, f"http://127.0.0.1:{port}")


@contextlib.contextmanager
def _controller(cluster: Cluster, name: str, *more: str) -> Iterator[None]:
    home = cluster.folder / name
    home.mkdir()
    variables = {
        "KUBECONFIG": cluster.kubectl.kubeconfig,
        "RUNTIME_NAMESPACE": NAMESPACE,
        "TMPDIR": home,
        "HOME": home,
    }
    flags = {
        "metrics-addr": f"127.0.0.1:{free_port()}",
        "health-addr": f"127.0.0.1:{free_port()}",
        "min-retry-delay": "200ms",
        "max-retry-delay": "2s",
        "feature-gates": "ExternalArtifact=true",
    }
    with running(
        (*cluster.inside, "env", *(f"{key}={value}" for key, value in variables.items())),
        cluster.folder,
        name,
        *more,
        flags=flags,
        ready=lambda: "Starting workers" in (cluster.folder / f"{name}.log").read_text(),
    ):
        yield
