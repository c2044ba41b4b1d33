"""The health checks of deploy/argocd, judged by `argocd admin` as Argo CD's controller judges objects."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.argocd import installed
from tests.large.argocd.servers import program

KINDS = ("Stream", "Consumer", "KeyValue", "ObjectStore")
WAITING = ("Progressing", "Waiting for the NATS JetStream controller")


def condition(status: str, reason: str, message: str) -> dict[str, str]:
    return {"type": "Ready", "status": status, "reason": reason, "message": message}


READY = condition("True", "Ready", "Stream successfully created")
FAILED = condition("False", "Errored", "failed to create stream: subjects overlap with an existing stream")
STARTING = condition("Unknown", "Reconciling", "Starting reconciliation")
OTHER = {"type": "Other", "status": "True", "reason": "Ready", "message": "is not asked"}

# What its status is, and what more its metadata has; what Argo CD says.
STATES: dict[str, tuple[dict[str, Any] | None, dict[str, Any], tuple[str, str]]] = {
    "ready": ({"observedGeneration": 2, "conditions": [OTHER, READY]}, {}, ("Healthy", READY["message"])),
    "just created": (None, {}, WAITING),
    "an empty status": ({}, {}, WAITING),
    "starting": ({"conditions": [STARTING]}, {}, WAITING),
    "not ready": ({"observedGeneration": 2, "conditions": [OTHER]}, {}, WAITING),
    "ready before it changed": ({"observedGeneration": 1, "conditions": [READY]}, {}, WAITING),
    "failed when it was made": ({"conditions": [FAILED]}, {}, ("Degraded", FAILED["message"])),
    "failed when it changed": ({"observedGeneration": 1, "conditions": [FAILED]}, {}, ("Degraded", FAILED["message"])),
    "being deleted": (
        {"observedGeneration": 2, "conditions": [READY]},
        {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["jetstream.nats.io/finalizer"]},
        ("Progressing", "Pending deletion"),
    ),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """argocd-cm as the component makes it."""
    folder = tmp_path_factory.mktemp("argocd")
    (found,) = [one for one in installed(folder) if one["metadata"]["name"] == "argocd-cm"]
    path = folder / "argocd-cm.json"
    path.write_text(json.dumps(found))
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
def test_health(settings: Path, tmp_path: Path, kind: str, state: str) -> None:
    status, more, expected = STATES[state]
    metadata = {"name": "demo", "namespace": "kre", "generation": 2, **more}
    resource = {"apiVersion": "jetstream.nats.io/v1beta2", "kind": kind, "metadata": metadata, "spec": {}}
    path = tmp_path / "resource.json"
    path.write_text(json.dumps(resource if status is None else {**resource, "status": status}))
    command = ("admin", "settings", "resource-overrides", "health", path, "--argocd-cm-path", settings)
    home = {"HOME": str(tmp_path), "ARGOCD_BINARY_NAME": "argocd"}
    done = subprocess.run([program("argocd"), *command], env=home, capture_output=True, text=True, check=False)
    said = re.fullmatch(r"STATUS: (\w+)\nMESSAGE: (.*)\n", done.stdout)
    assert said, done.stdout + done.stderr
    assert said.groups() == expected
