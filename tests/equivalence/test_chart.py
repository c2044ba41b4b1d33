"""A chart and a Kustomize tree in the hands of people: what Helm and Kustomize accept, refuse and say."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.equivalence.forms import (
    CASES,
    STATUSES,
    Object,
    Objects,
    compile_version,
    helm_template,
    kustomize_build,
    leaves,
    objects,
    output,
    parse,
    run,
    write,
    yaml_text,
)
from tests.equivalence.inputs import AWKWARD

VERSIONS = {**CASES, "awkward": AWKWARD}
EXAMPLE = CASES["example"]
ETL = "workflows", "classificator", "nodes", "etl"


@cache
def chart_files(case: str) -> dict[str, str]:
    return compile_version(VERSIONS[case], "helm", "started")


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """The example's chart."""
    return write(tmp_path / "chart", chart_files("example"))


def template(chart: Path, case: str, values: Object) -> Objects:
    (chart.parent / "values.yaml").write_text(yaml_text(values))
    return objects(output(helm_template(chart, VERSIONS[case], "-f", chart.parent / "values.yaml")))


def refusal(chart: Path, case: str, values: Object) -> str:
    (chart.parent / "values.yaml").write_text(yaml_text(values))
    done = helm_template(chart, VERSIONS[case], "-f", chart.parent / "values.yaml")
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("case", VERSIONS)
def test_lint(case: str, tmp_path: Path) -> None:
    chart = write(tmp_path / "chart", chart_files(case))
    said = output(run("helm", "lint", "--strict", chart, "-f", chart / "ci" / "started-values.yaml"))
    assert re.findall(r"^\[(.*)\] (.*)", said, re.MULTILINE) == [("INFO", "Chart.yaml: icon is recommended")]
    assert "1 chart(s) linted, 0 chart(s) failed" in said


@pytest.mark.parametrize("case", VERSIONS)
def test_examples_of_values(case: str, tmp_path: Path) -> None:
    """What chart-testing tries: every status, and the other kind of route."""
    chart = write(tmp_path / "chart", chart_files(case))
    files = {file.name.removesuffix("-values.yaml"): file for file in sorted((chart / "ci").iterdir())}
    assert set(files) == {*STATUSES, "gateway"}
    for name, file in files.items():
        found = objects(output(helm_template(chart, VERSIONS[case], "-f", file)))
        [record] = [data["data"] for data in found.values() if "status" in data.get("data", {})]
        assert record["status"] == ("published" if name == "gateway" else name)
        assert ("GRPCRoute" in {kind for kind, _ in found}) == (
            name == "gateway" or (name == "published" and case in ("awkward", "gateway"))
        )


def at(*path: str, value: Any) -> Object:
    for key in reversed(path):
        value = {key: value}
    return value  # type: ignore[no-any-return]


REFUSED = [
    ("unknown", 1),
    ("nats.unknown", 1),
    ("workflows.classificator.nodes.unknown", {"replicas": 1}),
    ("workflows.classificator.nodes.etl.unknown", 1),
    ("status", "running"),
    ("status", None),
    ("workflows.classificator.nodes.etl.replicas", 0),
    ("workflows.classificator.nodes.etl.replicas", "2"),
    ("workflows.classificator.nodes.etl.replicas", 1.5),
    ("workflows.classificator.nodes.etl.image", "konstellation/kre-go:latest"),
    ("workflows.classificator.nodes.etl.image", "konstellation/kre-py:no tag"),
    ("workflows.classificator.nodes.etl.resources.requests.cpu", "one"),
    ("workflows.classificator.nodes.etl.nodeSelector.disk", "no value"),
    ("entrypoint.image", "konstellation/kre-py:latest"),
    ("nats.port", 70000),
    ("nats.port", "4222"),
    ("nats.host", "kre-nats:4222"),
    ("nats.keep.streams", "yes"),
    ("nats.maxAge", "3d"),
    ("nats.storage", "disk"),
    ("ingress.kind", "Route"),
    ("ingress.kind", "GRPCRoute"),  # without a gateway
    ("images.pullPolicy", "Sometimes"),
    ("pods.annotations.replicas", 1),
    ("pods.tolerations", {}),
]


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=str)
def test_refused_values(path: str, value: object, chart: Path) -> None:
    said = refusal(chart, "example", at(*path.split("."), value=value))
    assert "values don't meet the specifications of the schema" in said
    parent = "/".join(("", *path.split(".")[:-1]))
    assert parent in said and (path.split(".")[-1] in said or "gateway" in said)


