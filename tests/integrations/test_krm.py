"""`krtc krm` in the real Kustomize: what it builds, how it fails, and where it runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from krtc.cli import main
from krtc.cli.krm import API
from tests.equivalence.forms import ROOT, Loader, parse

Capture = pytest.CaptureFixture[str]
PAGE = ROOT / "docs" / "integrations" / "krm.md"
GOLDEN = ROOT / "golden"
FUNCTION = {"config.kubernetes.io/function": "exec: {path: krtc, args: [krm]}"}
BUILD = "kustomize build --enable-alpha-plugins --enable-exec"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: the example."""
    shutil.copytree(ROOT / "examples" / "classificator", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(kind: str, **spec: object) -> str:
    """A functionConfig."""
    metadata = {"name": "x", "annotations": FUNCTION}
    return yaml.safe_dump({"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec})


def kustomization(folder: str | Path = ".", /, **fields: object) -> None:
    (Path(folder) / "kustomization.yaml").write_text(yaml.safe_dump({"sortOptions": {"order": "fifo"}, **fields}))


def build(folder: str | Path = ".", cwd: str | Path = ".") -> subprocess.CompletedProcess[str]:
    """The build with the command that the page gives."""
    program = ROOT / ".tools" / "bin"
    assert (program / "kustomize").exists(), "`make tools` builds it"
    path = os.pathsep.join([str(Path(sys.executable).parent), str(program), os.environ["PATH"]])
    environment = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"} | {"PATH": path}
    command = [*BUILD.split(), str(folder)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def built(folder: str | Path = ".", cwd: str | Path = ".") -> list[object]:
    done = build(folder, cwd)
    assert done.returncode == 0, done.stderr
    return [*parse(done.stdout)]


def compiled(capfd: Capture, *arguments: str) -> list[object]:
    capfd.readouterr()
    assert main(["compile", *arguments]) == 0
    return [*yaml.load_all(capfd.readouterr().out, Loader=Loader)]


def test_the_page(folder: Path, capfd: Capture) -> None:
    """What docs/integrations/krm.md shows: the files, and the command."""
    text = PAGE.read_text(encoding="utf-8")
    files = [part.split("```")[0] for part in text.split("```yaml\n")[1:]]
    for block in files:
        named = block.splitlines()[0].removeprefix("# ")
        (folder / named).write_text(block)
    assert [path.name for path in sorted(folder.glob("*.yaml"))] == ["check.yaml", "kustomization.yaml", "version.yaml"]
    assert f"\n{BUILD} .\n" in text
    assert built() == compiled(capfd, "krt.yml", "--status", "published")
    assert API in text


@pytest.mark.parametrize("case", sorted(path.name for path in (GOLDEN / "ok").iterdir()))
def test_a_version(case: str, folder: Path, capfd: Capture) -> None:
    shutil.copytree(GOLDEN / "ok" / case, folder / "v")
    settings = {"runtime": "v/runtime.yml"} if (folder / "v" / "runtime.yml").exists() else {}
    (folder / "version.yaml").write_text(config("KrtVersion", path="v/krt.yml", status="published", **settings))
    kustomization(generators=["version.yaml"])
    options = [f"--{key}={value}" for key, value in settings.items()]
    assert built() == compiled(capfd, "v/krt.yml", "--status=published", *options)


def test_a_runtime_in_parts(folder: Path, capfd: Capture) -> None:
    shutil.copytree(GOLDEN / "runtimes" / "three-versions", folder / "r")
    for only in ("runtime", None):
        (folder / "version.yaml").write_text(
            config("KrtVersion", path="r/runtime.yml", **({"only": only} if only else {}))
        )
        kustomization(generators=["version.yaml"])
        assert built() == compiled(capfd, "r/runtime.yml", *([f"--only={only}"] if only else []))


def test_it_runs_in_the_folder_of_the_kustomization(folder: Path, capfd: Capture) -> None:
    """Wherever Kustomize is called, wherever the functionConfig is, and whoever refers to the kustomization."""
    base, overlay = folder / "a" / "base", folder / "a" / "overlay"
    shutil.copytree(ROOT / "examples" / "classificator", base)
    for name in ("src", "bin", "krt.yml", "public_input.proto"):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    (base / "functions").mkdir()
    (base / "functions" / "version.yaml").write_text(config("KrtVersion", path="krt.yml"))
    kustomization(base, generators=["functions/version.yaml"])
    overlay.mkdir()
    kustomization(overlay, resources=["../base"])
    expected = compiled(capfd, "a/base/krt.yml")
    assert built("a/base") == built(base, cwd="/") == built(overlay, cwd="/") == expected


def test_what_is_generated_is_patched_as_any_object(folder: Path) -> None:
    (folder / "version.yaml").write_text(config("KrtVersion", path="krt.yml"))
    kustomization(generators=["version.yaml"], labels=[{"pairs": {"team": "mail"}, "includeSelectors": False}])
    found = built()
    assert found
    assert {data["metadata"]["labels"]["team"] for data in found} == {"mail"}  # type: ignore[index]
    assert not any("config.kubernetes.io" in str(data) for data in found)


def test_a_broken_version_breaks_the_build(folder: Path) -> None:
    krt = folder / "krt.yml"
    krt.write_text(krt.read_text().replace("email-classificator.repairs", "email-clasificator.repairs"))
    own = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}}
    (folder / "own.yaml").write_text(yaml.safe_dump(own))
    (folder / "version.yaml").write_text(config("KrtVersion", path="krt.yml"))
    (folder / "check.yaml").write_text(config("KrtCheck", paths=["."]))
    cases: list[dict[str, object]] = [
        {"generators": ["version.yaml"]},
        {"resources": ["own.yaml"], "transformers": ["check.yaml"]},
    ]
    for fields in cases:
        kustomization(".", **fields)
        done = build()
        assert (done.returncode, done.stdout) == (1, "")
        assert "krt.yml:31:13: error[KRT101] unknown-node: " in done.stderr
        assert "help: did you mean `email-classificator`?" in done.stderr


def test_a_check_changes_nothing(folder: Path) -> None:
    texts = {
        "a": "no",
        "b": "0o14",
        "c": "1e3",
        "d": "2020-01-01",
        "e": "\tx\n  y\n",
        "f": "  a\nb",
        "g": "é😀\x07",
        "h": "=",
    }
    (folder / "own.yaml").write_text(
        yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}, "data": texts})
        + "---\napiVersion: acme.io/v1\nkind: Numbers\nmetadata: {name: x}\nspec: [0o14, 1e3, 2020-01-01, yes, .5, ~]\n"
    )
    kustomization(resources=["own.yaml"])
    alone = build()
    assert (alone.returncode, alone.stderr) == (0, "")
    (folder / "check.yaml").write_text(config("KrtCheck", paths=["."]))
    kustomization(resources=["own.yaml"], transformers=["check.yaml"])
    checked = build()
    assert (checked.returncode, checked.stderr, checked.stdout) == (0, "", alone.stdout)


def test_the_field_validators_takes_no_function(folder: Path) -> None:
    """Why the page says `transformers`: Kustomize annotates what comes back, and calls that a change."""
    (folder / "own.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n")
    (folder / "check.yaml").write_text(config("KrtCheck", paths=["."]))
    kustomization(resources=["own.yaml"], validators=["check.yaml"])
    assert "validator shouldn't modify the resource map" in build().stderr


@pytest.mark.parametrize("path", ["../krt.yml", "/etc/hostname", "link.yml", "-"])
def test_nothing_outside_is_read(path: str, folder: Path) -> None:
    (folder / "root").mkdir()
    os.symlink("../krt.yml", folder / "root" / "link.yml")
    (folder / "root" / "version.yaml").write_text(config("KrtVersion", path=path))
    kustomization("root", generators=["version.yaml"])
    done = build("root")
    assert (done.returncode, done.stdout) == (1, "")
    assert "krtc: error: spec.path: " in done.stderr
