"""The ways in which people deploy what krtc makes: each brings a runtime to what its runtime.yml says."""

from __future__ import annotations

import datetime
import gzip
import io
import itertools
import json
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml

from tests.e2e.cluster.flux import NAMESPACE, Flux
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.processes import ROOT, program, until
from tests.e2e.life.place import Place
from tests.e2e.life.sources import Names, Status, belongs, streams

SET = "krtc"
SOURCE = "models"
FINALIZER = "resources-finalizer.argocd.argoproj.io/foreground"
TIMES = itertools.count(1)


class Way(Protocol):
    """`own` is what it has in the namespace for itself; whether it knows when streams and buckets are there, too."""

    own: Names
    knows: bool

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        """Have what runtime.yml says, which are these statuses; it ends when the tool says that all is well."""

    def again(self) -> None:
        """Have the same once more."""


class Applied:
    """kubectl, with the Kustomize tree: it removes what is no longer in the tree."""

    knows = False

    def __init__(self, place: Place) -> None:
        self.place = place
        self.own = {("ConfigMap", SET)}
        kubectl = place.cluster.kubectl
        self.kubectl = kubectl._replace(inside=(*kubectl.inside, "env", "KUBECTL_APPLYSET=true"))

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        self.place.compiled("kustomize")
        self.again()

    def again(self) -> None:
        folder = self.place.folder / "rendered"
        which = ("--prune", f"--applyset=configmaps/{SET}", "--namespace", self.place.namespace)
        done = self.kubectl.run("apply", "--server-side", "-k", folder, *which)
        assert done.returncode == 0, done.stderr
        # kubectl sets a flag that nobody gave, and says that it does not count.
        assert all("('--reorder'). Using the kustomization file" in line for line in done.stderr.splitlines())


