"""deploy/argocd as people use it: the page's kustomization, built by the real kustomize over Argo CD's manifests."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy" / "argocd"
TOOLS = ROOT / ".tools"
PAGE = ROOT / "docs" / "integrations" / "argocd.md"
BASE = "https://raw.githubusercontent.com/argoproj/argo-cd/v3.3.0/manifests/install.yaml"
COMPONENTS = "https://github.com/konstellation-io/krtc/"


def block(kind: str) -> dict[str, Any]:
    """The page's object of a kind."""
    (found,) = blocks(PAGE, kind)
    return found


def blocks(page: Path, kind: str) -> list[dict[str, Any]]:
    """The objects of a kind on a page."""
    found = re.findall(
        r"^```yaml(?: title=.*?)?\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [data for data in map(yaml.safe_load, found) if data.get("kind") == kind]


def installed(folder: Path) -> list[dict[str, Any]]:
    """All objects of the page's kustomization; the addresses in it stand for files that are here."""
    data = block("Kustomization")
    assert data["resources"] == [BASE]
    assert all(address.startswith(COMPONENTS) for address in data["components"])
    shutil.copyfile(TOOLS / "argocd.yaml", folder / "install.yaml")
    shutil.copytree(DEPLOY, folder / "deploy" / "argocd")
    data["resources"] = ["install.yaml"]
    data["components"] = [name.removeprefix(COMPONENTS).partition("?")[0] for name in data["components"]]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(data))
    done = subprocess.run([TOOLS / "bin" / "kustomize", "build", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return list(yaml.load_all(done.stdout, yaml.CSafeLoader))
