"""CoreDNS: knows Services by their names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.containerd import ADDRESS
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.processes import running

CONFIGURATION = """\
.:53 {{
  bind {address}
  errors
  kubernetes cluster.local {{
    kubeconfig {kubeconfig}
  }}
  cache 1
}}
"""


@contextlib.contextmanager
def coredns(inside: tuple[str, ...], kubectl: Kubectl, folder: Path) -> Iterator[None]:
    (folder / "Corefile").write_text(CONFIGURATION.format(address=ADDRESS, kubeconfig=kubectl.kubeconfig))
    with running(
        inside,
        folder,
        "coredns",
        "-conf",
        folder / "Corefile",
        ready=lambda: "CoreDNS-" in (folder / "coredns.log").read_text(),
    ):
        yield
