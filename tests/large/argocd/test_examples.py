"""The examples of deploy/argocd, deployed as far as Argo CD goes without a cluster."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.integrations.argocd import DEPLOY, PAGE, block
from tests.large.argocd.repositories import EXAMPLE, compiled, example, named, runtime
from tests.large.argocd.servers import Plugin, program

EXAMPLES = DEPLOY / "examples"


def made(plugin: Plugin, root: Path, application: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """What an Application is."""
    source = application["spec"]["source"]
    return named(plugin.generate(root, source["plugin"].get("parameters"), source["path"]))


def test_one_version(argocd: Plugin, repository: Path) -> None:
    """Both the example, which sets replicas besides, and what the page shows."""
    root = example(repository / "classificator")
    (root / "runtime.yml").write_text("runtime: demo\n")
    expected = named(compiled(root, ".", "--runtime", "runtime.yml", "--status", "published"))
    assert made(argocd, repository, block("Application")) == expected
    found = made(argocd, repository, yaml.safe_load((EXAMPLES / "application.yaml").read_text()))
    (etl,) = [(kind, name) for kind, name in found if kind == "Deployment" and name.endswith("-etl")]
    assert found.pop(etl)["spec"]["replicas"] == 2 and expected.pop(etl)["spec"]["replicas"] == 1
    assert found == expected


def test_a_mistake_looks_as_the_page_shows_it(argocd: Plugin, repository: Path) -> None:
    shutil.copytree(EXAMPLE, repository, dirs_exist_ok=True)
    krt = (repository / "krt.yml").read_text()
    (repository / "krt.yml").write_text(krt.replace("email-classificator.repairs", "email-clasificator.repairs"))
    shown = PAGE.read_text().split("```text\n")[1].split("```")[0]
    assert " ".join(shown.split()) in argocd.error(repository)


def test_a_runtime(argocd: Plugin, repository: Path) -> None:
    """Argo CD's own generators make an Application a version, and one for the runtime; no object is of two."""
    runtime(repository, ["published", "started", "stopped"])
    command = [program("applicationset"), EXAMPLES / "applicationset.yaml", repository]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    applications = {one["metadata"]["name"]: one for one in json.loads(done.stdout)}
    assert applications.keys() == {"demo-runtime", "demo-v0", "demo-v1", "demo-v2"}
    found: dict[tuple[str, str], Any] = {}
    for application in applications.values():
        part = made(argocd, repository, application)
        assert part and not part.keys() & found.keys()
        found |= part
    assert found == named(compiled(repository, "."))
