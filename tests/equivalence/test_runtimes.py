"""A runtime is the same objects in every form; publishing another version changes what it must, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from krtc.cli import assets
from krtc.diagnostics import has_errors
from krtc.pipeline import Options, Source, asset_names, compile_runtime
from tests.equivalence import inputs
from tests.equivalence.forms import (
    ROOT,
    Objects,
    Version,
    assert_same,
    kustomize_build,
    objects,
    output,
    parse,
    run,
    write,
    yaml_text,
)
from tests.equivalence.test_kubeconform import kubeconform

CASES = sorted(path for path in (ROOT / "golden" / "runtimes").iterdir() if path.is_dir())
THREE = ROOT / "golden" / "runtimes" / "three-versions"
FORMS = ("manifests", "kustomize", "helm")


def compiled(case: Path, form: str, text: str | None = None) -> dict[str, str]:
    """The tree of a runtime; `text` stands in for its runtime.yml."""
    options = Options(form=form)  # type: ignore[arg-type]
    result = compile_runtime(
        Source("runtime.yml", text.encode() if text else (case / "runtime.yml").read_bytes()),
        options,
        assets.load(asset_names(options, with_settings=True)),
        lambda name: Source(name, (case / name).read_bytes()),
        lambda name: (case / name).read_bytes(),
    )
    assert not has_errors(result.diagnostics), [d.message for d in result.diagnostics]
    return dict(result.files)


def rendered(case: Path, form: str, folder: Path, text: str | None = None) -> dict[str, Objects]:
    """The objects of a form, as the real programs make them, by part; of a Kustomize tree, of all parts together."""
    tree = write(folder, compiled(case, form, text))
    parts = sorted(path for path in (*(tree / "versions").iterdir(), tree / "runtime"))
    if form == "kustomize":
        together = objects(kustomize_build(tree))
        found = {part.name: objects(kustomize_build(part)) for part in parts}
        assert_same(together, {key: data for of in found.values() for key, data in of.items()})
        return found
    if form == "manifests":
        return {part.name: objects("---\n".join(f.read_text() for f in sorted(part.iterdir()))) for part in parts}
    namespace = parse((case / "runtime.yml").read_text())[0].get("namespace", "kre")
    of_helm = ("-n", namespace, "--kube-version", "1.33.0")
    return {part.name: objects(output(run("helm", "template", "my", part, *of_helm))) for part in parts}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_forms(case: Path, tmp_path: Path) -> None:
    plain = rendered(case, "manifests", tmp_path / "manifests")
    for form in ("kustomize", "helm"):
        found = rendered(case, form, tmp_path / form)
        assert list(found) == list(plain)
        for part, expected in plain.items():
            assert_same(found[part], expected)


any_version = inputs.versions(most_workflows=2, most_nodes=2, settings=st.none())
statuses = st.sampled_from(["stopped", "started", "published"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.tuples(any_version, statuses), min_size=1, max_size=2), st.sampled_from(["plain", "runtime"]))
def test_generated_runtimes(versions: list[tuple[Version, str]], naming: str) -> None:
    published = False
    entries = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, (version, status) in enumerate(versions):
            krt = version.krt | {"version": f"v{number}"}
            write(folder, {f"v{number}.yml": yaml_text(krt)})
            entries.append(
                {"krt": f"v{number}.yml", "status": "started" if published and status == "published" else status}
            )
            published = published or status == "published"
        values = {key: "x" for version, _ in versions for key in version.krt.get("config", {}).get("variables") or ()}
        runtime = {"runtime": "demo", "naming": naming, "config": {"variables": values}, "versions": entries}
        write(folder, {"runtime.yml": yaml_text(runtime)})
        plain = rendered(folder, "manifests", folder / "manifests")
        for form in ("kustomize", "helm"):
            found = rendered(folder, form, folder / form)
            assert list(found) == list(plain)
            for part, expected in plain.items():
                assert_same(found[part], expected)


def test_no_object_is_of_two_parts(tmp_path: Path) -> None:
    for case in CASES:
        parts = rendered(case, "manifests", tmp_path / case.name)
        assert sum(map(len, parts.values())) == len({key for part in parts.values() for key in part})


PUBLISH_V2 = (
    THREE.joinpath("runtime.yml")
    .read_text()
    .replace("status: started", "status: now")
    .replace("status: published", "status: started")
    .replace("status: now", "status: published")
)


@pytest.mark.parametrize("form", FORMS)
def test_publishing_changes_one_selector_and_two_records(form: str, tmp_path: Path) -> None:
    before = rendered(THREE, form, tmp_path / "before")
    after = rendered(THREE, form, tmp_path / "after", PUBLISH_V2)
    changed = {
        (part, *key): (of[key], after[part][key])
        for part, of in before.items()
        for key in of
        if of[key] != after[part][key]
    }
    assert {part: list(of) for part, of in before.items()} == {part: list(of) for part, of in after.items()}
    assert sorted(changed) == [
        ("runtime", "Service", "active-entrypoint"),
        ("sort-v1", "ConfigMap", "sort-v1"),
        ("sort-v2", "ConfigMap", "sort-v2"),
    ]
    for (part, kind, _), (old, new) in changed.items():
        if kind == "Service":
            assert old["spec"]["selector"] == {"type": "entrypoint", "version-name": "sort-v1-entrypoint"}
            assert new["spec"].pop("selector") == {"type": "entrypoint", "version-name": "sort-v2-entrypoint"}
            old["spec"].pop("selector")
        else:
            statuses = old["data"].pop("status"), new["data"].pop("status")
            assert statuses == (("published", "started") if part == "sort-v1" else ("started", "published"))
        assert old == new


def test_the_runtimes_chart_publishes_by_a_value(tmp_path: Path) -> None:
    chart = write(tmp_path, compiled(THREE, "helm")) / "runtime"

    def of(value: str) -> Objects:
        return objects(output(run("helm", "template", "my", chart, "-n", "kre", "--set", f"published={value}")))

    compiled_so = rendered(THREE, "manifests", tmp_path / "v2", PUBLISH_V2)["runtime"]
    assert_same(of("sort-v2"), compiled_so)
    assert list(of("")) == [("ConfigMap", "active-entrypoint")]
    for wrong in ("sort-v3", "sort-v9", "null"):  # one that is stopped, one that is not there, none given
        done = run("helm", "template", "my", chart, "-n", "kre", "--set", f"published={wrong}")
        assert done.returncode != 0
        assert "published" in done.stderr


def test_a_versions_chart_is_stopped_or_started(tmp_path: Path) -> None:
    chart = write(tmp_path, compiled(THREE, "helm")) / "versions" / "sort-v1"
    assert list(objects(output(run("helm", "template", "my", chart, "-n", "kre", "--set", "status=stopped")))) == [
        ("ConfigMap", "sort-v1")
    ]
    assert run("helm", "template", "my", chart, "--set", "status=published").returncode != 0


def test_charts_please_helm_lint(tmp_path: Path) -> None:
    for case in CASES:
        tree = write(tmp_path / case.name, compiled(case, "helm"))
        charts = [path.parent for path in tree.rglob("Chart.yaml")]
        assert len(charts) == len(list(case.glob("versions/*"))) + 1
        for chart in charts:
            for values in (chart / "values.yaml", *(chart / "ci").glob("*-values.yaml")):
                done = run("helm", "lint", "--strict", chart, "-f", values)
                assert done.returncode == 0, done.stdout


def test_every_object_is_valid(tmp_path: Path) -> None:
    for case in CASES:
        write(tmp_path / case.name, compiled(case, "manifests"))
    said = kubeconform(tmp_path, "1.34.0")
    assert said["resources"] == {}
    summary = said["summary"]
    assert isinstance(summary, dict)
    assert summary["valid"] == len(list(tmp_path.rglob("*.yaml")))
