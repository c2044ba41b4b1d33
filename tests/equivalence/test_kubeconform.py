"""kubeconform, strict and without a network: every object is what an API server with strict field validation takes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.equivalence.forms import (
    CASES,
    ROOT,
    STATUSES,
    compile_version,
    helm_template,
    kustomize_build,
    output,
    parse,
    run,
    write,
)

SCHEMAS = ROOT / ".tools" / "schemas"
LOCATION = (
    f"{SCHEMAS}/{{{{.NormalizedKubernetesVersion}}}}{{{{.StrictSuffix}}}}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
)
MESSAGING = {"Stream", "Consumer", "KeyValue", "ObjectStore"}
KINDS = {"ConfigMap", "Deployment", "Ingress", "GRPCRoute", "Job", "Pod", "Service", *MESSAGING}
VERSIONS = ["1.31.0", "1.34.0", "1.36.0"]


def kubeconform(folder: Path, kubernetes: str) -> dict[str, dict[str, object]]:
    """Its summary, and what it says of what is not valid."""
    if not SCHEMAS.exists():
        pytest.fail("there are no .tools/schemas: `make tools` makes them")
    flags = ("-strict", "-summary", "-output", "json", "-kubernetes-version", kubernetes, "-schema-location", LOCATION)
    said = json.loads(run("kubeconform", *flags, folder).stdout)
    return {"summary": said["summary"], "resources": {f["filename"]: f["msg"] for f in said.get("resources") or ()}}


def streams(folder: Path, trees: Path) -> Path:
    """A file for each case and form; a chart's test and its other route are among them."""
    for case, version in CASES.items():
        files = {f"{status}.yaml": compile_version(version, "manifests", status)["-"] for status in STATUSES}
        tree = write(trees / case / "tree", compile_version(version, "kustomize", "published"))
        files["kustomize.yaml"] = kustomize_build(tree)
        chart = write(trees / case / "chart", compile_version(version, "helm", "published"))
        files["helm.yaml"] = output(helm_template(chart, version))
        files["gateway.yaml"] = output(helm_template(chart, version, "-f", chart / "ci" / "gateway-values.yaml"))
        write(folder / case, files)
    return folder


def test_every_object_is_valid(tmp_path: Path) -> None:
    folder = streams(tmp_path / "streams", tmp_path / "trees")
    kinds = Counter(data["kind"] for file in folder.rglob("*.yaml") for data in parse(file.read_text(encoding="utf-8")))
    assert set(kinds) == KINDS
    for kubernetes in VERSIONS:
        assert kubeconform(folder, kubernetes) == {
            "summary": {"valid": kinds.total(), "invalid": 0, "errors": 0, "skipped": 0},
            "resources": {},
        }, kubernetes


@pytest.mark.parametrize("kubernetes", VERSIONS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("terminationGracePeriodSeconds: ", "terminationGracePeriod: "),
        ("replicas: 1\n", 'replicas: "1"\n'),
        ("maxAge:", "maxAges:"),
        ("kind: Stream\n", "kind: Streams\n"),
    ],
)
def test_a_wrong_object_is_not(before: str, after: str, kubernetes: str, tmp_path: Path) -> None:
    stream = compile_version(CASES["example"], "manifests", "started")["-"]
    assert before in stream
    write(tmp_path, {"wrong.yaml": stream.replace(before, after, 1)})
    summary = kubeconform(tmp_path, kubernetes)["summary"]
    assert (summary["invalid"], summary["errors"]) in ((1, 0), (0, 1))
