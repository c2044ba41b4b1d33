"""Flux, by the examples in examples/flux."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.cluster.flux import NAMESPACE, Flux
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.processes import ROOT, until
from tests.e2e.life.place import Place
from tests.e2e.life.sources import Names, Status

SOURCE = "models"
TIMES = itertools.count(1)


class _Reconciled:
    """Objects of a kind of Flux', one for each part."""

    kind: str

    def __init__(self, place: Place, flux: Flux) -> None:
        self.place = place
        self.flux = flux
        self.own: Names = set()
        self.names: list[str] = []

    def until(self, names: list[str], also: Callable[[str, dict[str, Any]], bool]) -> None:
        """Have these alone, until Flux says of all that they are as they have to be."""
        kubectl = self.place.cluster.kubectl
        for name in set(self.names) - set(names):
            kubectl("delete", f"{self.kind}/{name}", "--namespace", NAMESPACE, "--timeout=60s")
        self.names = names
        ready(kubectl, self.kind, names, also)

    def again(self) -> None:
        reconcile(self.place.cluster.kubectl, self.kind, self.names)


class Kustomizations(_Reconciled):
    """Flux, with the example: a Kustomization for each version, and one for the runtime."""

    knows = True
    kind = "kustomization"

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
        self.until(names, lambda _, status: status.get("lastAppliedRevision") == revision)


class Releases(_Reconciled):
    """Flux, with the example of a chart: a HelmRelease for each part."""

    knows = False
    kind = "helmrelease"

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
        self.until(names, lambda name, status: released(status) == revisions[name])


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
        return kubectl.objects(*(f"{kind}/{name}" for name in names), "--namespace", NAMESPACE)

    assert until(lambda: all(done(data) for data in found())), json.dumps([data.get("status") for data in found()])


def reconcile(kubectl: Kubectl, kind: str, names: list[str]) -> None:
    """As `flux reconcile` has it."""
    asked = str(next(TIMES))
    note = f"reconcile.fluxcd.io/requestedAt={asked}"
    kubectl("annotate", *(f"{kind}/{name}" for name in names), "--namespace", NAMESPACE, "--overwrite", note)
    ready(kubectl, kind, names, lambda _, status: status.get("lastHandledReconcileAt") == asked)
