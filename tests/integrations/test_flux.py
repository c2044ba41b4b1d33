"""The examples for Flux: whether its CRDs take them, what its code says of our objects' health, and what they name."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from krtc.cli import main
from tests.equivalence.forms import CASES, ROOT, compile_version, output, parse, run
from tests.equivalence.test_kubeconform import kubeconform

PAGE = (ROOT / "docs" / "integrations" / "flux.md").read_text(encoding="utf-8")
FOLDER = ROOT / "examples" / "flux"
EXAMPLES = {path.stem: parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.iterdir())}
KRT = ROOT / "examples" / "classificator"
ETL = "classificator-v1--classificator--etl"
NACK = "jetstream.nats.io/v1beta2"
KINDS = {"Stream", "Consumer", "KeyValue", "ObjectStore"}
# (generation, status) of an object to what Flux says of it; NACK's controller writes these.
STATES: dict[str, tuple[dict[str, Any] | None, str]] = {
    "new": (None, "Unknown"),
    "no condition": ({}, "InProgress"),
    "reconciling": ({"type": "Ready", "status": "Unknown", "reason": "Reconciling"}, "InProgress"),
    "ready": ({"type": "Ready", "status": "True", "reason": "Ready"}, "Current"),
    "failed": ({"type": "Ready", "status": "False", "reason": "Errored"}, "Failed"),
    "finalizing": ({"type": "Ready", "status": "False", "reason": "Finalizing"}, "InProgress"),
    "other condition": ({"type": "Other", "status": "True", "reason": "Ready"}, "InProgress"),
}


def of_kind(example: str, kind: str) -> list[dict[str, Any]]:
    return [data for data in EXAMPLES[example] if data["kind"] == kind]


WITH_HEALTH = [
    pytest.param(data["spec"]["healthCheckExprs"], id=f"{example}-{data['metadata']['name']}")
    for example in EXAMPLES
    for data in of_kind(example, "Kustomization")
    if "healthCheckExprs" in data["spec"]
]


def test_flux_takes_the_examples(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    count = sum(len(example) for example in EXAMPLES.values())
    assert count == 10
    said = kubeconform(tmp_path, "1.36.0")
    assert said == {"summary": {"valid": count, "invalid": 0, "errors": 0, "skipped": 0}, "resources": {}}


@pytest.mark.parametrize(
    ("example", "before", "after"),
    [
        ("version", "  wait: true", "  waits: true"),
        ("version", "      kind: Stream\n", ""),
        ("runtime", "    - name: classificator-v1", "    - classificator-v1"),
        ("artifact", "url: oci:", "url: https:"),
        ("chart", "interval: 10m", "interval: 10 minutes"),
    ],
)
def test_flux_does_not_take_others(example: str, before: str, after: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{example}.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "wrong.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    assert kubeconform(tmp_path, "1.36.0")["summary"]["invalid"] == 1


def health(checks: list[dict[str, Any]], objects: list[dict[str, Any]]) -> list[str]:
    """What Flux says of objects, one after the other."""
    program = ROOT / ".tools" / "bin" / "flux-health"
    asked = json.dumps({"healthCheckExprs": checks, "objects": objects})
    return subprocess.run([program], input=asked, capture_output=True, text=True, check=True).stdout.splitlines()


def an_object(kind: str, condition: dict[str, Any] | None, observed: int = 2) -> dict[str, Any]:
    status: dict[str, Any] = {"observedGeneration": observed, **({"conditions": [condition]} if condition else {})}
    data: dict[str, Any] = {"apiVersion": NACK, "kind": kind, "metadata": {"name": "x", "generation": 2}}
    return data if condition is None else {**data, "status": status}


@pytest.mark.parametrize("checks", WITH_HEALTH)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_health(kind: str, checks: list[dict[str, Any]]) -> None:
    objects = [an_object(kind, condition) for condition, _ in STATES.values()]
    assert health(checks, objects) == [said for _, said in STATES.values()]
    # What is ready, or failed, in a generation that is not the last, is still on its way.
    stale = [an_object(kind, condition, observed=1) for condition, _ in STATES.values()][2:]
    assert set(health(checks, stale)) == {"InProgress"}


def test_health_without_the_expressions() -> None:
    """What they are for: to Flux, an object without a status is healthy, and a failed one never ends."""
    said = health([], [an_object("Stream", STATES[state][0]) for state in ("new", "failed")])
    assert said == ["Current", "InProgress"]


@pytest.mark.parametrize("checks", WITH_HEALTH)
def test_each_custom_kind_has_an_expression(checks: list[dict[str, Any]]) -> None:
    assert {(check["apiVersion"], check["kind"]) for check in checks} == {(NACK, kind) for kind in KINDS}
    made = [compile_version(version, "manifests", "started")["-"] for version in CASES.values()]
    assert {data["kind"] for stream in made for data in parse(stream) if data["apiVersion"] == NACK} == KINDS


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_an_example_applies(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command in an example's first lines makes what it applies, and this can be applied."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(KRT, tmp_path, dirs_exist_ok=True)
    for name in ("classificator-v1", "classificator-v2"):
        shutil.copytree(KRT, tmp_path / "versions" / name)
        krt = tmp_path / "versions" / name / "krt.yml"
        krt.write_text(krt.read_text().replace("classificator-v1", name))
    statuses = {"classificator-v1": "published", "classificator-v2": "started"}
    versions = [{"krt": f"versions/{name}/krt.yml", "status": status} for name, status in statuses.items()]
    (tmp_path / "runtime.yml").write_text(yaml.safe_dump({"runtime": "demo", "versions": versions}))
    first = (FOLDER / f"{example}.yaml").read_text(encoding="utf-8").splitlines()[0]
    (command,) = re.findall(r"krtc (.*?)(?:, .*)?$", first)
    assert main(command.split()) == 0, capfd.readouterr().err
    names = {data["metadata"]["name"] for data in of_kind(example, "Kustomization")}
    for data in of_kind(example, "Kustomization"):
        spec = data["spec"]
        root = "rendered" if spec["sourceRef"]["kind"] == "OCIRepository" else spec["path"]
        if example == "artifact":  # without kustomization.yaml, Flux applies every YAML file
            assert {"ConfigMap", "Stream", "Deployment"} <= {
                parse(p.read_text())[0]["kind"] for p in Path(root).glob("*.yaml")
            }
        else:
            assert parse(output(run("kustomize", "build", root)))
        assert {dependency["name"] for dependency in spec.get("dependsOn", ())} <= names - {data["metadata"]["name"]}
    for data in of_kind(example, "HelmRelease"):
        (tmp_path / "values.yaml").write_text(yaml.safe_dump(data["spec"]["values"]))
        chart = data["spec"]["chart"]["spec"]["chart"]
        release = f"{data['spec']['targetNamespace']}-{data['metadata']['name']}"
        made = parse(output(run("helm", "template", release, chart, "-f", "values.yaml", "--kube-version", "1.33.0")))
        (etl,) = [each for each in made if (each["kind"], each["metadata"]["name"]) == ("Deployment", ETL)]
        assert etl["spec"]["replicas"] == 3
    sources = {(data["kind"], data["metadata"]["name"]) for data in EXAMPLES[example]}
    text = json.dumps(EXAMPLES[example])
    named = re.findall(r'"sourceRef": {"kind": "(\w+)", "name": "([\w-]+)"', text)
    assert named
    assert set(named) <= sources


def test_the_page_shows_the_examples() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert block in (FOLDER / "version.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"examples/flux/(\w+)\.yaml", PAGE)) == set(EXAMPLES)


def test_what_ci_pushes_is_what_the_example_applies() -> None:
    (script,) = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=True).stderr == ""
    (source,) = of_kind("artifact", "OCIRepository")
    assert script.startswith(f"artifact={source['spec']['url']}\n")
    assert f"--tag={source['spec']['ref']['tag']}\n" in script
    assert "krtc compile krt.yml -o rendered\n" in script
