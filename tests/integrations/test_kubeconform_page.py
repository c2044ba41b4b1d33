"""The commands of docs/integrations/kubeconform.md, run in bash; what they download comes from pinned modules."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from krtc.cli import main
from schemas import KINDS
from tests.equivalence.forms import ROOT

TOOLS = ROOT / ".tools"
PAGE = (ROOT / "docs" / "integrations" / "kubeconform.md").read_text(encoding="utf-8")
DOWNLOAD, MAKE, CHECK = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {
    "openapi2jsonschema.py": TOOLS / "openapi2jsonschema.py",
    "crds.yml": TOOLS / "nack-crds.yml",
    "gateway.networking.k8s.io_grpcroutes.yaml": TOOLS / "gateway-crds" / "gateway.networking.k8s.io_grpcroutes.yaml",
}


def bash(script: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), str(TOOLS / "bin"), os.environ["PATH"]])
    environment = os.environ | {"PATH": path}
    return subprocess.run(["bash", "-ec", script], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The commands that check, in a folder with a version that has every kind, with its trees and the schemas."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "golden" / "ok" / "gateway", tmp_path, dirs_exist_ok=True)
    settings = ["--status", "published", "--runtime", "runtime.yml"]
    assert main(["compile", "krt.yml", "--to", "kustomize", "-o", "rendered", *settings]) == 0
    assert main(["compile", "krt.yml", "--to", "helm", "-o", "chart", *settings]) == 0
    for name, file in FILES.items():
        shutil.copy(file, tmp_path / name)
    done = bash(MAKE)
    assert done.returncode == 0, done.stderr
    for kind in KINDS:  # Kubernetes' own schemas, which kubeconform fetches
        (tmp_path / "default").mkdir(exist_ok=True)
        shutil.copy(TOOLS / "schemas" / "v1.36.0-strict" / f"{kind}.json", tmp_path / "default")
    default = "-schema-location 'default/{{.ResourceKind}}{{.KindSuffix}}.json'"
    script = str(CHECK).replace("-schema-location default", default)
    script = script.replace("krtc compile krt.yml", f"krtc compile krt.yml {' '.join(settings)}")
    return script.replace("helm template", "helm template --kube-version 1.36.0 --set status=published")


def test_the_downloads_are_the_pinned_versions() -> None:
    for command in DOWNLOAD.splitlines():
        match = re.fullmatch(r"curl -fsSLO https://raw\.githubusercontent\.com/([\w./-]+?)/(v[\d.]+)/(.+)", command)
        assert match
        name, version, path = match.groups()
        file = FILES[Path(path).name].resolve()
        assert file.as_posix().endswith(f"@{version}/{path}") and name.split("/")[1] in file.as_posix()
    assert len(DOWNLOAD.splitlines()) == len(FILES)


def test_the_commands(checked: str) -> None:
    done = bash(checked)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.findall(
        r"(\d+) resources? found parsing stdin - Valid: (\d+), Invalid: 0, Errors: 0, Skipped: 0", done.stdout
    )
    assert len(found) == 3
    assert all(int(count) == int(valid) > 10 for count, valid in found)
    kinds = bash("kustomize build rendered | grep ^kind:").stdout
    assert {"kind: Stream", "kind: Consumer", "kind: KeyValue", "kind: GRPCRoute"} <= set(kinds.splitlines())


@pytest.mark.parametrize(
    ("before", "after"), [("maxAge:", "maxAges:"), ("hostnames:", "hosts:"), ("replicas: 1", "replicas: x")]
)
def test_what_they_find(before: str, after: str, checked: str, tmp_path: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "rendered").rglob("*.yaml")}
    assert any(before in text for text in texts.values())
    for path, text in texts.items():
        path.write_text(text.replace(before, after), encoding="utf-8")
    done = bash(checked)
    assert done.returncode == 1
    assert "is invalid" in done.stdout
