"""Applying the same tree again changes nothing: what the API server adds to it makes no difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.trees import LIVES, Tree


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
@pytest.mark.parametrize("way", [("--server-side",), ()], ids=["server-side", "client-side"])
def test_a_second_apply_changes_nothing(
    way: tuple[str, ...], life: list[Tree], kubectl: Kubectl, namespace: str, tmp_path: Path
) -> None:
    folder = life[-1].write(tmp_path / "tree", namespace)
    kubectl("apply", *way, "-R", "-f", folder)
    before = versions(kubectl, folder)
    said = kubectl("apply", *way, "-R", "-f", folder).splitlines()
    # With `--server-side` it never says more than that it applied.
    assert way or [line for line in said if not line.endswith(" unchanged")] == []
    assert versions(kubectl, folder) == before
    assert kubectl("diff", *way, "-R", "-f", folder) == ""


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_what_is_compiled_is_what_is_stored(life: list[Tree], kubectl: Kubectl, namespace: str, tmp_path: Path) -> None:
    """Every value stands in the cluster as it is written."""
    folder = life[-1].write(tmp_path / "tree", namespace)
    kubectl("apply", "--server-side", "-R", "-f", folder)
    stored = {(data["kind"], data["metadata"]["name"]): data for data in kubectl.objects("-R", "-f", folder)}
    for data in life[-1].objects(namespace):
        key = data["kind"], data["metadata"]["name"]
        assert changed(data, stored[key]) == [], key


def versions(kubectl: Kubectl, folder: Path) -> dict[tuple[str, str], str]:
    """The resourceVersions of what a folder's files name."""
    return {
        (data["kind"], data["metadata"]["name"]): data["metadata"]["resourceVersion"]
        for data in kubectl.objects("-R", "-f", folder)
    }


def changed(compiled: Any, stored: Any, at: str = "") -> list[str]:
    """The values that are not stored as they were written; what the server adds to a mapping is no change."""
    if isinstance(compiled, dict) and isinstance(stored, dict):
        missing = [f"{at}.{key} is not stored" for key in compiled if key not in stored]
        both = [key for key in compiled if key in stored]
        return missing + [line for key in both for line in changed(compiled[key], stored[key], f"{at}.{key}")]
    if isinstance(compiled, list) and isinstance(stored, list) and len(compiled) == len(stored):
        pairs = enumerate(zip(compiled, stored, strict=True))
        return [line for index, (one, other) in pairs for line in changed(one, other, f"{at}[{index}]")]
    same = type(compiled) is type(stored) and compiled == stored
    return [] if same else [f"{at}: {compiled!r} is stored as {stored!r}"]
