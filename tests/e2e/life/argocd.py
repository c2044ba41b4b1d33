"""Argo CD, by the examples in deploy/argocd."""

from __future__ import annotations

import datetime
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.cluster.processes import ROOT, program, until
from tests.e2e.life.place import Place
from tests.e2e.life.sources import Names, Status, belongs, streams
from tests.repositories import git

FINALIZER = "resources-finalizer.argocd.argoproj.io/foreground"


class Applications:
    """Argo CD with our plugin, and the example: an Application for each version, and one for the runtime.

    `confirmed` are the versions whose data somebody was asked about.
    """

    knows = True

    def __init__(self, place: Place) -> None:
        self.place = place
        self.confirmed: set[str] = set()
        self.own: Names = set()
        self.names: list[str] = []
        git(place.folder, "init", "--quiet", "--initial-branch", "main")
        place.cluster.kubectl.apply(*self.examples("project.yaml"))

    def examples(self, name: str) -> list[dict[str, Any]]:
        """An example for Argo CD, of this repository and this namespace."""
        text = (ROOT / "deploy" / "argocd" / "examples" / name).read_text()
        text = text.replace("https://git.example.com/models.git", f"file://{self.place.folder}")
        return list(yaml.safe_load_all(text.replace("namespace: kre", f"namespace: {self.place.namespace}")))

    def applications(self) -> list[dict[str, Any]]:
        """What Argo CD's own generators make of the ApplicationSet, as its controller applies it."""
        path = self.place.folder.parent / f"{self.place.folder.name}.json"
        path.write_text(json.dumps(self.examples("applicationset.yaml")[0]))
        command: list[str | Path] = [program("applicationset"), path, self.place.folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return [
            {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "Application",
                "metadata": {"namespace": "argocd", "finalizers": [FINALIZER], "name": one["metadata"]["name"]},
                "spec": one["spec"],
            }
            for one in json.loads(done.stdout)
        ]

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        folder, kubectl = self.place.folder, self.place.cluster.kubectl
        git(folder, "add", "runtime.yml", "versions")
        git(folder, "commit", "--quiet", "--message", "change")
        applications = self.applications()
        kubectl.apply(*applications)
        names = [one["metadata"]["name"] for one in applications]
        assert len(names) == len(statuses) + 1
        for name in set(self.names) - set(names):
            kubectl("delete", f"application/{name}", "--namespace", "argocd", "--timeout=60s")
        self.names = names
        self.refresh()

    def again(self) -> None:
        for _ in range(3):
            self.refresh()

    def refresh(self) -> None:
        """Until Argo CD has looked, and calls all Synced with the last commit, and Healthy."""
        kubectl = self.place.cluster.kubectl
        which = [f"application/{name}" for name in self.names]
        note = "argocd.argoproj.io/refresh=normal"
        kubectl("annotate", *which, "--namespace", "argocd", "--overwrite", note)
        head = git(self.place.folder, "rev-parse", "HEAD")

        def done(data: dict[str, Any]) -> bool:
            status, notes = data.get("status", {}), data["metadata"].get("annotations", {})
            if "waiting for pruning confirmation" in status.get("operationState", {}).get("message", "").lower():
                self.confirm(data["metadata"]["name"])
            return (
                "argocd.argoproj.io/refresh" not in notes
                and status["sync"] | {"status": "Synced", "revision": head} == status["sync"]
                and status["health"]["status"] == "Healthy"
                and status.get("operationState", {}).get("phase", "Succeeded") == "Succeeded"
            )

        def found() -> list[dict[str, Any]]:
            self.give_addresses()
            return kubectl.objects(*which, "--namespace", "argocd")

        assert until(lambda: all(done(data) for data in found())), json.dumps([data.get("status") for data in found()])

    def give_addresses(self) -> None:
        """As a cluster's ingress controller does: Argo CD waits for it."""
        status = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}})
        for data in self.place.found("ingresses"):
            if not data["status"]["loadBalancer"]:
                which = (f"ingress/{data['metadata']['name']}", "--namespace", self.place.namespace)
                kubectl = self.place.cluster.kubectl
                kubectl("patch", *which, "--subresource=status", "--type=merge", "--patch", status)

    def confirm(self, name: str) -> None:
        """As a person does in the UI, who still finds the data there, and nothing that uses it."""
        version = name.removeprefix(f"{self.place.runtime}-")
        if version in self.confirmed:  # Argo CD says so until it has deleted
            return
        self.confirmed.add(version)
        assert not [one for one in self.place.found("deployments", "pods") if belongs(one["metadata"]["name"], version)]
        assert streams(self.place.runtime, version) <= self.place.streams()
        time = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        note = f"argocd.argoproj.io/deletion-approved={time}"
        self.place.cluster.kubectl("annotate", f"application/{name}", "--namespace", "argocd", "--overwrite", note)
