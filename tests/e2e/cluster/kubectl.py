"""kubectl, with all rights."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.cluster.processes import program


class Kubectl(NamedTuple):
    """What calls the API server that a kubeconfig names."""

    inside: tuple[str, ...]
    kubeconfig: Path

    def run(self, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.inside, program("kubectl"), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "KUBECONFIG": str(self.kubeconfig),
                "HOME": str(self.kubeconfig.parent),
            },
            timeout=120,
            check=False,
        )

    def __call__(self, *arguments: str | Path, stdin: str = "") -> str:
        """What it prints, if all went well and there was nothing to warn of."""
        done = self.run(*arguments, stdin=stdin)
        assert (done.returncode, done.stderr) == (0, ""), f"{done.stdout}{done.stderr}"
        return done.stdout

    def objects(self, *arguments: str | Path) -> list[dict[str, Any]]:
        """What `kubectl get` finds."""
        found = json.loads(self("get", *arguments, "-o", "json"))
        return list(found["items"]) if found["kind"] == "List" else [found]

    def apply(self, *objects: dict[str, Any]) -> None:
        """Have these objects."""
        self("apply", "--server-side", "-f", "-", stdin=as_list(objects))

    def with_applysets(self) -> Kubectl:
        """The same, which prunes by what was applied: kubectl still has to be asked for it by a variable."""
        return self._replace(inside=(*self.inside, "env", "KUBECTL_APPLYSET=true"))

    def use(self, node: str) -> None:
        """Have pods run on a node as soon as it is ready."""
        self("wait", "--for=condition=Ready", f"node/{node}", "--timeout=60s")
        # The API server taints each new node; what takes the taint away is a controller that no pod of ours needs.
        self("taint", "node", node, "node.kubernetes.io/not-ready-")


def as_list(objects: Iterable[dict[str, Any]]) -> str:
    """Objects as kubectl takes them on stdin."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": [*objects]})
