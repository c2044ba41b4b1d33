"""containerd, as Debian has it, with runc and a bridge between the pods."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.e2e.cluster.images import PAUSE, archive
from tests.e2e.cluster.processes import installed, running

ADDRESS = "10.244.0.1"  # the machine's, among its pods
PODS = "10.244.0.0/16"
BRIDGE = "pods"

CONFIGURATION = """\
version = 2
root = "{folder}/containerd/root"
state = "{folder}/containerd/state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "{folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
"""
NETWORK = """\
{{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {{
      "type": "bridge",
      "bridge": "{bridge}",
      "isGateway": true,
      "hairpinMode": true,
      "ipam": {{
        "type": "host-local",
        "dataDir": "{folder}/addresses",
        "ranges": [[{{"subnet": "{pods}"}}]],
        "routes": [{{"dst": "0.0.0.0/0"}}]
      }}
    }}
  ]
}}
"""


class Containerd(NamedTuple):
    """A running one."""

    inside: tuple[str, ...]
    socket: Path

    def __call__(self, *arguments: str | Path) -> str:
        """What its own command prints."""
        command = [*self.inside, installed("ctr"), "--address", self.socket, "--namespace", "k8s.io", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def load(self, images: Path) -> None:
        """Have the images of an archive; any tag but `latest` is then used as it is."""
        self("images", "import", images)


@contextlib.contextmanager
def containerd(inside: tuple[str, ...], folder: Path) -> Iterator[Containerd]:
    """Inside a machine; its only image is what a pod's network is kept by."""
    names = {"folder": folder, "pause": PAUSE, "bridge": BRIDGE, "pods": PODS}
    (folder / "containerd.toml").write_text(CONFIGURATION.format(**names))
    (folder / "cni").mkdir()
    (folder / "cni" / "10-pods.conflist").write_text(NETWORK.format(**names))
    script = (
        f"ip link add {BRIDGE} type bridge && ip addr add {ADDRESS}/16 dev {BRIDGE} && ip link set {BRIDGE} up"
        f" && ip route add default dev {BRIDGE} && sysctl -qw net.ipv4.ip_forward=1"
    )
    subprocess.run([*inside, "sh", "-c", script], timeout=20, check=True)
    found = Containerd(inside, folder / "containerd.sock")
    with running(
        inside,
        folder,
        "containerd",
        f"--config={folder / 'containerd.toml'}",
        of_machine=installed("containerd"),
        ready=lambda: "containerd successfully booted" in (folder / "containerd.log").read_text(),
    ):
        found.load(archive(folder / "pause.tar", {PAUSE: "pause"}))
        yield found