class Charts:
    """Helm, with a release for each part."""

    knows = False  # it takes what has no status yet as ready

    def __init__(self, place: Place) -> None:
        self.place = place
        self.own: Names = set()
        self.parts: list[str] = []

    def helm(self, *arguments: str) -> None:
        cluster = self.place.cluster
        flags = ("--kubeconfig", str(cluster.kubectl.kubeconfig), "--namespace", self.place.namespace)
        command: list[str | Path] = [*cluster.inside, program("helm"), *arguments, *flags]
        done = subprocess.run(command, cwd=self.place.folder, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        """What is taken off the list is uninstalled by hand."""
        self.place.compiled("helm")
        parts = [*(f"versions/{name}" for name in statuses), "runtime"]
        for part in set(self.parts) - set(parts):
            self.helm("uninstall", part.rpartition("/")[2], "--wait")
        self.parts = parts
        self.again()

    def again(self) -> None:
        for part in self.parts:
            self.helm("upgrade", "--install", part.rpartition("/")[2], f"rendered/{part}", "--wait")


class Kustomizations:
    """Flux, with the example: a Kustomization for each version, and one for the runtime."""

    knows = True

    def __init__(self, place: Place, flux: Flux) -> None:
        self.place = place
        self.flux = flux
        self.own: Names = set()
        self.names: list[str] = []

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        """As the page says, the runtime depends on what is published."""
        self.place.compiled("kustomize")
        revision = self.flux.offer(SOURCE, packed(self.place.folder, "rendered"))
        names, kubectl = [*statuses, "runtime"], self.place.cluster.kubectl
        for data in example("runtime.yaml", "Kustomization"):
            if data["metadata"]["name"] in names:
                spec = data["spec"]
                spec["sourceRef"] = {"kind": "ExternalArtifact", "name": SOURCE}
                if "dependsOn" in spec:
                    spec["dependsOn"] = [{"name": name} for name in statuses if statuses[name] == "published"]
                kubectl.apply(data)
        for name in set(self.names) - set(names):
            kubectl("delete", f"kustomization/{name}", "--namespace", NAMESPACE, "--timeout=60s")
        self.names = names
        ready(kubectl, "kustomization", names, lambda _, status: status.get("lastAppliedRevision") == revision)

    def again(self) -> None:
        reconcile(self.place.cluster.kubectl, "kustomization", self.names)


class Releases:
    """Flux, with the example of a chart: a HelmRelease for each part."""

    knows = False

    def __init__(self, place: Place, flux: Flux) -> None:
        self.place = place
        self.flux = flux
        self.own: Names = set()
        self.names: list[str] = []

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        folder, kubectl = self.place.compiled("helm"), self.place.cluster.kubectl
        names = [*statuses, "runtime"]
        revisions = {}
        for name in names:
            part = folder / ("runtime" if name == "runtime" else f"versions/{name}")
            revisions[name] = self.flux.offer(name, packed(part.parent, part.name))
            (data,) = example("chart.yaml", "HelmRelease")
            data["metadata"]["name"] = name
            del data["spec"]["chart"], data["spec"]["values"]
            data["spec"] |= {
                "chartRef": {"kind": "ExternalArtifact", "name": name},
                "targetNamespace": self.place.namespace,
                "releaseName": name,
            }
            kubectl.apply(data)
        for name in set(self.names) - set(names):
            kubectl("delete", f"helmrelease/{name}", "--namespace", NAMESPACE, "--timeout=60s")
        self.names = names
        ready(kubectl, "helmrelease", names, lambda name, status: released(status) == revisions[name])

    def again(self) -> None:
        reconcile(self.place.cluster.kubectl, "helmrelease", self.names)


def packed(folder: Path, name: str) -> bytes:
    """A folder in its folder, always the same bytes."""
    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        for path in sorted((folder / name).rglob("*")):
            about = tarfile.TarInfo(path.relative_to(folder).as_posix())
            if path.is_file():
                about.size = path.stat().st_size
                archive.addfile(about, io.BytesIO(path.read_bytes()))
    return data.getvalue()


def example(name: str, kind: str) -> list[dict[str, Any]]:
    """The objects of a kind in an example for Flux."""
    text = (ROOT / "examples" / "flux" / name).read_text()
    return [data for data in yaml.safe_load_all(text) if data["kind"] == kind]


def released(status: dict[str, Any]) -> str:
    """The revision of the archive that a HelmRelease was last made of."""
    return str(status.get("history", [{}])[0].get("ociDigest"))


def ready(kubectl: Kubectl, kind: str, names: list[str], also: Callable[[str, dict[str, Any]], bool]) -> None:
    """Until Flux says of all that they are Ready as they are now, and their status is also as it has to be."""

    def done(data: dict[str, Any]) -> bool:
        status = data.get("status", {})
        conditions = {one["type"]: one["status"] for one in status.get("conditions", ())}
        current = status.get("observedGeneration") == data["metadata"]["generation"]
        return current and conditions.get("Ready") == "True" and also(data["metadata"]["name"], status)

    def found() -> list[dict[str, Any]]:
        return [data for name in names for data in kubectl.objects(f"{kind}/{name}", "--namespace", NAMESPACE)]

    assert until(lambda: all(done(data) for data in found())), json.dumps([data.get("status") for data in found()])


def reconcile(kubectl: Kubectl, kind: str, names: list[str]) -> None:
    """As `flux reconcile` has it."""
    asked = str(next(TIMES))
    for name in names:
        note = f"reconcile.fluxcd.io/requestedAt={asked}"
        kubectl("annotate", f"{kind}/{name}", "--namespace", NAMESPACE, "--overwrite", note)
    ready(kubectl, kind, names, lambda _, status: status.get("lastHandledReconcileAt") == asked)


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
        for name in self.names:
            note = "argocd.argoproj.io/refresh=normal"
            kubectl("annotate", f"application/{name}", "--namespace", "argocd", "--overwrite", note)
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
            which = [f"application/{name}" for name in self.names]
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
        assert not [one for one in self.place.found("deployments", "pods") if belongs(one["metadata"]["name"], version)]
        assert streams(self.place.runtime, version) <= self.place.streams()
        time = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        note = f"argocd.argoproj.io/deletion-approved={time}"
        self.place.cluster.kubectl("annotate", f"application/{name}", "--namespace", "argocd", "--overwrite", note)
        self.confirmed.add(version)


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "core.hooksPath=/dev/null")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()
