"""Where a runtime lives its life, and what there is of it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.cluster.control_plane import Cluster
from tests.e2e.cluster.nats import Nats
from tests.e2e.cluster.processes import program
from tests.e2e.life.sources import Status, write_runtime

KRTC = Path(sys.executable).with_name("krtc")
# All kinds that krtc makes, and those that it never makes; then what controllers make of them.
KINDS = (
    "configmaps",
    "services",
    "deployments",
    "jobs",
    "ingresses",
    "grpcroutes",
    "streams.jetstream.nats.io",
    "consumers.jetstream.nats.io",
    "keyvalues.jetstream.nats.io",
    "objectstores.jetstream.nats.io",
    "secrets",
    "replicasets",
    "pods",
    "endpointslices",
)
State = dict[tuple[str, str], dict[str, Any]]


class Place(NamedTuple):
    """A namespace of a cluster, a NATS server, the folder of a runtime.yml, and the runtime's id."""

    cluster: Cluster
    nats: Nats
    namespace: str
    folder: Path
    runtime: str

    def write(self, statuses: Mapping[str, Status]) -> None:
        write_runtime(self.folder, self.runtime, self.namespace, statuses)

    def compiled(self, form: str) -> Path:
        """What `krtc compile` makes of the runtime, in the same folder again and again, as people have it in Git."""
        command: list[str | Path] = [KRTC, "compile", "runtime.yml", "--to", form, "-o", "rendered"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return self.folder / "rendered"

    def shell(self, line: str) -> str:
        """What a line of a page, of this namespace, says to stderr when it is run in the folder, and goes well."""
        kubectl = self.cluster.kubectl
        done = subprocess.run(
            [*self.cluster.inside, "sh", "-ec", re.sub(r"\bkre\b", self.namespace, line)],
            cwd=self.folder,
            env={
                "PATH": f"{KRTC.parent}:{program('kubectl').parent}:/usr/bin:/bin",
                "KUBECONFIG": str(kubectl.kubeconfig),
                "HOME": str(kubectl.kubeconfig.parent),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stderr

    def found(self, *kinds: str) -> list[dict[str, Any]]:
        return self.cluster.kubectl.objects(",".join(kinds), "--namespace", self.namespace)

    def state(self) -> State:
        """All objects by kind and name, but for what the cluster and Helm make for themselves.

        Two states are equal if nothing was written in between.
        """
        return {
            (data["kind"], data["metadata"]["name"]): data
            for data in self.found(*KINDS)
            if data["metadata"]["name"] != "kube-root-ca.crt" and data.get("type") != "helm.sh/release.v1"
        }

    def streams(self) -> set[str]:
        return {name for name in self.nats.streams() if f"{self.runtime}_" in name}

    def consumers(self, stream: str) -> set[str]:
        return set(self.nats("consumer", "ls", stream, "--names").split())
