"""Plain manifests and Kustomize trees: the files, and what an overlay patches."""

from typing import Any

import pytest
import yaml

from krtc.backends import kustomize, plain
from krtc.manifests import PUBLISHED, RUNNING, STATUS, Bundle, Resource, When
from tests.unit.helpers import STATUSES, Object, build, read


def resource(kind: str, name: Any, body: Object, *when: Any, annotations: Any = None) -> Resource:
    return Resource("v1", kind, name, labels={}, annotations=annotations, body=body, when=when)


LATER = When(PUBLISHED, {"wave": "1"})
BUNDLE = Bundle(
    name="v",
    namespace="ns",
    description="d",
    kubernetes="1.33",
    source="krt.yml",
    tests=list,
    resources=[
        resource("ConfigMap", "v", {"data": {"status": STATUS, "a/b~c": STATUS}}),
        resource("ConfigMap", "w", {"data": {}}, RUNNING),
        resource("Service", When(PUBLISHED, "active", "v"), {"spec": {"a": 1}}, RUNNING, annotations=LATER),
        resource("Deployment", "d", {"spec": {"a": When(PUBLISHED, {"x": 1}, {"y": 1}), "same": 5}}, RUNNING),
        resource("Ingress", "i", {}, PUBLISHED),
    ],
)
HEADER = "# Made by krtc from krt.yml. Do not edit: change that file and compile again.\n"


def test_a_tree() -> None:
    files = kustomize.files(BUNDLE, "started")
    assert list(files) == sorted(files)
    assert {name: read(text).get("resources") for name, text in files.items() if "kustomization" in name} == {
        "kustomization.yaml": ["overlays/started"],
        "base/kustomization.yaml": ["10-configmap-w.yaml", "30-service-v.yaml"],
        "overlays/stopped/kustomization.yaml": ["10-configmap-v.yaml"],
        "overlays/started/kustomization.yaml": ["10-configmap-v.yaml", "../../base", "40-deployment-d.yaml"],
        "overlays/published/kustomization.yaml": [
            "10-configmap-v.yaml",
            "../../base",
            "40-deployment-d.yaml",
            "50-ingress-i.yaml",
        ],
    }
    assert set(files) >= {"overlays/stopped/10-configmap-v.yaml", "overlays/published/50-ingress-i.yaml"}
    assert files["overlays/started/kustomization.yaml"] == (
        f"{HEADER}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsortOptions:\n  order: fifo\n"
        'resources:\n  - "10-configmap-v.yaml"\n  - "../../base"\n  - "40-deployment-d.yaml"\n'
    )


@pytest.mark.parametrize("status", STATUSES)
def test_the_root_points_at_the_status(status: str) -> None:
    root = read(kustomize.files(BUNDLE, status)["kustomization.yaml"])
    assert root["resources"] == [f"overlays/{status}"]
    others = [{k: v for k, v in kustomize.files(BUNDLE, s).items() if k != "kustomization.yaml"} for s in STATUSES]
    assert others[0] == others[1] == others[2]


def test_an_overlay_patches_names_and_annotations_and_nothing_else() -> None:
    overlay = read(kustomize.files(BUNDLE, "started")["overlays/published/kustomization.yaml"])
    (patch,) = overlay["patches"]
    assert patch["target"] == {"kind": "Service", "name": "v"}
    assert patch["options"] == {"allowNameChange": True}
    assert read(patch["patch"]) == [
        {"op": "replace", "path": "/metadata/name", "value": "active"},
        {"op": "add", "path": "/metadata/annotations", "value": {"wave": "1"}},
    ]


def test_plain_manifests() -> None:
    files = plain.files(BUNDLE, "published")
    assert list(files) == [
        "10-configmap-v.yaml",
        "10-configmap-w.yaml",
        "30-service-active.yaml",
        "40-deployment-d.yaml",
        "50-ingress-i.yaml",
    ]
    assert plain.stream(BUNDLE, "published") == HEADER + "".join(
        "---\n" + text.removeprefix(HEADER) for text in files.values()
    )
    assert plain.stream(BUNDLE, "stopped").count("---\n") == 1


@pytest.mark.parametrize("status", STATUSES)
def test_the_stream_and_the_files_are_the_same_objects(status: str) -> None:
    stream = build(status=status, stream=True).files
    assert list(stream) == ["-"]
    assert [*yaml.load_all(stream["-"], yaml.CSafeLoader)] == [
        read(text) for text in build(status=status).files.values()
    ]


def test_the_patched_base_is_the_version_in_that_status() -> None:
    """Kustomize in a few lines: resources, then JSON patches."""
    files = build(form="kustomize").files
    for status in STATUSES:
        folder = f"overlays/{status}/"
        overlay = read(files[f"{folder}kustomization.yaml"])
        paths = [folder + name for name in overlay["resources"] if name != "../../base"]
        if "../../base" in overlay["resources"]:
            paths = [f"base/{name}" for name in read(files["base/kustomization.yaml"])["resources"]] + paths
        found = [read(files[path]) for path in paths]
        for patch in overlay.get("patches", []):
            (target,) = [
                o
                for o in found
                if (o["kind"], o["metadata"]["name"]) == (patch["target"]["kind"], patch["target"]["name"])
            ]
            for operation in read(patch["patch"]):
                *steps, last = [s.replace("~1", "/").replace("~0", "~") for s in operation["path"].split("/")[1:]]
                at = target
                for step in steps:
                    at = at[step]
                assert operation["op"] == "add" or last in at
                at[last] = operation["value"]
        expected = [read(text) for text in build(status=status).files.values()]
        key = lambda o: (o["kind"], o["metadata"]["name"])  # noqa: E731
        assert sorted(found, key=key) == sorted(expected, key=key)
