"""Argo CD and Flux find nothing to change in what is as it was compiled, whatever the settings are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster import argocd as argo
from tests.e2e.cluster import flux as fluxcd
from tests.e2e.cluster.flux import Flux
from tests.e2e.cluster.kubectl import Kubectl, as_list
from tests.e2e.cluster.processes import until
from tests.e2e.life.flux import packed, ready, reconcile
from tests.e2e.trees import LIVES
from tests.repositories import git

Object = dict[str, Any]
REFRESH = "argocd.argoproj.io/refresh"


@pytest.fixture
def trees(kubectl: Kubectl, namespace: str, tmp_path: Path) -> dict[str, list[Object]]:
    """Each golden's last tree, by a namespace of its own, which is the name of its folder in `trees`, too."""
    found = {}
    for golden, life in LIVES.items():
        name = f"{namespace}-{golden}"
        life[-1].write(tmp_path / "trees" / name, name)
        found[name] = life[-1].objects(name)
    kubectl.apply(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in found))
    return found


def test_argocd_calls_all_synced(
    kubectl: Kubectl, argocd: None, trees: dict[str, list[Object]], tmp_path: Path
) -> None:
    """What it compares: health and order, for which some goldens need other clusters than this, are not asked."""
    repository = tmp_path / "trees"
    git(repository, "init", "--quiet", "--initial-branch", "main")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "trees")
    about = {"apiVersion": "argoproj.io/v1alpha1", "metadata": {"name": "default", "namespace": argo.NAMESPACE}}
    everywhere = {"server": "https://kubernetes.default.svc", "namespace": "*"}
    kubectl.apply({**about, "kind": "AppProject", "spec": {"sourceRepos": ["*"], "destinations": [everywhere]}})
    for name, objects in trees.items():
        items = [tracked(data, name) for data in objects]
        # As Argo CD does it, with a note of what was applied.
        kubectl("apply", "-f", "-", stdin=as_list(items))
        spec = {
            "project": "default",
            "source": {
                "repoURL": f"file://{repository}",
                "targetRevision": "main",
                "path": name,
                "directory": {"recurse": True},
            },
            "destination": {**everywhere, "namespace": name},
        }
        metadata = {"name": name, "namespace": argo.NAMESPACE, "annotations": {REFRESH: "normal"}}
        kubectl.apply({**about, "kind": "Application", "metadata": metadata, "spec": spec})

    def others() -> dict[str, Any]:
        return {
            data["metadata"]["name"]: data.get("status")
            for data in kubectl.objects("applications", "--namespace", argo.NAMESPACE)
            if data["metadata"]["name"] in trees
            and (REFRESH in data["metadata"].get("annotations", ()) or data["status"]["sync"]["status"] != "Synced")
        }

    for _ in range(2):
        assert until(lambda: not others()), json.dumps(others())
        kubectl("annotate", "applications", "--all", "--namespace", argo.NAMESPACE, "--overwrite", f"{REFRESH}=normal")


def tracked(data: Object, application: str) -> Object:
    """With the note by which Argo CD knows what it applied."""
    metadata, group = data["metadata"], data["apiVersion"].rpartition("/")[0]
    which = f"{application}:{group}/{data['kind']}:{metadata['namespace']}/{metadata['name']}"
    notes = {**metadata.get("annotations", {}), "argocd.argoproj.io/tracking-id": which}
    return {**data, "metadata": {**metadata, "annotations": notes}}


def test_flux_writes_nothing_again(
    kubectl: Kubectl, flux: Flux, trees: dict[str, list[Object]], tmp_path: Path
) -> None:
    revision = flux.offer("trees", packed(tmp_path, "trees"))
    for name in trees:
        spec = {
            "sourceRef": {"kind": "ExternalArtifact", "name": "trees"},
            "path": f"./trees/{name}",
            "interval": "10m",
            "prune": True,
        }
        metadata = {"name": name, "namespace": fluxcd.NAMESPACE}
        kubectl.apply(
            {
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
                "kind": "Kustomization",
                "metadata": metadata,
                "spec": spec,
            }
        )
    names = list(trees)
    ready(kubectl, "kustomization", names, lambda _, status: status.get("lastAppliedRevision") == revision)
    before = written(kubectl, tmp_path / "trees")
    assert len(before) == sum(len(objects) for objects in trees.values())
    reconcile(kubectl, "kustomization", names)
    assert written(kubectl, tmp_path / "trees") == before


def written(kubectl: Kubectl, folder: Path) -> dict[tuple[str, str, str], Any]:
    """When Flux last changed what a folder's files name."""
    return {
        (data["metadata"]["namespace"], data["kind"], data["metadata"]["name"]): one["time"]
        for data in kubectl.objects("-R", "-f", folder, "--show-managed-fields")
        for one in data["metadata"]["managedFields"]
        if one["manager"] == "kustomize-controller"
    }