def test_a_configuration_value_is_a_text(tmp_path: Path) -> None:
    chart = write(tmp_path / "chart", chart_files("awkward"))
    said = refusal(chart, "awkward", at("config", "variables", "GREETING", value=3))
    assert "at '/config/variables/GREETING': got number, want string" in said


def test_values_of_a_parent_chart_are_none_of_its_business(chart: Path) -> None:
    assert template(chart, "example", {"global": {"anything": 1}}) == template(chart, "example", {})


@pytest.mark.parametrize("missing", ["config.variables.MISSING", "config.files.also_missing"])
@pytest.mark.parametrize("status", STATUSES)
def test_a_missing_configuration_value(missing: str, status: str, tmp_path: Path) -> None:
    """It is demanded by its path of whoever starts the version, and of nobody before."""
    chart = write(tmp_path / "chart", chart_files("awkward"))
    config = {"variables": {"MISSING": "x"}, "files": {"also_missing": "y"}}
    _, group, name = missing.split(".")
    del config[group][name]
    values = {"status": status, "config": config}
    if status == "stopped":
        assert [kind for kind, _ in template(chart, "awkward", values)] == ["ConfigMap"]
    else:
        assert f"{missing} must be given" in refusal(chart, "awkward", values)


def test_an_empty_configuration_value_is_not_missing(tmp_path: Path) -> None:
    chart = write(tmp_path / "chart", chart_files("awkward"))
    found = template(chart, "awkward", {"config": {"variables": {"MISSING": ""}, "files": {"also_missing": ""}}})
    data = found["ConfigMap", "v1--config"]["data"]
    assert (data["MISSING"], data["also_missing"]) == ("", "")


def test_set_on_the_command_line(chart: Path) -> None:
    def render(*arguments: str) -> Objects:
        return objects(output(helm_template(chart, EXAMPLE, *arguments)))

    before, after = render(), render("--set", ".".join((*ETL, "replicas")) + "=3", "--set", "status=published")
    etl = "Deployment", "classificator-v1--classificator--etl"
    assert (before[etl]["spec"]["replicas"], after[etl]["spec"]["replicas"]) == (1, 3)
    assert after.keys() - before.keys() == {("Service", "active-entrypoint"), ("Ingress", "active-entrypoint")}
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert changed == {etl, ("ConfigMap", "classificator-v1")}


@pytest.mark.parametrize("case", VERSIONS)
def test_every_value_is_explained(case: str) -> None:
    """In values.yaml by a comment of helm-docs, in the README by a row of its table."""
    files = chart_files(case)
    lines = files["values.yaml"].splitlines()
    schema = parse(files["values.schema.json"])[0]
    explained = [(line, lines[n + 1]) for n, line in enumerate(lines) if line.lstrip().startswith("# -- ")]
    values = [path for path, _ in leaves(schema)]
    assert [yaml_key(line) for _, line in explained] == [path[-1] for path in values]
    assert all(len(comment.split()) > 2 and comment.endswith((".", ")")) for comment, _ in explained)
    assert [row.split("`")[1] for row in files["README.md"].splitlines() if row.startswith("| `")] == list(
        map(".".join, values)
    )


def yaml_key(line: str) -> str:
    [data] = parse(line.strip().removesuffix("|").removesuffix("|-"))
    [key] = data
    return key


