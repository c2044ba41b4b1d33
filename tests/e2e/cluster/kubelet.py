"""The kubelet: runs the pods that a scheduler gives to its node, and tries their probes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.containerd import ADDRESS, Containerd
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import running

NODE = "real"


@contextlib.contextmanager
def kubelet(kubectl: Kubectl, folder: Path, containers: Containerd) -> Iterator[None]:
    """From the moment that its node is ready."""
    configuration = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        # Whatever cgroups a machine has, nothing of them is set but what containers are given.
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "containerRuntimeEndpoint": f"unix://{containers.socket}",
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "address": ADDRESS,
        "port": 10250,
        "readOnlyPort": 0,
        "healthzBindAddress": "127.0.0.1",
        "healthzPort": free_port(),
        "failSwapOn": False,
        "imageGCHighThresholdPercent": 100,  # images come from no registry, to which none may go
        "evictionHard": {"memory.available": "1Mi", "nodefs.available": "1%"},
        "clusterDNS": [ADDRESS],
        "clusterDomain": "cluster.local",
        "resolvConf": "",
        "localStorageCapacityIsolation": False,
        "makeIPTablesUtilChains": False,
        "volumePluginDir": str(folder / "plugins"),
        "podLogsDir": str(folder / "pods"),
    }
    (folder / "kubelet.json").write_text(json.dumps(configuration))
    flags = {
        "kubeconfig": kubectl.kubeconfig,
        "config": folder / "kubelet.json",
        "root-dir": folder / "kubelet",
        "cert-dir": folder / "kubelet-certificates",
        "hostname-override": NODE,
        "node-ip": ADDRESS,
    }
    with running(
        containers.inside,
        folder,
        "kubelet",
        flags=flags,
        ready=lambda: kubectl.run("get", "node", NODE).returncode == 0,
    ):
        kubectl.use(NODE)
        yield
