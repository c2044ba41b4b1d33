"""What deploy/argocd holds: the side-car, its image, the health checks and the examples."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.equivalence.test_kubeconform import kubeconform
from tests.integrations.argocd import DEPLOY, ROOT, block, blocks, installed

KRTC = Path(sys.executable).with_name("krtc")
EXAMPLES = DEPLOY / "examples"
SERVER = ("Deployment", "argocd-repo-server")
Objects = dict[tuple[str, str], dict[str, Any]]


def krtc(*arguments: str, cwd: Path) -> str:
    return subprocess.run([KRTC, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def example(kind: str) -> dict[str, Any]:
    return dict(yaml.safe_load((EXAMPLES / f"{kind}.yaml").read_text()))


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    found = installed(tmp_path_factory.mktemp("argocd"))
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def test_the_plugin_is_what_krtc_says(tmp_path: Path) -> None:
    assert (DEPLOY / "plugin" / "plugin.yaml").read_text() == krtc("argocd", "plugin", cwd=tmp_path)


def test_the_side_car(objects: Objects) -> None:
    pod = objects[SERVER]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    (krtc,) = [one for one in pod["containers"] if one["name"] == "krtc"]
    (server,) = [one for one in pod["containers"] if one["name"] == "argocd-repo-server"]
    assert krtc["image"] == "registry.example.com/krtc-plugin:v0.1.0"
    assert krtc["securityContext"] == {**server["securityContext"], "runAsUser": 999}
    assert krtc["securityContext"] == {
        "runAsUser": 999,
        "runAsNonRoot": True,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert krtc["resources"]["limits"].keys() >= {"cpu", "memory", "ephemeral-storage"}
    # What Argo CD's own image puts there, and where its server looks for plugins; nothing else is shared with it.
    volumes = {one["name"]: one for one in pod["volumes"]}
    mounts = {one["mountPath"]: one["name"] for one in krtc["volumeMounts"]}
    (copy,) = [one for one in pod["initContainers"] if one["name"] == "copyutil"]
    assert krtc["command"] == ["/var/run/argocd/argocd-cmp-server"] and "argocd-cmp-server" in copy["args"][0]
    assert mounts.pop("/var/run/argocd") == copy["volumeMounts"][0]["name"]
    shared = {one["name"]: one["mountPath"] for one in server["volumeMounts"]}
    assert shared[mounts.pop("/home/argocd/cmp-server/plugins")] == "/home/argocd/cmp-server/plugins"
    assert not set(mounts.values()) & set(shared)
    assert "emptyDir" in volumes[mounts.pop("/tmp")]
    configuration = volumes[mounts.pop("/home/argocd/cmp-server/config")]["configMap"]["name"]
    assert objects["ConfigMap", configuration]["data"].keys() == {"plugin.yaml"}
    assert not mounts


def test_the_health_checks_are_one(objects: Objects) -> None:
    prefix = "resource.customizations.health.jetstream.nats.io_"
    data = objects["ConfigMap", "argocd-cm"]["data"]
    scripts = {key.removeprefix(prefix): text for key, text in data.items() if key.startswith(prefix)}
    assert scripts.keys() == {"Stream", "Consumer", "KeyValue", "ObjectStore"}
    assert len(set(scripts.values())) == 1
    assert "resource.exclusions" in data  # what Argo CD has there stays


def test_kubernetes_and_argo_cd_take_it(objects: Objects, tmp_path: Path) -> None:
    ours = [one for (kind, name), one in objects.items() if (kind, name) == SERVER or kind == "ConfigMap"]
    examples = [example(path.stem) for path in EXAMPLES.iterdir()]
    scaled = blocks(ROOT / "docs" / "scaling.md", "Application")
    assert [next(iter({*one["spec"]} & {"source", "sourceHydrator"})) for one in scaled] == ["source", "sourceHydrator"]
    pages = [one for page in ("README.md", "docs/tutorial.md") for one in blocks(ROOT / page, "Application")]
    assert len(pages) == 2
    documents = [*ours, *examples, block("Application"), *scaled, *pages]
    assert {one["kind"] for one in examples} == {"AppProject", "Application", "ApplicationSet"}
    for number, document in enumerate(documents):
        (tmp_path / f"{number}.json").write_text(json.dumps(document))
    for version in ("1.31.0", "1.36.0"):
        found = kubeconform(tmp_path, version)
        assert found["resources"] == {} and found["summary"]["valid"] == len(documents)


def test_the_project_allows_what_krtc_makes_and_nothing_else() -> None:
    kinds = set()
    for path in (ROOT / "golden").rglob("expected/manifests*/**/*.yaml"):
        for one in yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader):
            kinds.add((one["apiVersion"].rpartition("/")[0], one["kind"]))
    spec = example("project")["spec"]
    allowed = [(one["group"], one["kind"]) for one in spec["namespaceResourceWhitelist"]]
    assert sorted(kinds) == allowed
    assert spec["clusterResourceWhitelist"] == []


def test_the_examples_fit_each_other() -> None:
    project, one, many = (example(name) for name in ("project", "application", "applicationset"))
    for spec in (one["spec"], many["spec"]["template"]["spec"], {**block("Application")["spec"], "project": "kre"}):
        assert spec["project"] == project["metadata"]["name"]
        assert spec["source"]["repoURL"] in project["spec"]["sourceRepos"]
        assert spec["destination"] in project["spec"]["destinations"]
        assert (
            spec["source"]["plugin"]["name"]
            == yaml.safe_load((DEPLOY / "plugin" / "plugin.yaml").read_text())["metadata"]["name"]
        )


def test_the_image(tmp_path: Path) -> None:
    """The Containerfile's steps without a container: in an empty folder, with a Python environment that has nothing."""
    root, environment = tmp_path / "root", tmp_path / "python"
    subprocess.run([sys.executable, "-m", "virtualenv", "--quiet", environment], check=True)
    # The pinned versions, so that a new release of a dependency breaks no old commit.
    lock = (ROOT / "requirements" / "unit.txt").read_text()
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("\n".join(re.findall(r"^[^\s#].*==[^\\\n]*", lock, re.MULTILINE)))
    more = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HTTP", "http", "SSL_"))}
    path = f"{environment / 'bin'}:/usr/bin:/bin"
    clean = {"PATH": path, "HOME": str(tmp_path), "PIP_CONSTRAINT": str(constraints), **more}
    folder, user = root, ""
    for line in (DEPLOY / "Containerfile").read_text().splitlines():
        step, _, rest = line.partition(" ")
        if step == "WORKDIR":
            folder = root / rest.strip("/")
            folder.mkdir(parents=True, exist_ok=True)
        elif step == "COPY":
            *sources, target = rest.split()
            for source in sources:
                to = folder / target
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, to)
        elif step == "RUN":
            done = subprocess.run(
                ["sh", "-c", rest],
                cwd=folder,
                env=clean,
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert done.returncode == 0, done.stdout
        elif step == "USER":
            user = rest
        else:
            assert step in ("FROM", "#"), line
    assert user == "999" and folder == root
    shutil.rmtree(root / "src")  # what was installed needs it no more
    shutil.copytree(ROOT / "examples" / "classificator", root / "app")
    done = subprocess.run(
        ["krtc", "argocd", "generate"], cwd=root / "app", env={"PATH": path}, check=True, capture_output=True, text=True
    )
    assert done.stdout == krtc("compile", ".", cwd=root / "app")
