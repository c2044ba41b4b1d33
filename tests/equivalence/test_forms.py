"""A chart, a Kustomize tree and plain manifests are the same objects: what Helm and Kustomize make of them, exactly."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.equivalence import inputs
from tests.equivalence.forms import (
    CASES,
    STATUSES,
    Version,
    assert_same,
    compile_version,
    helm_template,
    kustomize_build,
    objects,
    output,
    write,
)

BANDS = [
    {"ConfigMap"},
    {"Stream", "Consumer", "KeyValue", "ObjectStore", "Job"},
    {"Service"},
    {"Deployment"},
    {"Ingress", "GRPCRoute"},
]


def check(version: Version, *statuses: str) -> None:
    """Compiles the version and holds its forms against each other in these statuses."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Statuses are told apart when a chart is rendered and by an overlay: they are compiled for another.
        chart = write(folder / "chart", compile_version(version, "helm", "started"))
        tree = write(folder / "tree", compile_version(version, "kustomize", "started"))
        for status in statuses:
            plain = objects(compile_version(version, "manifests", status)["-"])
            built = objects(kustomize_build(tree / "overlays" / status))
            rendered = objects(output(helm_template(chart, version, "--set", f"status={status}")))
            assert_same(built, plain)
            assert_same(rendered, plain)
            assert list(plain) == list(built) == sorted(plain, key=place)


def place(key: tuple[str, str]) -> tuple[int, str, str]:
    """ConfigMaps, messaging, Services, Deployments, routes; by name within a kind."""
    kind, name = key
    [band] = [number for number, kinds in enumerate(BANDS) if kind in kinds]
    return band, kind, name


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("case", CASES)
def test_cases(case: str, status: str) -> None:
    check(CASES[case], status)


# Two pairs of programs an example: shrinking for more than a while is not worth it.
few = settings(max_examples=27, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
statuses = st.sampled_from(["stopped", "started"])


@few
@given(inputs.versions(most_workflows=2, most_nodes=4, settings=st.none()), statuses)
def test_generated_graphs(version: Version, status: str) -> None:
    check(version, status, "published")


@few
@given(inputs.versions(most_workflows=1, most_nodes=1, settings=inputs.some(**inputs.SETTINGS)), statuses)
def test_generated_settings(version: Version, status: str) -> None:
    check(version, status, "published")


@few
@given(inputs.versions(most_workflows=1, most_nodes=2, settings=inputs.every(**inputs.SETTINGS)), statuses)
def test_generated_texts(version: Version, status: str) -> None:
    check(version, status, "published")


@few
@given(inputs.versions(most_workflows=2, most_nodes=4, settings=inputs.some(**inputs.SETTINGS)), statuses)
def test_generated_versions(version: Version, status: str) -> None:
    check(version, status, "published")
