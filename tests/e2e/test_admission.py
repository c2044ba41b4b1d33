"""Everything that is compiled is taken by a real API server, which has nothing to warn of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster.kubectl import Kubectl, as_list
from tests.e2e.trees import LIVES, Tree

APPLY = ("apply", "--server-side", "--validate=strict", "-R", "-f")
Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_every_status_is_taken(life: list[Tree], kubectl: Kubectl, namespace: str, tmp_path: Path) -> None:
    """One after the other in the same namespace, so that no change of status touches what can't be changed."""
    for tree in life:
        folder = tree.write(tmp_path / tree.status, namespace)
        said = kubectl(*APPLY, folder).splitlines()
        assert len(said) == len(tree.objects(namespace)) > 0
        assert all(line.endswith(" serverside-applied") for line in said)


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_every_pod_is_taken(life: list[Tree], kubectl: Kubectl, namespace: str) -> None:
    """What a controller would make of the templates: of those, Pod Security refuses nothing, it only warns."""
    pods = [pod(data) for data in life[-1].objects(namespace) if data["kind"] in ("Deployment", "Job")]
    assert pods
    surroundings(kubectl, namespace, pods)
    kubectl("create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=as_list(pods))


def privileged(data: dict[str, Any]) -> None:
    context = data["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    context |= {"privileged": True, "allowPrivilegeEscalation": True}


def root(data: dict[str, Any]) -> None:
    data["spec"]["template"]["spec"]["initContainers"][0]["securityContext"]["runAsUser"] = 0


def unknown_field(data: dict[str, Any]) -> None:
    data["spec"]["template"]["spec"]["containers"][0]["imagePullPolice"] = "Always"


def port_name(data: dict[str, Any]) -> None:
    data["spec"]["template"]["spec"]["containers"][0]["ports"][0]["name"] = "name-of-a-port-too-long"


def selector(data: dict[str, Any]) -> None:
    data["spec"]["selector"]["matchLabels"]["type"] = "other"


def unknown_field_of_nack(data: dict[str, Any]) -> None:
    data["spec"]["maxAges"] = "1s"


NAMES = {"Deployment": "classificator-v1-entrypoint", "Stream": "classificator-v1--classificator"}


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("Deployment", privileged, "Warning: would violate PodSecurity"),
        ("Deployment", root, "Warning: would violate PodSecurity"),
        ("Deployment", unknown_field, "imagePullPolice"),
        ("Deployment", port_name, "must be no more than 15 characters"),
        ("Deployment", selector, "`selector` does not match template `labels`"),
        ("Stream", unknown_field_of_nack, "maxAges"),
    ],
)
def test_mistakes_are_seen(kind: str, change: Change, said: str, kubectl: Kubectl, namespace: str) -> None:
    """What the tests above rely on: a compiled object with one mistake is refused or warned of."""
    objects = LIVES["classificator"][1].objects(namespace)
    [data] = [data for data in objects if (data["kind"], data["metadata"]["name"]) == (kind, NAMES[kind])]
    assert kubectl.run(*APPLY, "-", "--dry-run=server", stdin=json.dumps(data)).stderr == ""
    change(data)
    assert said in kubectl.run(*APPLY, "-", "--dry-run=server", stdin=json.dumps(data)).stderr


def pod(data: dict[str, Any]) -> dict[str, Any]:
    """What the controller of a Deployment or of a Job would make."""
    template, metadata = data["spec"]["template"], data["metadata"]
    of = {"name": metadata["name"], "namespace": metadata["namespace"], **template["metadata"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": of, "spec": template["spec"]}


def surroundings(kubectl: Kubectl, namespace: str, pods: list[dict[str, Any]]) -> None:
    """What pods name and a cluster has: service accounts and priority classes."""
    accounts = {pod["spec"]["serviceAccountName"] for pod in pods}
    classes = {pod["spec"]["priorityClassName"] for pod in pods if "priorityClassName" in pod["spec"]}
    kubectl.apply(
        *(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
            for name in sorted(accounts)
        ),
        *(
            {
                "apiVersion": "scheduling.k8s.io/v1",
                "kind": "PriorityClass",
                "metadata": {"name": name},
                "value": 1000,
            }
            for name in sorted(classes)
        ),
    )
