"""All that ever happened to some kinds of objects in a namespace, in the order in which it happened."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.processes import running, until

PATHS = {"Service": "api/v1", "Pod": "api/v1", "EndpointSlice": "apis/discovery.k8s.io/v1"}
Event = dict[str, Any]


class Watch:
    """What the API server tells of Services, their EndpointSlices and pods."""

    def __init__(self, kubectl: Kubectl, namespace: str, folder: Path) -> None:
        self._kubectl = kubectl
        self._namespace = namespace
        self._folder = folder

    def _path(self, kind: str) -> str:
        return f"/{PATHS[kind]}/namespaces/{self._namespace}/{kind.lower()}s"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """It begins with what there is."""
        with contextlib.ExitStack() as stack:
            for kind in PATHS:
                folder = self._folder / kind
                folder.mkdir(parents=True)
                command = ("--kubeconfig", self._kubectl.kubeconfig, "get", "--raw", f"{self._path(kind)}?watch=true")
                stack.enter_context(
                    running(self._kubectl.inside, folder, "kubectl", *command, ready=lambda: True),
                )
            yield

    def _of(self, kind: str) -> list[Event]:
        # The last line may be half a one yet.
        lines = (self._folder / kind / "kubectl.log").read_text().split("\n")[:-1]
        return [json.loads(line) for line in lines]

    def _complete(self, kind: str) -> bool:
        """Whether it knows what is there now."""
        now = json.loads(self._kubectl("get", "--raw", self._path(kind)))["items"]
        seen = {event["object"]["metadata"]["name"]: _revision(event) for event in self._of(kind)}
        return all(seen.get(data["metadata"]["name"]) == int(data["metadata"]["resourceVersion"]) for data in now)

    def events(self) -> list[Event]:
        """All until now: the revisions of a cluster's objects are of one sequence."""
        assert until(lambda: all(self._complete(kind) for kind in PATHS)), "the watch has lost something"
        return sorted((event for kind in PATHS for event in self._of(kind)), key=_revision)


def _revision(event: Event) -> int:
    return int(event["object"]["metadata"]["resourceVersion"])