@pytest.mark.parametrize("status", STATUSES)
def test_notes(status: str, chart: Path) -> None:
    done = run("helm", "install", "my", chart, "-n", "kre", "--dry-run=client", "--set", f"status={status}")
    assert done.returncode == 0, done.stderr
    notes = done.stdout.partition("\nNOTES:\n")[2]
    assert notes.startswith(f"Version classificator-v1 is {status} in namespace kre.\n")
    assert ("helm test my" in notes) == (status != "stopped")
    assert ("its host ends in kre.local" in notes) == (status == "published")
    assert ("--set status=" in notes) == (status != "published")


def test_what_helm_test_runs(chart: Path) -> None:
    """It asks the Service that is there; a stopped version has nothing to ask."""
    for status, service in (("stopped", None), ("started", "classificator-v1"), ("published", "active-entrypoint")):
        found = parse(output(helm_template(chart, EXAMPLE, "--set", f"status={status}")))
        pods = [data for data in found if data["kind"] == "Pod"]
        assert [pod["metadata"]["annotations"]["helm.sh/hook"] for pod in pods] == (["test"] if service else [])
        assert [pod["spec"]["containers"][0]["env"][0]["value"] for pod in pods] == ([service] if service else [])
        if service:
            assert ("Service", service) in {(data["kind"], data["metadata"]["name"]) for data in found}


def test_the_labels_of_a_chart(chart: Path) -> None:
    """Helm's conventions, on every object; no selector names them, for they change with the chart and its release."""
    metadata = parse((chart / "Chart.yaml").read_text())[0]
    label = f"{metadata['name']}-{metadata['version'].replace('+', '_')}"
    for data in parse(output(helm_template(chart, EXAMPLE, "--set", "status=published"))):
        labels = data["metadata"]["labels"]
        assert labels["helm.sh/chart"] == label and len(label) <= 63
        assert labels["app.kubernetes.io/managed-by"] == "Helm"
        assert labels["app.kubernetes.io/instance"] == "my"
        if data["kind"] == "Deployment":
            selector = data["spec"]["selector"]["matchLabels"]
            assert selector.items() <= data["spec"]["template"]["metadata"]["labels"].items()
            assert not [key for key in selector if "/" in key]


# --- Kustomize


@pytest.mark.parametrize("status", STATUSES)
def test_the_root_of_a_tree_is_its_status(status: str, tmp_path: Path) -> None:
    tree = write(tmp_path, compile_version(EXAMPLE, "kustomize", status))
    assert kustomize_build(tree) == kustomize_build(tree / "overlays" / status)


@pytest.mark.parametrize("status", STATUSES)
def test_an_overlay_of_the_users(status: str, tmp_path: Path) -> None:
    """People change what they like on top, with the means of Kustomize; nothing else changes."""
    tree = write(tmp_path / "tree", compile_version(EXAMPLE, "kustomize", status))
    etl = "classificator-v1--classificator--etl"
    patch = [{"op": "add", "path": "/spec/template/spec/priorityClassName", "value": "high"}]
    running: Object = {
        "images": [{"name": "konstellation/kre-py", "newName": "mirror.example/kre-py", "newTag": "9"}],
        "replicas": [{"name": etl, "count": 5}],
        "patches": [{"target": {"kind": "Deployment", "name": etl}, "patch": yaml_text({"x": patch})[6:-1]}],
    }
    mine: Object = {
        "resources": ["../tree"],
        "namespace": "mine",
        "labels": [{"pairs": {"example.com/team": "sky"}, "includeSelectors": False}],
        **({} if status == "stopped" else running),
    }
    write(tmp_path / "mine", {"kustomization.yaml": yaml_text(mine)})
    before, after = objects(kustomize_build(tree)), objects(kustomize_build(tmp_path / "mine"))
    for key, data in before.items():
        data["metadata"]["namespace"] = "mine"
        data["metadata"]["labels"]["example.com/team"] = "sky"
        if key[0] == "Deployment":
            pod = data["spec"]["template"]["spec"]
            for container in pod["containers"]:
                container["image"] = re.sub("^konstellation/kre-py:.*", "mirror.example/kre-py:9", container["image"])
            if key[1] == etl:
                data["spec"]["replicas"] = 5
                pod["priorityClassName"] = "high"
    assert after == before
